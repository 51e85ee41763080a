/**
 * Where the window keeps its appearance: the shell's preference file, or the browser's own storage without a shell.
 *
 * The plugin's commands are called by name: its JavaScript package has no release of the same minor version as the
 * Rust side, and the build refuses a pair that differs.
 */
import { invoke, isTauri } from '@tauri-apps/api/core'

/** The part of `Storage` that preferences need; reading never waits. */
export interface PreferenceStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

const FILE = 'preferences.json'
/** A preference file that does not answer must not keep the window from opening. */
const PATIENCE_MS = 1000

/** Reads the whole file once, so that the first paint already has the chosen theme; writes go through behind it. */
export async function readPreferences(): Promise<PreferenceStorage> {
  const rid = await invoke<number>('plugin:store|load', { path: FILE, options: { autoSave: 200 } })
  const entries = await invoke<[string, unknown][]>('plugin:store|entries', { rid })
  const values = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  // A preference that cannot be written holds for this window only; there is nobody who could act on the failure.
  const write = (command: string, args: object) => void invoke(`plugin:store|${command}`, { rid, ...args }).catch(() => undefined)
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => {
      values.set(key, value)
      write('set', { key, value })
    },
    removeItem: (key) => {
      values.delete(key)
      write('delete', { key })
    },
  }
}

export async function openPreferences(): Promise<PreferenceStorage> {
  if (!isTauri()) return localStorage
  const late = new Promise<PreferenceStorage>((done) => setTimeout(() => done(localStorage), PATIENCE_MS))
  return Promise.race([readPreferences(), late]).catch(() => localStorage)
}

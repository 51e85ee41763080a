/** The operating system's file dialogs; `null` when the person chose nothing. */
import { open, save } from '@tauri-apps/plugin-dialog'

export interface FileKind {
  name: string
  /** Without the dot. */
  extensions: string[]
}

export function chooseFile(title: string, kinds: FileKind[] = []): Promise<string | null> {
  return open({ title, filters: kinds, multiple: false, directory: false })
}

export function chooseSavePath(title: string, suggested: string, kinds: FileKind[] = []): Promise<string | null> {
  return save({ title, defaultPath: suggested, filters: kinds })
}

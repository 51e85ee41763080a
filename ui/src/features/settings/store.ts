/** The core's settings as they are stored; a change is saved at once and told to every window. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { commands, events } from '@/ipc'
import type { ContainerLimits, Settings } from '@/ipc'

export type FullSettings = Required<Settings>

/** The core's own defaults, so that "reset" and "differs" can be shown beside each setting. */
export const DEFAULTS: FullSettings = {
  runner: 'docker',
  local_tool: null,
  image: 'mysqler/pt-runner:3.7.1',
  docker_hosts: [],
  docker_host: null,
  limits: { memory_bytes: 512 * 1024 ** 2, cpus_milli: 1000, pids: 64 },
  vault_lock_after_min: 30,
  backups_kept: 7,
  inhibit_sleep: true,
  runs_at_once: 10,
  heavy_per_server: 1,
  data_check_limit_s: 60,
  gate_limit_min: 30,
  history_schema: null,
  lints_off: ['LINT_COMMENT_MISSING', 'LINT_INDEX_NAME', 'LINT_NAME_CASE'],
}

export const useSettings = defineStore('settings', () => {
  const value = shallowRef<FullSettings | null>(null)
  const error = shallowRef<unknown>(null)
  const saveError = shallowRef<unknown>(null)
  let listening = false
  let writes: Promise<unknown> = Promise.resolve()

  const complete = (told: Settings): FullSettings => ({ ...DEFAULTS, ...told })

  async function load() {
    try {
      value.value = complete(await commands.settingsGet())
      error.value = null
    } catch (reason) {
      error.value = reason
    }
  }

  async function start() {
    if (!listening) {
      listening = true
      await events.coreEvent.listen(({ payload }) => payload.kind === 'settings_changed' && void load())
    }
    if (value.value === null) await load()
  }

  /** Shows the change at once; a refused one goes back to what is stored. Saves run one after the other. */
  function change(patch: Partial<FullSettings>): Promise<boolean> {
    if (value.value === null) return Promise.resolve(false)
    value.value = { ...value.value, ...patch }
    const wanted = value.value
    const saved = writes.then(async () => {
      try {
        const told = complete(await commands.settingsSet(wanted))
        if (value.value === wanted) value.value = told
        saveError.value = null
        return true
      } catch (reason) {
        saveError.value = reason
        await load()
        return false
      }
    })
    writes = saved
    return saved
  }

  const changeLimits = (patch: Partial<ContainerLimits>) => change({ limits: { ...(value.value?.limits ?? DEFAULTS.limits), ...patch } })

  return { value, error, saveError, load, start, change, changeLimits }
})

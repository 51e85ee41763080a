/** What the core said of itself at start: version, data file, whether this is the first start; or why it could not start. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useLock } from '@/features/lock/store'
import { commands } from '@/ipc'
import type { AppStatus } from '@/ipc'

export const useAppStatus = defineStore('app-status', () => {
  const lock = useLock()
  const status = shallowRef<AppStatus | null>(null)
  const error = shallowRef<unknown>(null)

  /** Nothing can be saved before a protection is chosen, so the welcome comes first. */
  const needsWelcome = computed(() => status.value !== null && (status.value.first_start || lock.status?.kind === 'unset'))

  async function load() {
    try {
      await lock.listen()
      const told = await commands.appStatus()
      lock.take(told.vault)
      status.value = told
      error.value = null
    } catch (reason) {
      error.value = reason
    }
  }

  /** The welcome is behind the person: it must not come back when they leave it for another page. */
  function welcomed() {
    if (status.value !== null) status.value = { ...status.value, first_start: false }
  }

  return { status, error, needsWelcome, load, welcomed }
})

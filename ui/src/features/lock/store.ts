/** The vault as the core last told it: whether it is locked, how it is protected, and the ways to open and close it. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { commands, events } from '@/ipc'
import type { VaultStatus } from '@/ipc'

export const useLock = defineStore('lock', () => {
  const status = shallowRef<VaultStatus | null>(null)
  let listening = false

  const locked = computed(() => status.value?.kind === 'locked')
  const protection = computed(() => (status.value === null || status.value.kind === 'unset' ? null : status.value.protection))
  /** A keyring opens again without asking anybody, so that locking it by hand would only pretend to protect. */
  const lockable = computed(() => status.value?.kind === 'unlocked' && protection.value === 'master_password')

  function take(told: VaultStatus) {
    status.value = told
  }

  async function listen() {
    if (listening) return
    listening = true
    await events.coreEvent.listen(({ payload }) => {
      if (payload.kind === 'vault_changed') take(payload.status)
    })
  }

  const lock = async () => take(await commands.vaultLock())
  const unlock = async (password: string | null) => take(await commands.vaultUnlock(password))

  return { status, locked, protection, lockable, take, listen, lock, unlock }
})

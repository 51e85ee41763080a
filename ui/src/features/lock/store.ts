/** Whether the vault is locked, and whether it can be locked by hand. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useLock = defineStore('lock', () => {
  const locked = ref(false)
  const lockable = ref(true)
  const lock = () => (locked.value = true)
  return { locked, lockable, lock }
})

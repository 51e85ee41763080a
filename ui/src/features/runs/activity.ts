/** How many runs run and how many wait for a person: the header's figures. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useActivity = defineStore('activity', () => {
  const running = ref(0)
  const waiting = ref(0)
  return { running, waiting }
})

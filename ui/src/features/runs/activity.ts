/** How many runs run and how many wait for a person: the header's figures. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useRuns } from './store'

export const useActivity = defineStore('activity', () => {
  const runs = useRuns()
  void runs.start()
  return { running: computed(() => runs.running.length), waiting: computed(() => runs.waiting.length) }
})

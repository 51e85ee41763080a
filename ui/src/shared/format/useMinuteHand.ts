/** One slow clock for all relative times on screen: a page of 10,000 rows must not start 10,000 timers. */
import { createSharedComposable, useIntervalFn } from '@vueuse/core'
import { ref } from 'vue'

export const useMinuteHand = createSharedComposable(() => {
  const now = ref(Date.now())
  useIntervalFn(() => (now.value = Date.now()), 10_000)
  return now
})

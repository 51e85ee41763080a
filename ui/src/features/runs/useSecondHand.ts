/** One clock that ticks every second, for elapsed times on screen; it stands still while nothing shows it. */
import { createSharedComposable, useIntervalFn } from '@vueuse/core'
import { ref } from 'vue'

export const useSecondHand = createSharedComposable(() => {
  const now = ref(Date.now())
  useIntervalFn(() => (now.value = Date.now()), 1000)
  return now
})

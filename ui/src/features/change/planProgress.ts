/**
 * How far the checks are, as the core last told it. Listened to once for the life of the window: an event on its way to
 * a listener that is just being taken away makes Tauri complain.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { events } from '@/ipc'
import type { PlanProgress } from '@/ipc'

export const usePlanProgress = defineStore('plan-progress', () => {
  const latest = shallowRef<PlanProgress | null>(null)
  void events.coreEvent.listen(({ payload }) => {
    if (payload.kind === 'plan_progress') latest.value = payload.progress
  })
  return { latest }
})

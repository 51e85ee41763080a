/** What happens around a run's table, read anew every few seconds for as long as somebody looks. */
import { useDocumentVisibility, useIntervalFn } from '@vueuse/core'
import { watch } from 'vue'
import { commands } from '@/ipc'
import type { RunView } from '@/ipc'
import { useLoad } from '@/shared/async/useLoad'

/** Milliseconds between two readings. */
const STEP = 4000

/** The gate is worth looking at: the run is held there, or waits for a lock on the table. */
export const isAtGate = (view: Pick<RunView, 'state' | 'waits'>) =>
  view.state.name === 'awaiting_cutover' || (view.state.name === 'running' && view.waits.some(({ reason, since }) => reason === 'lock' && since !== null))

export function useGateFigures(id: () => string) {
  const figures = useLoad(commands.runGate)
  const visible = useDocumentVisibility()
  const read = () => {
    if (visible.value === 'visible' && !figures.busy.value) void figures.load(id())
  }
  watch(id, () => (figures.reset(), read()), { immediate: true })
  useIntervalFn(read, STEP)
  return { ...figures, read }
}

/** One change for several tables or connections: chosen, planned together, confirmed together, queued together. */
import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { commands, events } from '@/ipc'
import type { BatchPlan, BatchProgress, BatchTerms, ChangeRequest, Confirmation, Plan, RunView } from '@/ipc'
import { useLoad } from '@/shared/async/useLoad'
import { isBlocked } from '../usePlan'

/** As the core last told it; listened to once for the life of the window. */
export const useBatchProgress = defineStore('batch-progress', () => {
  const latest = shallowRef<BatchProgress | null>(null)
  void events.coreEvent.listen(({ payload }) => {
    if (payload.kind === 'batch_progress') latest.value = payload.progress
  })
  return { latest }
})

/** The same change on each table of each connection, in that order. */
export function requestsOf(base: ChangeRequest, tables: readonly string[], connections: readonly string[]): ChangeRequest[] {
  return connections.flatMap((id) => tables.map((table) => ({ ...base, dry_run: false, connection_id: id, table: { ...base.table, table } })))
}

export type Verdict = 'ready' | 'danger' | 'blocked' | 'failed'

export function verdictOf(plan: Plan | null): Verdict {
  if (plan === null) return 'failed'
  if (isBlocked(plan)) return 'blocked'
  return plan.confirmation.accept.length > 0 ? 'danger' : 'ready'
}

export function useBatch() {
  const told = useBatchProgress()
  const ticket = ref('')
  const planned = useLoad((requests: ChangeRequest[]) => {
    ticket.value = crypto.randomUUID()
    return commands.batchPlan(requests, ticket.value)
  })
  const started = useLoad(commands.batchStart)
  const progress = computed(() => (planned.busy.value && told.latest?.ticket === ticket.value ? told.latest : null))

  /** Its questions end on the server too; a core that does not answer has none to end. */
  function cancel() {
    if (planned.busy.value) void commands.planCancel(ticket.value).catch(() => undefined)
    planned.reset()
  }
  onScopeDispose(cancel)

  function reset() {
    cancel()
    started.reset()
  }
  const start = (batch: BatchPlan, confirmation: Confirmation, terms: BatchTerms): Promise<RunView[] | undefined> => started.load(batch.id, confirmation, terms)

  return { plan: planned.load, batch: planned.data, busy: planned.busy, error: planned.error, progress, cancel, reset, start, starting: started.busy, startError: started.error }
}

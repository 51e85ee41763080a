/** Batches among the runs that this window knows. */
import type { RunView } from '@/ipc'
import { hasEnded } from './look'

export interface BatchFigures {
  of: number
  done: number
  /** Ended neither well nor by a person's word. */
  badly: number
  /** Never began, since another of the batch ended badly. */
  calledOff: number
}

/** Over the members of one batch. */
export function batchFigures(views: readonly RunView[]): BatchFigures {
  const ended = views.filter(({ state }) => hasEnded(state))
  return {
    of: views[0]?.batch?.of ?? views.length,
    done: ended.length,
    badly: ended.filter(({ state }) => state.name !== 'completed' && state.name !== 'cancelled').length,
    calledOff: ended.filter((view) => view.called_off_by != null).length,
  }
}

/** The members of each batch that has not ended, in their order; newest batch first. */
export function liveBatches(views: Iterable<RunView>): RunView[][] {
  const batches = new Map<string, RunView[]>()
  for (const view of views) {
    if (view.batch == null) continue
    batches.set(view.batch.id, [...(batches.get(view.batch.id) ?? []), view])
  }
  return [...batches.values()]
    .filter((members) => members.some(({ state }) => !hasEnded(state)))
    .map((members) => members.sort((a, b) => (a.batch?.number ?? 0) - (b.batch?.number ?? 0)))
    .sort((a, b) => (b[0]?.created_at ?? 0) - (a[0]?.created_at ?? 0))
}

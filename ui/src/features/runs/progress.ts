/** How far a run is, how long it took and what is left, computed from its view and a clock that the caller gives. */
import type { RunView, WaitReason } from '@/ipc'
import type { Translate } from '@/locales'
import { hasEnded } from './look'

type Counted = Pick<RunView, 'engine' | 'rows_copied' | 'rows_estimated' | 'state' | 'phases'>

export interface Progress {
  /** From 0; past 1 when more rows were copied than estimated; `null` when no estimate is known. */
  share: number | null
  past: boolean
}

export function progressOf(view: Counted): Progress {
  const copied = view.phases.some(({ phase, finished }) => phase === 'copy' && finished !== null)
  if (view.state.name === 'completed' || copied) return { share: 1, past: false }
  // A server that tells nothing of its ALTER is at work for a time that nobody knows.
  if (view.engine === 'direct' && view.rows_copied === 0) return { share: view.state.name === 'running' ? null : 0, past: false }
  if (view.rows_estimated === null) return { share: view.rows_copied > 0 ? null : 0, past: false }
  if (view.rows_copied > view.rows_estimated) return { share: 1.01, past: true }
  return { share: view.rows_estimated === 0 ? 0 : view.rows_copied / view.rows_estimated, past: false }
}

/** Milliseconds since the start, standing still once the run has ended; `null` before it started. */
export function elapsedOf(view: Pick<RunView, 'started_at' | 'finished_at' | 'state'>, now: number): number | null {
  if (view.started_at === null) return null
  if (view.finished_at === null && hasEnded(view.state)) return null
  return Math.max(0, (view.finished_at ?? now) - view.started_at)
}

export interface Wait {
  reason: WaitReason
  ms: number
  now: boolean
  detail: string
}

/** Waits by reason, the one under way counted up to now; the longest first. */
export function waitsOf(view: Pick<RunView, 'waits'>, now: number): Wait[] {
  return view.waits
    .map(({ reason, ms, since, detail }) => ({ reason, detail, now: since !== null, ms: ms + (since === null ? 0 : Math.max(0, now - since)) }))
    .filter(({ ms, now: waiting }) => ms > 0 || waiting)
    .sort((a, b) => b.ms - a.ms)
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `[170_000, 290_000]` → `3–5 min`: one unit for both ends, rounded, so that it does not promise what it cannot keep. */
export function leftWords(left: readonly [number, number], number: (value: number) => string, t: Translate): string {
  const [low, high] = left
  const [unit, size] = UNITS.find(([, length]) => high >= 2 * length) ?? UNITS[3]
  const ends = [Math.floor(low / size), Math.max(1, Math.ceil(high / size))] as const
  const value = ends[0] === ends[1] ? number(ends[0]) : `${number(ends[0])}–${number(ends[1])}`
  return t(`shared.unit.${unit}`, { value })
}

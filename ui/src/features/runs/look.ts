/** How each state of a run looks and which states are alike; the words come from the catalogue. */
import type { RunState, RunStateKind, RunView } from '@/ipc'
import type { IconName } from '@/shared/icons/paths'
import type { Tone } from '@/shared/ui/tone'

export interface Look {
  tone: Tone
  icon: IconName
  spin?: boolean
}

const LOOKS: Record<RunStateKind, Look> = {
  queued: { tone: 'neutral', icon: 'queue' },
  needs_review: { tone: 'warn', icon: 'eye' },
  preparing: { tone: 'accent', icon: 'container' },
  running: { tone: 'accent', icon: 'spinner', spin: true },
  paused: { tone: 'warn', icon: 'pause' },
  awaiting_cutover: { tone: 'warn', icon: 'swap' },
  stopping: { tone: 'warn', icon: 'stop' },
  cleaning: { tone: 'warn', icon: 'clean' },
  completed: { tone: 'ok', icon: 'check-circle' },
  failed: { tone: 'danger', icon: 'danger' },
  cancelled: { tone: 'neutral', icon: 'block' },
  needs_cleanup: { tone: 'danger', icon: 'trash' },
  unknown: { tone: 'danger', icon: 'help' },
  interrupted: { tone: 'warn', icon: 'plug' },
}

export const STATES = Object.keys(LOOKS) as RunStateKind[]

export const lookOf = (kind: RunStateKind): Look => LOOKS[kind]

const TERMINAL = new Set<RunStateKind>(['completed', 'failed', 'cancelled', 'needs_cleanup', 'unknown', 'needs_review'])
const FOR_A_PERSON = new Set<RunStateKind>(['awaiting_cutover', 'needs_review', 'needs_cleanup', 'unknown'])

/** Nothing more happens by itself. */
export const hasEnded = (state: RunState) => TERMINAL.has(state.name)

/** A person has to act. */
export const needsPerson = (state: RunState) => FOR_A_PERSON.has(state.name)

/** The states that `needsPerson` covers and that stay after a restart, for a question to the history. */
export const OPEN_ENDS: RunStateKind[] = ['needs_review', 'needs_cleanup', 'unknown']

export type Control = 'pause' | 'resume' | 'cutover' | 'stop' | 'cleanup' | 'startNow'

/** Which controls a state allows; what was already asked for is not offered again. */
export function controlsOf(view: Pick<RunView, 'engine' | 'state' | 'pending' | 'triggers' | 'shadow' | 'waiting'>): Control[] {
  const controls = allowed(view)
  const asked: Partial<Record<NonNullable<RunView['pending']>, Control>> = {
    pause: 'pause', resume: 'resume', cut_over: 'cutover', stop: 'stop', cleanup: 'cleanup', start_now: 'startNow',
  }
  if (view.pending === 'stop' || view.pending === 'stop_keep') return []
  return controls.filter((control) => view.pending === null || asked[view.pending] !== control)
}

const COPYING = new Set(['prepare', 'create_shadow', 'alter_shadow', 'create_triggers', 'copy'])
const BEFORE_SWAP = new Set([...COPYING, 'analyze', 'gate', 'alter'])
// A swap can wait long for a metadata lock, so that it must be possible to end it; what a stop does is another thing then.
const SWAPPING = new Set(['update_foreign_keys', 'swap'])

/** Its rows are being copied, or will be after a pause. */
export const isCopying = (state: RunState) => (state.name === 'running' || state.name === 'paused') && COPYING.has(state.phase)

/** The point from which a stop no longer drops the shadow table: it may be the table by now. */
export const isSwapping = (state: RunState) => state.name === 'running' && SWAPPING.has(state.phase)

/** What was copied can be left to be continued. */
export const canKeep = (state: RunState) =>
  state.name === 'paused' || state.name === 'awaiting_cutover' || (state.name === 'running' && BEFORE_SWAP.has(state.phase))

/** The server's own ALTER cannot stand still, and leaves nothing to remove. */
const DIRECT = new Set<Control>(['cutover', 'stop', 'startNow'])

function allowed(view: Pick<RunView, 'engine' | 'state' | 'triggers' | 'shadow' | 'waiting'>): Control[] {
  const controls = allowedIn(view)
  return view.engine === 'direct' ? controls.filter((control) => DIRECT.has(control)) : controls
}

function allowedIn({ state, triggers, shadow, waiting }: Pick<RunView, 'state' | 'triggers' | 'shadow' | 'waiting'>): Control[] {
  switch (state.name) {
    case 'queued':
      // Another run's place cannot be taken; its own time need not be waited for.
      return waiting?.reason.for === 'time' ? ['startNow', 'stop'] : ['stop']
    case 'preparing':
      return ['stop']
    case 'running':
      return [...(COPYING.has(state.phase) ? (['pause'] as const) : []), ...(BEFORE_SWAP.has(state.phase) || SWAPPING.has(state.phase) ? (['stop'] as const) : [])]
    case 'paused':
      return ['resume', 'stop']
    case 'awaiting_cutover':
      return ['cutover', 'stop']
    case 'interrupted':
      return ['stop']
    case 'unknown':
      return triggers.length > 0 || shadow !== null ? ['cleanup'] : []
    case 'needs_cleanup':
      return ['cleanup']
    default:
      return []
  }
}

/** The application's writes still pass through the triggers. */
export const triggersFire = (view: Pick<RunView, 'state' | 'triggers' | 'dry_run'>) =>
  !view.dry_run && (view.state.name === 'paused' || view.state.name === 'awaiting_cutover') && view.triggers.length > 0

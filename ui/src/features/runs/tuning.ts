/** Thresholds and chunk time of a run: what holds now, since when, and what was before. */
import type { ChangeOptions, LoadThreshold, OptionSetting, Retuning, RunView, Tuning } from '@/ipc'

export type Tunable = 'chunk-time' | 'max-lag' | 'max-load' | 'critical-load'
export const TUNABLES: Tunable[] = ['chunk-time', 'max-lag', 'max-load', 'critical-load']

/** Of `max_lag_s`: the copy waits for no replica. */
const NO_LAG_LIMIT = 4_294_967_295

const list = (thresholds: readonly LoadThreshold[]) => thresholds.map(({ variable, value }) => `${variable}=${value}`).join(',')

/** In the tool's own words; `null` where the tool has no such value. */
export function valueOf(tuning: Tuning, name: Tunable): string | null {
  switch (name) {
    case 'chunk-time':
      return tuning.chunk_time_ms === null ? null : String(tuning.chunk_time_ms / 1000)
    case 'max-lag':
      if (tuning.max_lag_s === NO_LAG_LIMIT) return ''
      return tuning.max_lag_s === null ? null : String(tuning.max_lag_s)
    case 'max-load':
      return list(tuning.max_load)
    case 'critical-load':
      return list(tuning.critical_load)
  }
}

export const tuningOf = (options: ChangeOptions): Tuning => ({
  chunk_time_ms: options.chunk_size === null ? options.chunk_time_ms : null,
  max_lag_s: options.max_lag_s,
  max_load: options.max_load,
  critical_load: options.critical_load,
})

export interface TuneLine {
  name: Tunable
  now: string | null
  /** What held before the last change of this one, and when that was. */
  changed: { before: string | null; at: number } | null
}

export function tuneLines(options: ChangeOptions, view: Pick<RunView, 'retunings'>): TuneLine[] {
  const first = tuningOf(options)
  const steps: Retuning[] = view.retunings ?? []
  return TUNABLES.map((name) => {
    let now = valueOf(first, name)
    let changed: TuneLine['changed'] = null
    for (const { at, tuning } of steps) {
      const next = valueOf(tuning, name)
      if (next !== now) [changed, now] = [{ before: now, at }, next]
    }
    return { name, now, changed }
  })
}

/** What a form says differently from what holds. */
export const differences = (lines: readonly TuneLine[], form: Record<Tunable, string>): OptionSetting[] =>
  lines.filter(({ name, now }) => now !== null && form[name].trim() !== now).map(({ name }) => ({ name, value: form[name].trim() }))

/** The options of a change as data: which there are, how each is edited, and how they differ from what was suggested. */
import type { ChangeOptions, SuggestedOptions } from '@/ipc'

export type OptionName = keyof ChangeOptions
export type OptionKind = 'number' | 'text' | 'switch' | 'thresholds' | 'variables' | 'recursion' | 'foreignKeys'

export interface OptionField {
  name: OptionName
  kind: OptionKind
  /** Key of the unit under `change.options.unit`. */
  unit?: 'ms' | 's' | 'rows'
  min?: number
  max?: number
  /** May be left to the tool's own default. */
  nullable?: boolean
}

export const OPTION_GROUPS: { group: 'copy' | 'throttle' | 'session'; fields: OptionField[] }[] = [
  {
    group: 'copy',
    fields: [
      { name: 'chunk_time_ms', kind: 'number', unit: 'ms', min: 10, nullable: true },
      { name: 'chunk_size', kind: 'number', unit: 'rows', min: 1, nullable: true },
      { name: 'analyze_before_swap', kind: 'switch' },
      { name: 'foreign_keys_method', kind: 'foreignKeys', nullable: true },
    ],
  },
  {
    group: 'throttle',
    fields: [
      { name: 'max_load', kind: 'thresholds' },
      { name: 'critical_load', kind: 'thresholds' },
      { name: 'max_lag_s', kind: 'number', unit: 's', min: 1, max: 86_400 },
      { name: 'recursion_method', kind: 'recursion' },
    ],
  },
  {
    group: 'session',
    fields: [
      { name: 'lock_wait_timeout_s', kind: 'number', unit: 's', min: 1, max: 3600 },
      { name: 'charset', kind: 'text', nullable: true },
      { name: 'set_vars', kind: 'variables' },
    ],
  },
]

/** The gentle constants, for when the server could not be asked. */
export const BUILT_IN: ChangeOptions = {
  chunk_size: null,
  chunk_time_ms: 100,
  max_load: [{ variable: 'Threads_running', value: 25 }],
  critical_load: [{ variable: 'Threads_running', value: 50 }],
  charset: 'utf8mb4',
  lock_wait_timeout_s: 2,
  max_lag_s: 1,
  recursion_method: 'auto',
  set_vars: [],
  foreign_keys_method: null,
  analyze_before_swap: true,
}

export const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** What the person set: only these travel on when another server suggests other defaults. */
export type Overrides = Partial<ChangeOptions>

export const effective = (suggested: SuggestedOptions | undefined, overrides: Overrides): ChangeOptions => ({
  ...(suggested?.options ?? BUILT_IN),
  ...overrides,
})

export const differing = (defaults: ChangeOptions, overrides: Overrides): OptionName[] =>
  (Object.keys(overrides) as OptionName[]).filter((name) => !same(overrides[name], defaults[name]))

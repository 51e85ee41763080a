/** The options of a change as data: which have a field of their own, how each is edited, and how they differ from what was suggested. */
import type { ChangeOptions, OptionGroup, OptionSetting, SuggestedOptions } from '@/ipc'

export type OptionName = keyof ChangeOptions
export type OptionKind = 'number' | 'text' | 'switch' | 'thresholds' | 'variables' | 'recursion' | 'foreignKeys'
/** `others` has no field: each of its settings stands in a row of its own. */
export type FieldName = Exclude<OptionName, 'others' | 'history'>

export interface OptionField {
  name: FieldName
  /** The tool's option that carries it; `null` where it is part of another. */
  option: string | null
  group: OptionGroup
  kind: OptionKind
  /** Key of the unit under `change.options.unit`. */
  unit?: 'ms' | 's' | 'rows'
  min?: number
  max?: number
  /** May be left to the tool's own default. */
  nullable?: boolean
}

export const FIELDS: readonly OptionField[] = [
  { name: 'chunk_time_ms', option: 'chunk-time', group: 'pace', kind: 'number', unit: 'ms', min: 10, nullable: true },
  { name: 'chunk_size', option: 'chunk-size', group: 'pace', kind: 'number', unit: 'rows', min: 1, nullable: true },
  { name: 'max_load', option: 'max-load', group: 'load', kind: 'thresholds' },
  { name: 'critical_load', option: 'critical-load', group: 'load', kind: 'thresholds' },
  { name: 'max_lag_s', option: 'max-lag', group: 'replicas', kind: 'number', unit: 's', min: 1, max: 86_400 },
  { name: 'recursion_method', option: 'recursion-method', group: 'replicas', kind: 'recursion' },
  { name: 'lock_wait_timeout_s', option: null, group: 'locks', kind: 'number', unit: 's', min: 1, max: 3600 },
  { name: 'foreign_keys_method', option: 'alter-foreign-keys-method', group: 'keys', kind: 'foreignKeys', nullable: true },
  { name: 'analyze_before_swap', option: 'analyze-before-swap', group: 'tables', kind: 'switch' },
  { name: 'charset', option: 'charset', group: 'session', kind: 'text', nullable: true },
  { name: 'set_vars', option: 'set-vars', group: 'session', kind: 'variables' },
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
  others: [],
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

/** What has to be set for `wanted` to come out of `defaults`. */
export const overridesFor = (defaults: ChangeOptions, wanted: ChangeOptions): Overrides =>
  Object.fromEntries((Object.keys(wanted) as OptionName[]).filter((name) => !same(wanted[name], defaults[name])).map((name) => [name, wanted[name]]))

/** Plans of earlier versions have none. */
export const othersOf = (options: ChangeOptions): OptionSetting[] => options.others ?? []

const has = (list: readonly OptionSetting[], wanted: OptionSetting) => list.some((setting) => same(setting, wanted))

/** The tool's options whose values are not the defaults, by the names that they have in the form. */
export function changedRows(defaults: ChangeOptions, values: ChangeOptions): string[] {
  const fields = FIELDS.filter(({ name }) => !same(values[name], defaults[name])).map(({ name }): string => name)
  const [standard, given] = [othersOf(defaults), othersOf(values)]
  const others = [...given.filter((setting) => !has(standard, setting)), ...standard.filter((setting) => !has(given, setting))]
  return [...new Set([...fields, ...others.map(({ name }) => plainName(name))])]
}

/** Without the `no-` of a flag that is turned off. */
export const plainName = (name: string) => name.replace(/^no-/, '')

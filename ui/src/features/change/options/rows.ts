/** The rows of the form: every option of the tool, those with a field of their own first in their group. */
import type { OptionGroup, OptionSetting, OptionSpec } from '@/ipc'
import { FIELDS, plainName } from '../options'
import type { OptionField } from '../options'

export type Row = { id: string; group: OptionGroup; field: OptionField; spec: OptionSpec | null } | { id: string; group: OptionGroup; field: null; spec: OptionSpec }

/** Few are looked at every day; the rest is there for who looks for it. */
export type Shown = 'main' | 'all' | 'changed'

export const GROUPS: readonly OptionGroup[] = ['pace', 'load', 'replicas', 'locks', 'keys', 'tables', 'guards', 'session', 'resume', 'output', 'connection']

export function rowsOf(catalogue: readonly OptionSpec[]): Row[] {
  const specOf = (option: string | null) => catalogue.find(({ name }) => name === option) ?? null
  const fields: Row[] = FIELDS.map((field) => ({ id: field.name, group: field.group, field, spec: specOf(field.option) }))
  const others: Row[] = catalogue.filter(({ policy }) => policy.kind !== 'field').map((spec) => ({ id: spec.name, group: spec.group, field: null, spec }))
  return [...fields, ...others].sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group))
}

/** Settable by a person: the others say only who sets them. */
export const isOpen = ({ field, spec }: Row) => field !== null || spec?.policy.kind === 'open' || spec?.policy.kind === 'dangerous'

/** Every word of the search is in the row's texts. */
export function matches(texts: readonly string[], search: string): boolean {
  const all = texts.join('\n').toLocaleLowerCase()
  return search.toLocaleLowerCase().split(/\s+/).every((word) => all.includes(word.replace(/^--/, '')))
}

/** What the tool is given: of a flag that is on by default its negation. */
export const settingName = ({ name, negatable }: OptionSpec) => (negatable ? `no-${name}` : name)

export const settingsOf = (others: readonly OptionSetting[], spec: OptionSpec) => others.filter(({ name }) => plainName(name) === spec.name)

/** The list with this option set to these values instead; none takes it away, and `null` is a flag's. */
export function withSetting(others: readonly OptionSetting[], spec: OptionSpec, values: readonly (string | null)[]): OptionSetting[] {
  const at = others.findIndex(({ name }) => plainName(name) === spec.name)
  const rest = others.filter(({ name }) => plainName(name) !== spec.name)
  const set = values.map((value) => ({ name: settingName(spec), value }))
  // In its old place, so that nothing jumps in the preview.
  return at < 0 ? [...rest, ...set] : [...rest.slice(0, at), ...set, ...rest.slice(at)]
}

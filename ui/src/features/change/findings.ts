/** Findings in the order in which they matter, how each severity looks, and what one click can do about them. */
import type { ChangeOptions, Finding, LoadThreshold, Scope, Severity } from '@/ipc'
import type { IconName } from '@/shared/icons/paths'
import type { Tone } from '@/shared/ui/tone'

export const SEVERITIES: Severity[] = ['block', 'danger', 'warn', 'info']
export const SCOPES: Scope[] = ['clause', 'rows', 'table', 'moment', 'server', 'lint']

export const SEVERITY_LOOKS: Record<Severity, { icon: IconName; tone: Tone }> = {
  block: { icon: 'block', tone: 'danger' },
  danger: { icon: 'danger', tone: 'danger' },
  warn: { icon: 'alert', tone: 'warn' },
  info: { icon: 'info', tone: 'neutral' },
}

/** Findings of runs before there were scopes were all about server or table. */
export const scopeOf = (finding: Finding): Scope => finding.scope ?? 'server'

/** Blocks first; within a severity what is not proven before what is, then as the core found them. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings
    .map((finding, index) => ({ finding, index }))
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity) ||
        Number(a.finding.proven) - Number(b.finding.proven) ||
        a.index - b.index,
    )
    .map(({ finding }) => finding)
}

export function countBySeverity(findings: readonly Finding[]): { severity: Severity; count: number }[] {
  return SEVERITIES.map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length })).filter(
    ({ count }) => count > 0,
  )
}

export function countByScope(findings: readonly Finding[]): { scope: Scope; count: number }[] {
  return SCOPES.map((scope) => ({ scope, count: findings.filter((finding) => scopeOf(finding) === scope).length })).filter(({ count }) => count > 0)
}

type Settings = Record<string, unknown>

/** `Threads_running=25`, as pt-osc writes it. */
function threshold(text: string): LoadThreshold {
  const at = text.lastIndexOf('=')
  return { variable: text.slice(0, at), value: Number(text.slice(at + 1)) }
}

/**
 * What has to be set so that `option` has `value`; `null` takes a setting of one's own away, and an empty one sets a flag.
 * Options without a field of their own are among the `others` of the form.
 */
export function withOption(values: ChangeOptions, overrides: Readonly<Settings>, option: string, value: string | null): Settings {
  const plain = option.replace(/^--/, '')
  const field = [plain, plain.replaceAll('-', '_')].find((name) => name in values)
  if (field === undefined) {
    const others = ((values as Settings).others ?? []) as { name: string; value: string | null }[]
    const rest = others.filter(({ name }) => name !== plain)
    return { ...overrides, others: value === null ? rest : [...rest, { name: plain, value: value === '' ? null : value }] }
  }
  if (value === null) return Object.fromEntries(Object.entries(overrides).filter(([name]) => name !== field))
  const present: unknown = (values as Settings)[field]
  if (Array.isArray(present)) return { ...overrides, [field]: value.split(',').map(threshold) }
  const typed = typeof present === 'boolean' ? value === 'true' : typeof present === 'number' || (present === null && /^\d+$/.test(value)) ? Number(value) : value
  return { ...overrides, [field]: typed }
}

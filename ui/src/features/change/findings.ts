/** Findings in the order in which they matter, and how each severity looks. */
import type { Finding, Severity } from '@/ipc'
import type { IconName } from '@/shared/icons/paths'
import type { Tone } from '@/shared/ui/tone'

export const SEVERITIES: Severity[] = ['block', 'danger', 'warn', 'info']

export const SEVERITY_LOOKS: Record<Severity, { icon: IconName; tone: Tone }> = {
  block: { icon: 'block', tone: 'danger' },
  danger: { icon: 'danger', tone: 'danger' },
  warn: { icon: 'alert', tone: 'warn' },
  info: { icon: 'info', tone: 'neutral' },
}

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

/** A remedy that the application can run itself, because it is known to be harmless: new statistics. */
export const isAnalyze = (remedy: string | null) => remedy !== null && /^\s*ANALYZE\s+(?:NO_WRITE_TO_BINLOG\s+|LOCAL\s+)?TABLE\b[^;]*;?\s*$/i.test(remedy)

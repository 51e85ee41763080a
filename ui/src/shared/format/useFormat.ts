/** The formatters of `format.ts` bound to the language on screen. Times are milliseconds since 1970 or ISO texts. */
import { useLanguage, useText } from '@/locales'
import * as plain from './format'

export type Instant = number | string | Date

export const toMs = (at: Instant): number => (typeof at === 'number' ? at : new Date(at).getTime())

export function useFormat() {
  const language = useLanguage()
  const t = useText()
  return {
    number: (value: number, digits?: number) => plain.formatNumber(value, language.value, digits),
    compact: (value: number) => plain.formatCompact(value, language.value),
    bytes: (value: number) => plain.formatBytes(value, language.value),
    percent: (share: number, digits?: number) => plain.formatPercent(share, language.value, digits),
    clock: (ms: number) => plain.formatClock(ms),
    duration: (ms: number) => plain.formatDuration(ms, language.value, t),
    rows: (value: number) => t('shared.unit.rows', { value: plain.formatNumber(value, language.value) }),
    rowRate: (perSecond: number) =>
      t('shared.unit.rowsPerSecond', { value: plain.formatNumber(perSecond, language.value, perSecond < 10 ? 1 : 0) }),
    byteRate: (perSecond: number) => t('shared.unit.bytesPerSecond', { value: plain.formatBytes(perSecond, language.value) }),
    relative: (at: Instant, now: number) => plain.formatRelative(toMs(at), now, language.value, t),
    exact: (at: Instant) => plain.formatExact(toMs(at), language.value),
  }
}

/** Numbers, sizes and times as a person reads them: locale aware, a unit always, no clock or language read from outside. */
import type { Translate } from '@/locales'

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']

/** `1234567` → `1,234,567`. */
export function formatNumber(value: number, language: string, digits = 0): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)
}

/** `2_000_000` → `2.0 M` or `200 万`: for headlines, with the exact number on hover. */
export function formatCompact(value: number, language: string): string {
  const parts = new Intl.NumberFormat(language, {
    notation: 'compact',
    minimumFractionDigits: Math.abs(value) >= 1000 && language !== 'zh-CN' ? 1 : 0,
    maximumFractionDigits: 1,
  }).formatToParts(value)
  return parts.map((part) => (part.type === 'compact' ? ` ${part.value}` : part.value)).join('').replace(/\s+/g, ' ')
}

/** Powers of 1024 under the names that MySQL's tools use: `565182464` → `539 MB`. */
export function formatBytes(value: number, language: string): string {
  const power = Math.abs(value) < 1024 ? 0 : Math.min(Math.floor(Math.log2(Math.abs(value)) / 10), SIZES.length - 1)
  const scaled = value / 1024 ** power
  const digits = power === 0 || Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2
  return `${formatNumber(scaled, language, digits)} ${SIZES[power]}`
}

/** A share between 0 and 1: `0.7512` → `75.1 %`. */
export function formatPercent(share: number, language: string, digits = 1): string {
  return `${formatNumber(share * 100, language, digits)} %`
}

/** A running clock: `330_000` → `05:30`, with hours `1:02:03`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`
}

/** A length of time in its two largest units: `330_000` → `5 min 30 s`; under 10 s one decimal, under 1 s milliseconds. */
export function formatDuration(ms: number, language: string, t: Translate): string {
  const unit = (key: 'ms' | 's' | 'min' | 'h' | 'd', value: number, digits = 0) =>
    t(`shared.unit.${key}`, { value: formatNumber(value, language, digits) })
  if (ms < 1000) return unit('ms', Math.round(ms))
  if (ms < 9950) return unit('s', ms / 1000, 1)
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return unit('s', seconds)
  const pair = (large: string, rest: number, small: string) => (rest > 0 ? `${large} ${small}` : large)
  if (seconds < 3600) return pair(unit('min', Math.floor(seconds / 60)), seconds % 60, unit('s', seconds % 60))
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1440) return pair(unit('h', Math.floor(minutes / 60)), minutes % 60, unit('min', minutes % 60))
  const hours = Math.floor(minutes / 60)
  return pair(unit('d', Math.floor(hours / 24)), hours % 24, unit('h', hours % 24))
}

/** `5 minutes ago`, `in 2 hours`; within 10 s `just now`. */
export function formatRelative(at: number, now: number, language: string, t: Translate): string {
  const seconds = Math.round((at - now) / 1000)
  const size = Math.abs(seconds)
  if (size < 10) return t('shared.time.now')
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'long' })
  const steps: [number, number, Intl.RelativeTimeFormatUnit][] = [
    [60, 1, 'second'],
    [3600, 60, 'minute'],
    [86_400, 3600, 'hour'],
    [86_400 * 30, 86_400, 'day'],
    [86_400 * 365, 86_400 * 30, 'month'],
  ]
  const [, divisor, unit] = steps.find(([limit]) => size < limit) ?? [0, 86_400 * 365, 'year' as const]
  return relative.format(Math.trunc(seconds / divisor), unit)
}

/** The exact local time, seconds and zone included. */
export function formatExact(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(at)
}

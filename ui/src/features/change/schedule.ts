/** When a run may work, as it is typed: times of this computer's clock. */
import type { DailyWindow, Schedule, Weekday } from '@/ipc'

export const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

export interface Typed {
  kind: 'now' | 'at' | 'window'
  at: string
  from: string
  to: string
  days: readonly Weekday[]
}

const two = (value: number) => String(value).padStart(2, '0')

/** The next full hour, as it is typed. */
export function soon(now: number): string {
  const next = new Date(now + 3_600_000)
  return `${next.getFullYear()}-${two(next.getMonth() + 1)}-${two(next.getDate())} ${two(next.getHours())}:00`
}

function minuteOf(text: string): number | null {
  const found = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim())
  return found === null ? null : Number(found[1]) * 60 + Number(found[2])
}

/** A local time; `null` for one that no calendar has. */
export function momentOf(text: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})$/.exec(text.trim())
  if (found === null) return null
  const [year, month, day, hour, minute] = found.slice(1).map(Number) as [number, number, number, number, number]
  const at = new Date(year, month - 1, day, hour, minute)
  const same = at.getMonth() === month - 1 && at.getDate() === day && at.getHours() === hour && at.getMinutes() === minute
  return same ? at.getTime() : null
}

/** `null` while what is typed is no time, or no window. */
export function scheduleOf(typed: Typed): Schedule | null {
  if (typed.kind === 'now') return { not_before: null, window: null }
  if (typed.kind === 'at') {
    const at = momentOf(typed.at)
    return at === null ? null : { not_before: at, window: null }
  }
  const [from, to] = [minuteOf(typed.from), minuteOf(typed.to)]
  if (from === null || to === null || from === to) return null
  const days = typed.days.length === DAYS.length ? [] : DAYS.filter((day) => typed.days.includes(day))
  return { not_before: null, window: { from_minute: from, to_minute: to, days } }
}

/** A run of that length ends within one window that it begins with. */
export const fits = ({ from_minute, to_minute }: DailyWindow, durationMs: number) =>
  ((to_minute - from_minute + 1440) % 1440) * 60_000 >= durationMs

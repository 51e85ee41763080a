/** What a run waits for and when it may work, in words. */
import type { DailyWindow, RunView, Schedule, WaitsFor } from '@/ipc'
import { useText } from '@/locales'
import { useCatalogue } from '@/locales/catalogue'
import { useFormat } from '@/shared/format/useFormat'

/** Minutes of the day as a clock shows them: `22:00`. */
export const clockTime = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** It waits for its time, and not for another run. */
export const waitsForTime = (view: Pick<RunView, 'waiting'>) => view.waiting?.reason.for === 'time'

export function useWaitingWords() {
  const t = useText()
  const catalogue = useCatalogue()
  const format = useFormat()
  const reason = (of: WaitsFor) => catalogue.render(`waits.${of.for}`, of.for === 'time' ? { at: format.exact(of.at) } : { ...of })
  const window = ({ from_minute, to_minute, days }: DailyWindow) => {
    const hours = `${clockTime(from_minute)}–${clockTime(to_minute)}`
    return days?.length ? `${hours} (${days.map((day) => t(`runs.schedule.day.${day}`)).join(', ')})` : hours
  }
  const schedule = ({ not_before, window: daily }: Schedule) =>
    [not_before == null ? '' : t('runs.schedule.notBefore', { at: format.exact(not_before) }), daily == null ? '' : window(daily)].filter(Boolean).join(', ')
  return {
    reason,
    schedule,
    /** Nothing for a run that waits for nothing. */
    waiting: (view: Pick<RunView, 'waiting'>) => {
      if (view.waiting == null) return ''
      const text = reason(view.waiting.reason)
      return view.waiting.position === null ? text : t('runs.queue.place', { place: view.waiting.position, reason: text })
    },
  }
}

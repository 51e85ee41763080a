import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { Schedule } from '@/ipc'
import { i18n } from '@/locales'
import { fits, momentOf, scheduleOf, soon } from './schedule'
import type { Typed } from './schedule'
import ScheduleForm from './ScheduleForm.vue'

const typed = (part: Partial<Typed>): Typed => ({ kind: 'now', at: '', from: '22:00', to: '06:00', days: [], ...part })

describe('when a run may work, as it is typed', () => {
  it('reads a local time, and none that no calendar has', () => {
    expect(momentOf('2026-01-31 22:05')).toBe(new Date(2026, 0, 31, 22, 5).getTime())
    for (const text of ['', '2026-02-30 10:00', '2026-01-31', '2026-01-31 24:00', 'tomorrow']) expect(momentOf(text)).toBeNull()
    expect(momentOf(soon(Date.now()))).toBeGreaterThan(Date.now())
  })

  it('reads a window over midnight, and none without length', () => {
    expect(scheduleOf(typed({ kind: 'window' }))).toEqual({ not_before: null, window: { from_minute: 1320, to_minute: 360, days: [] } })
    expect(scheduleOf(typed({ kind: 'window', days: ['sun', 'mon'] }))?.window?.days).toEqual(['mon', 'sun'])
    for (const [from, to] of [['22:00', '22:00'], ['25:00', '06:00'], ['', '06:00']] as const) expect(scheduleOf(typed({ kind: 'window', from, to }))).toBeNull()
    expect(scheduleOf(typed({}))).toEqual({ not_before: null, window: null })
  })

  it('says whether a forecast fits one window', () => {
    const night = { from_minute: 1320, to_minute: 360, days: [] }
    expect([fits(night, 8 * 3_600_000), fits(night, 8 * 3_600_000 + 1)]).toEqual([true, false])
  })
})

describe('the form', () => {
  afterEach(() => (document.body.innerHTML = ''))

  it('gives nothing while what is typed is no window, and says so; a long forecast is told', async () => {
    const given: (Schedule | null)[] = []
    const form = mount(ScheduleForm, {
      props: { modelValue: null, durationMs: 9 * 3_600_000, canPause: true, 'onUpdate:modelValue': (schedule: Schedule | null) => given.push(schedule) },
      global: { plugins: [i18n] },
      attachTo: document.body,
    })
    await form.find('[data-testid=when-window] input').setValue()
    await flushPromises()
    expect(given.at(-1)?.window).toEqual({ from_minute: 1320, to_minute: 360, days: [] })
    expect(form.find('[role=status]').text()).toContain('longer than one window')
    await form.find('[data-testid=when-to] input, input[data-testid=when-to]').setValue('6 o’clock')
    expect(given.at(-1)).toBeNull()
    expect(form.find('[role=alert]').text()).toContain('Two different times')
    form.unmount()
  })
})

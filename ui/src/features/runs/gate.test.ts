import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Component } from 'vue'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import type { Checksum, RunView, Tuning } from '@/ipc'
import { i18n } from '@/locales'
import EndSession from '@/features/change/EndSession.vue'
import { samplePlan } from '@/features/change/sample'
import CutoverTime from './CutoverTime.vue'
import { sampleFigures } from './gate.fake'
import { isAtGate } from './gateFigures'
import GatePanel from './GatePanel.vue'
import GateRows from './GateRows.vue'
import { removalStatements } from './leftovers'
import PauseList from './PauseList.vue'
import RunNotice from './RunNotice.vue'
import { sampleView } from './sample'
import { differences, tuneLines } from './tuning'
import TunePanel from './TunePanel.vue'

const at = { name: 'awaiting_cutover', since: 0 } as const
const show = (component: Component, props: Record<string, unknown>, stubs: Record<string, boolean> = {}) =>
  mount(component, { props, global: { plugins: [createPinia(), i18n], stubs }, attachTo: document.body })
/** What stands in the panel beside the figures has tests of its own. */
const gate = async (part: Partial<RunView> = {}) => {
  const wrapper = show(GatePanel, { view: sampleView({ state: at, ...part }) }, { CutoverTime: true, GateRows: true, EndSession: true })
  await flushPromises()
  return wrapper
}
const checksum = (outcome: Checksum['outcome']): Checksum => ({ began: 0, rows: 1200, left_out: ['note'], outcome })

describe('the gate of a run', () => {
  const asked = vi.fn()
  beforeEach(() => {
    resetFakes()
    installFakes()
    asked.mockReset()
    fake('runGate', () => sampleFigures())
    fake('runCount', ({ id }) => (asked('count', id), null))
    fake('runCompare', ({ id }) => (asked('compare', id), null))
    fake('runCutoverAt', ({ at }) => (asked('at', at), null))
    fake('runTune', ({ settings }) => (asked('tune', settings), {} as Tuning))
  })
  afterEach(() => (document.body.innerHTML = ''))

  it('names what stands in the way, who holds the table, and offers to end it', async () => {
    const wrapper = await gate()
    expect(wrapper.find('[data-testid=gate-obstacles]').text()).toContain('900 s')
    expect(wrapper.find('[data-testid=gate-locks]').text()).toContain('holds SHARED_READ')
    expect(wrapper.findComponent(EndSession).props()).toEqual({ connection: 'c1', session: 812 })
    wrapper.unmount()
  })

  it('says when nothing stands in the way, and when the server does not tell of locks', async () => {
    fake('runGate', () => sampleFigures({ obstacles: [], locks: [] }))
    const clear = await gate()
    expect(clear.find('[data-testid=gate-obstacles]').text()).toContain('Nothing stands in the way')
    clear.unmount()
    fake('runGate', () => sampleFigures({ locks: null, obstacles: [] }))
    const untold = await gate()
    expect(untold.text()).toContain('does not tell who holds locks')
    untold.unmount()
  })

  it('never ends a session of the server itself', async () => {
    const [lock] = sampleFigures().locks!
    fake('runGate', () => sampleFigures({ locks: [{ ...lock!, protected: true }] }))
    const wrapper = await gate()
    expect(wrapper.findComponent(EndSession).exists()).toBe(false)
    wrapper.unmount()
  })

  it('counts and compares on request and tells what came of it in words', async () => {
    const rows = (part: Partial<RunView> = {}) => show(GateRows, { view: sampleView({ state: at, ...part }) })
    const wrapper = rows()
    await wrapper.find('[data-testid=gate-count-rows]').trigger('click')
    await flushPromises()
    await wrapper.find('[data-testid=gate-compare]').trigger('click')
    await flushPromises()
    expect(asked.mock.calls).toEqual([['count', '20260115-001'], ['compare', '20260115-001']])
    wrapper.unmount()
    const told = (part: Partial<RunView>) => {
      const shown = rows(part)
      const text = shown.find('[data-testid=gate-counted],[data-testid=gate-compared]').text()
      shown.unmount()
      return text
    }
    expect(told({ gate: { kind: 'equal', rows: 1_993_412 } })).toContain('1,993,412 rows')
    expect(told({ gate: { kind: 'not_counted', why: '2013: Lost connection' } })).toContain('2013: Lost connection')
    expect(told({ gate: { kind: 'not_counted', why: null } })).toContain('took too long')
    expect(told({ checksum: checksum({ kind: 'different', keys: { after: '10', to: null } }) })).toContain('keys after 10 up to …')
    expect(told({ checksum: checksum({ kind: 'impossible', why: 'no_key' }) })).toContain('no unique key in common')
    expect(told({ checksum: checksum({ kind: 'out_of_time', up_to: '99' }) })).toContain('Not proven')
  })

  it('shows a set time with what is left of it, and takes it back', async () => {
    const wrapper = show(CutoverTime, { view: sampleView({ state: at, cut_over_at: Date.now() + 3_600_000 }) })
    expect(wrapper.find('[role=timer]').text()).toMatch(/in (59:5\d|1:00:00)/)
    await wrapper.find('[data-testid=cutover-no-time]').trigger('click')
    await flushPromises()
    expect(asked).toHaveBeenCalledExactlyOnceWith('at', null)
    wrapper.unmount()
  })

  it('tells warnings by what they mean, as lower bounds', async () => {
    const wrapper = await gate({ warning_counts: [{ code: 1265, count: 3788 }, { code: 4711, count: 1 }] })
    const text = wrapper.find('[data-testid=gate-warnings]').text()
    expect(text).toContain('at least')
    expect(text).toContain('too long or of another kind')
    expect(text).toContain('The server warned about copied rows')
    wrapper.unmount()
  })

  it('is looked at while a lock is waited for, too', () => {
    expect(isAtGate(sampleView())).toBe(false)
    expect(isAtGate(sampleView({ state: at }))).toBe(true)
    expect(isAtGate(sampleView({ state: { name: 'running', phase: 'swap' }, waits: [{ reason: 'lock', ms: 0, since: 1, detail: '2/10' }] }))).toBe(true)
  })
})

describe('the pace of a copy', () => {
  const options = samplePlan().request.options
  const first: Tuning = { chunk_time_ms: options.chunk_time_ms, max_lag_s: options.max_lag_s, max_load: options.max_load, critical_load: options.critical_load }

  it('is told with what was before and since when, each on its own', () => {
    const retunings = [
      { at: 10, tuning: { ...first, chunk_time_ms: 500 }, refused: [] },
      { at: 20, tuning: { ...first, chunk_time_ms: 500, max_lag_s: 9 }, refused: [] },
    ]
    const lines = tuneLines(options, { retunings })
    expect(lines[0]).toEqual({ name: 'chunk-time', now: '0.5', changed: { before: String(options.chunk_time_ms! / 1000), at: 10 } })
    expect(lines[1]!.changed?.at).toBe(20)
    expect(lines[2]!.changed).toBeNull()
  })

  it('asks only for what was changed', () => {
    const lines = tuneLines(options, {})
    const form = Object.fromEntries(lines.map(({ name, now }) => [name, now ?? ''])) as Parameters<typeof differences>[1]
    expect(differences(lines, form)).toEqual([])
    expect(differences(lines, { ...form, 'max-lag': ' 7 ' })).toEqual([{ name: 'max-lag', value: '7' }])
  })

  it('has no lag limit where the copy waits for no replica', () => {
    const lines = tuneLines(options, { retunings: [{ at: 10, tuning: { ...first, max_lag_s: 4_294_967_295 }, refused: [] }] })
    expect(lines[1]).toEqual({ name: 'max-lag', now: '', changed: { before: String(options.max_lag_s), at: 10 } })
  })

  it('is not offered once all rows are copied', () => {
    const copying = show(TunePanel, { view: sampleView(), options })
    expect(copying.find('[data-testid=tune-open]').exists()).toBe(true)
    copying.unmount()
    const held = show(TunePanel, { view: sampleView({ state: at }), options })
    expect(held.find('[data-testid=tune-open]').exists()).toBe(false)
    held.unmount()
  })
})

describe('what a run leaves in words', () => {
  const leftovers = [{ kind: 'table', table: { database: 'sh`op', table: '_orders_new' } }, { kind: 'trigger', database: 'sh`op', name: 'a' }, { kind: 'session', id: 9 }] as const
  const state: RunView['state'] = { name: 'needs_cleanup', leftovers: [...leftovers], error: null }

  it('can be removed by pasting, in the safe order', () => {
    expect(removalStatements(sampleView({ state }))).toEqual(['KILL 9;', 'DROP TRIGGER IF EXISTS `sh``op`.`a`;', 'DROP TABLE IF EXISTS `sh``op`.`_orders_new`;'])
    const wrapper = show(RunNotice, { view: sampleView({ state }) })
    expect(wrapper.find('[data-testid=by-hand]').text()).toContain('KILL 9;')
    wrapper.unmount()
  })

  it('offers nothing to paste once child tables may point at the shadow table', () => {
    const phases: RunView['phases'] = [{ phase: 'update_foreign_keys', started: 0, finished: null }]
    expect(removalStatements(sampleView({ state, phases }))).toEqual([])
  })

  it('lists each pause with who asked for it', () => {
    const pauses: RunView['pauses'] = [{ from: 0, to: 61_000, reason: 'user', by: 'window:1', resumed_by: 'mysqlerctl:2' }]
    const wrapper = show(PauseList, { view: sampleView({ pauses }) })
    expect(wrapper.text()).toContain('1 pause')
    expect(wrapper.text()).toContain('01:01')
    expect(wrapper.text()).toContain('asked for by window:1 · ended by mysqlerctl:2')
    wrapper.unmount()
  })
})

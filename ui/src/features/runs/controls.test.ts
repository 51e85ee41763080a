import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import type { RunView } from '@/ipc'
import { i18n } from '@/locales'
import PhaseList from './PhaseList.vue'
import RunControls from './RunControls.vue'
import RunMeter from './RunMeter.vue'
import RunNotice from './RunNotice.vue'
import { phasesUntil, sampleView } from './sample'

const show = (component: typeof RunControls | typeof RunNotice | typeof RunMeter | typeof PhaseList, view: RunView) =>
  mount(component as typeof RunNotice, { props: { view }, global: { plugins: [createPinia(), i18n] }, attachTo: document.body })
const press = async (id: string) => {
  document.querySelector<HTMLElement>(`[data-testid="${id}"]`)!.click()
  await flushPromises()
}

describe('the controls of a run', () => {
  const asked = vi.fn()
  beforeEach(() => {
    resetFakes()
    installFakes()
    asked.mockReset()
    for (const name of ['runPause', 'runStop', 'runCleanup'] as const) fake(name, ({ id }) => (asked(name, id), null))
  })
  afterEach(() => {
    document.body.innerHTML = ''
  })

  it('pause at once', async () => {
    const wrapper = show(RunControls, sampleView())
    await press('run-pause')
    expect(asked).toHaveBeenCalledExactlyOnceWith('runPause', '20260115-001')
    wrapper.unmount()
  })

  it('stop only after every object that goes was named', async () => {
    const wrapper = show(RunControls, sampleView())
    await press('run-stop')
    expect(asked).not.toHaveBeenCalled()
    expect([...document.querySelectorAll('[data-testid=leftovers] code')].map((name) => name.textContent)).toEqual([
      'shop.pt_osc_shop_orders_del', 'shop.pt_osc_shop_orders_upd', 'shop.pt_osc_shop_orders_ins', 'shop._orders_new',
    ])
    await press('stop-confirm')
    expect(asked).toHaveBeenCalledExactlyOnceWith('runStop', '20260115-001')
    wrapper.unmount()
  })

  it('say that the shadow table stays once the swap has begun', async () => {
    const wrapper = show(RunControls, sampleView({ state: { name: 'running', phase: 'swap' } }))
    await press('run-stop')
    expect(document.querySelector('[data-testid=leftovers]')).toBeNull()
    expect(document.querySelector('.el-dialog')?.textContent).toContain('the shadow table is not dropped')
    wrapper.unmount()
  })

  it('clean up under a button that says what it drops', async () => {
    const state: RunView['state'] = { name: 'needs_cleanup', leftovers: [{ kind: 'table', table: { database: 'shop', table: '_orders_new' } }, { kind: 'trigger', database: 'shop', name: 'a' }], error: null }
    const wrapper = show(RunControls, sampleView({ state }))
    await press('run-cleanup')
    expect(document.querySelector('[data-testid=cleanup-confirm]')?.textContent).toContain('Drop 1 trigger and `_orders_new`')
    await press('cleanup-confirm')
    expect(asked).toHaveBeenCalledExactlyOnceWith('runCleanup', '20260115-001')
    wrapper.unmount()
  })

  it('tell what was asked for and not yet seen to happen', () => {
    const wrapper = show(RunControls, sampleView({ pending: 'pause' }))
    expect(wrapper.text()).toContain('Pause requested')
    expect(wrapper.find('[data-testid=run-pause]').exists()).toBe(false)
    wrapper.unmount()
  })
})

describe('a run on screen', () => {
  it('says past the estimate in words, and promises no end', () => {
    const wrapper = show(RunMeter, sampleView({ rows_copied: 2_500_000, left_ms: null }))
    expect(wrapper.text()).toContain('Past the estimate')
    expect(wrapper.text()).toContain('left: not known')
    expect(wrapper.text()).not.toContain('%')
    wrapper.unmount()
  })

  it('says that triggers still fire while it is paused', () => {
    const wrapper = show(RunNotice, sampleView({ state: { name: 'paused', since: Date.now(), reason: 'user', phase: 'copy' } }))
    expect(wrapper.text()).toContain('The 3 triggers still fire')
    wrapper.unmount()
  })

  it('says what to look at when the outcome is unknown', () => {
    const wrapper = show(RunNotice, sampleView({ state: { name: 'unknown', check: [{ what: 'triggers_exist', params: { names: 'a, b' } }] } }))
    expect(wrapper.text()).toContain('See whether these triggers exist: a, b')
    wrapper.unmount()
  })

  it('lists only the phases that a direct ALTER has, and offers no pause', () => {
    const direct = sampleView({ engine: 'direct', state: { name: 'running', phase: 'alter' }, phases: [{ phase: 'prepare', started: 0, finished: 900 }, { phase: 'alter', started: 900, finished: null }], rows_copied: 0, shadow: null, triggers: [] })
    const phases = show(PhaseList, direct)
    expect(phases.findAll('li').map((step) => step.classes()[0])).toEqual(['done', 'now', 'ahead'])
    phases.unmount()
    const controls = show(RunControls, direct)
    expect(controls.find('[data-testid=run-pause]').exists()).toBe(false)
    expect(controls.find('[data-testid=run-stop]').exists()).toBe(true)
    controls.unmount()
    const meter = show(RunMeter, direct)
    expect(meter.find('[data-testid=run-rows]').exists()).toBe(false)
    expect(meter.find('[role=progressbar]').attributes('aria-valuenow')).toBeUndefined()
    meter.unmount()
  })

  it('says of a held ALTER that nothing was sent', () => {
    const wrapper = show(RunNotice, sampleView({ engine: 'direct', state: { name: 'awaiting_cutover', since: Date.now() }, shadow: null, triggers: [] }))
    expect(wrapper.text()).toContain('Nothing was sent yet')
    wrapper.unmount()
  })

  it('shows a phase that never finished as broken off once the run has ended', () => {
    const wrapper = show(PhaseList, sampleView({ state: { name: 'cancelled' }, phases: phasesUntil('copy', 0) }))
    expect(wrapper.findAll('li').map((step) => step.classes()[0])).toEqual(['done', 'done', 'done', 'done', 'broken'])
    wrapper.unmount()
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { samplePlan } from '@/features/change/sample'
import type { RunView } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import ContinuedLinks from './ContinuedLinks.vue'
import ContinueRun from './ContinueRun.vue'
import RunControls from './RunControls.vue'
import { sampleView } from './sample'

const continuing = (part: Partial<NonNullable<RunView['continuing']>> = {}) => ({ prepared: true, continues: null, continued_by: null, keeps: false, history: null, trigger_marks: {}, old_table: null, ...part })
const kept = () => sampleView({ state: { name: 'needs_cleanup', leftovers: [{ kind: 'table', table: { database: 'shop', table: '_orders_new' } }], error: null }, continuing: continuing() })
const show = (component: typeof RunControls | typeof ContinueRun | typeof ContinuedLinks, view: RunView) => {
  const blank = { template: '<i />' }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', name: 'runs', component: blank }, { path: '/run/:id', name: 'run', component: blank }] })
  return { router, wrapper: mount(component as typeof ContinueRun, { props: { view }, global: { plugins: [createPinia(), i18n, router] }, attachTo: document.body }) }
}
const press = async (id: string) => {
  document.querySelector<HTMLElement>(`[data-testid="${id}"]`)!.click()
  await flushPromises()
}

describe('a run that can be continued', () => {
  const asked = vi.fn()
  beforeEach(() => {
    resetFakes()
    installFakes()
    asked.mockReset()
  })
  afterEach(() => {
    document.body.innerHTML = ''
  })

  it('can be stopped with what it copied kept, and another run cannot', async () => {
    fake('runStopKeep', ({ id }) => (asked(id), null))
    const other = show(RunControls, sampleView())
    await press('run-stop')
    expect(document.querySelector('[data-testid=stop-keep]')).toBeNull()
    other.wrapper.unmount()
    document.body.innerHTML = ''
    const { wrapper } = show(RunControls, sampleView({ continuing: continuing() }))
    await press('run-stop')
    expect(document.querySelector('.el-dialog')?.textContent).toContain('every write to the table then goes on to fire them')
    await press('stop-keep')
    expect(asked).toHaveBeenCalledExactlyOnceWith('20260115-001')
    wrapper.unmount()
  })

  it('tells why it cannot go on, and offers nothing', async () => {
    fake('runContinuable', () => {
      throw { code: 'CONTINUE_IMPOSSIBLE', message: '', hint: '', detail: null, params: { run: '20260115-001', why: 'continue_trigger_remade', trigger: 'pt_osc_shop_orders_ins' } }
    })
    const { wrapper } = show(ContinueRun, kept())
    await flushPromises()
    expect(wrapper.text()).toContain('the trigger pt_osc_shop_orders_ins was made anew')
    expect(wrapper.find('[data-testid=run-continue]').attributes('disabled')).toBeDefined()
    wrapper.unmount()
  })

  it('is continued by a run of its own, after the plan was confirmed', async () => {
    fake('runContinuable', () => null)
    fake('continuePlan', ({ id, skipsComparison }) => (asked('plan', id, skipsComparison), { ...samplePlan(), findings: [], confirmation: { typed: null, accept: [] } }))
    fake('runStart', () => (asked('start'), sampleView({ id: '20260115-002' })))
    const { router, wrapper } = show(ContinueRun, kept())
    await flushPromises()
    await press('run-continue')
    expect(asked).toHaveBeenCalledExactlyOnceWith('plan', '20260115-001', false)
    await press('confirm-start')
    expect(asked).toHaveBeenLastCalledWith('start')
    expect(router.currentRoute.value.params.id).toBe('20260115-002')
    wrapper.unmount()
  })

  it('is linked with the run before it and the one after it', async () => {
    const { wrapper } = show(ContinuedLinks, sampleView({ continuing: continuing({ continues: '20260114-001', continued_by: '20260116-001' }) }))
    expect(wrapper.findAll('a').map((link) => link.text())).toEqual(['Continues run 20260114-001', 'Continued by run 20260116-001'])
    wrapper.unmount()
  })
})

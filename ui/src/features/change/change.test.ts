import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { ChangeRequest, Confirmation, Plan, PrepareVerdict } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import { sampleConnection } from '@/features/connections/sample'
import { sampleView } from '@/features/runs/sample'
import ChangePage from './ChangePage.vue'
import ClauseEditor from './ClauseEditor.vue'
import { useDraft } from './draft'
import { BUILT_IN } from './options'
import { sampleFacts, sampleFinding, samplePlan } from './sample'

const planned = vi.fn()
const started = vi.fn()
let answer: (request: ChangeRequest) => Promise<Plan> | Plan

function core() {
  resetFakes()
  installFakes()
  planned.mockReset()
  started.mockReset()
  answer = (request) => samplePlan({ request })
  fake('connectionsList', () => [sampleConnection()])
  fake('databases', () => [{ name: 'shop', tables: 1, bytes: 1 }])
  fake('tables', () => [sampleFacts().summary])
  fake('tableFacts', () => sampleFacts())
  fake('suggestedOptions', () => ({ options: BUILT_IN, base: BUILT_IN, preset: 'gentle', threads_running: 1, threads_connected: 1, max_connections: 1, replicas: [] }))
  fake('clauseDiagnose', () => ({ operations: [], problems: [] }))
  fake('clausePrepare', (): PrepareVerdict => ({ kind: 'accepted' }))
  fake('plan', ({ request }) => {
    planned(request)
    return answer(request as ChangeRequest)
  })
  fake('runStart', ({ plan, confirmation }) => {
    started(plan, confirmation as Confirmation)
    return sampleView({ id: '20260115-009' })
  })
  fake('runsLive', () => [])
}

async function open(query: Record<string, string> = { connection: 'c1', database: 'shop', table: 'orders' }) {
  const pinia = createPinia()
  setActivePinia(pinia)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: ['change', 'runs', 'connections'].map((name) => ({ path: `/${name}`, name, component: ChangePage })).concat([{ path: '/runs/:id', name: 'run', component: ChangePage }]),
  })
  await router.push({ name: 'change', query })
  document.body.innerHTML = '<div id="page-header"></div><div id="page-band"></div>'
  const page = mount(ChangePage, { global: { plugins: [pinia, i18n, router] }, attachTo: document.body })
  await flushPromises()
  const press = async (id: string) => {
    document.querySelector<HTMLElement>(`[data-testid="${id}"]`)!.click()
    await flushPromises()
  }
  const disabled = (id: string) => document.querySelector<HTMLButtonElement>(`[data-testid="${id}"]`)!.disabled
  return { page, router, press, disabled, draft: useDraft() }
}

describe('the page of a change', () => {
  beforeEach(core)
  afterEach(() => {
    document.body.innerHTML = ''
  })

  it('takes connection, database and table from the address, and checks what stands there', async () => {
    const { page, press, disabled, draft } = await open()
    expect(disabled('check')).toBe(true)
    draft.clause = 'ADD COLUMN a INT'
    await flushPromises()
    await press('check')
    expect(planned).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ table: { database: 'shop', table: 'orders' }, kind: { kind: 'alter', clause: 'ADD COLUMN a INT' }, dry_run: false }))
    expect(page.find('[data-testid=command]').text()).toContain("--alter 'ADD COLUMN a INT'")
    expect(disabled('run')).toBe(false)
    page.unmount()
  })

  it('lets nothing run that was edited after its check', async () => {
    const { page, press, disabled, draft } = await open()
    draft.kind = 'reclaim'
    await flushPromises()
    await press('check')
    expect(disabled('run')).toBe(false)
    draft.holdCutover = true
    await flushPromises()
    expect([disabled('run'), disabled('dry-run')]).toEqual([true, true])
    expect(page.find('[data-testid=band-check]').text()).toContain('Out of date')
    page.unmount()
  })

  it('lets nothing run that a finding blocks', async () => {
    answer = (request) => samplePlan({ request, findings: [sampleFinding('CLAUSE_NUL', 'block')], launch: null, command: null })
    const { page, press, disabled, draft } = await open()
    draft.kind = 'reclaim'
    await flushPromises()
    await press('check')
    expect([disabled('run'), disabled('dry-run')]).toEqual([true, true])
    expect(page.find('[data-testid=finding]').attributes('data-severity')).toBe('block')
    page.unmount()
  })

  it('starts only with the table’s full name typed under the dangers, and hands on what is accepted', async () => {
    answer = (request) => samplePlan({ request, findings: [sampleFinding('DROPS', 'danger')], confirmation: { typed: 'shop.orders', accept: ['DROPS'] } })
    const { page, press, disabled, draft, router } = await open()
    draft.kind = 'reclaim'
    await flushPromises()
    await press('check')
    await press('run')
    expect(document.querySelectorAll('[data-testid=confirm-dangers] li')).toHaveLength(1)
    expect(disabled('confirm-action')).toBe(true)
    const input = document.querySelector<HTMLInputElement>('input[data-testid=confirm-input], [data-testid=confirm-input] input')!
    input.value = 'shop.orders'
    input.dispatchEvent(new Event('input'))
    await flushPromises()
    await press('confirm-action')
    expect(started).toHaveBeenCalledExactlyOnceWith('p1', { typed: 'shop.orders', accept: ['DROPS'] })
    expect(router.currentRoute.value).toMatchObject({ name: 'run', params: { id: '20260115-009' } })
    page.unmount()
  })

  it('plans a dry run for itself, and leaves the plan on the page alone', async () => {
    const { page, press, draft } = await open()
    draft.kind = 'reclaim'
    await flushPromises()
    await press('check')
    const before = draft.plan
    await press('dry-run')
    expect(planned).toHaveBeenLastCalledWith(expect.objectContaining({ dry_run: true }))
    expect(draft.plan).toBe(before)
    await press('confirm-start')
    expect(started).toHaveBeenCalledExactlyOnceWith('p1', { typed: null, accept: [] })
    page.unmount()
  })

  it('ignores the answer of a check that was cancelled', async () => {
    let give!: (plan: Plan) => void
    answer = () => new Promise((resolve) => (give = resolve))
    const { page, press, draft } = await open()
    draft.kind = 'reclaim'
    await flushPromises()
    await press('check')
    await press('check-cancel')
    give(samplePlan())
    await flushPromises()
    expect(draft.plan).toBeNull()
    expect(page.find('[data-testid=check]').exists()).toBe(true)
    page.unmount()
  })

  it('repeats an earlier run through plan and check, never at once', async () => {
    const plan = samplePlan()
    fake('runDetail', () => ({ view: sampleView(), plan, definition_after: null }))
    const { page, draft } = await open({ again: '20260115-001' })
    expect(draft.request).toEqual(plan.request)
    expect(draft.plan).toBeNull()
    expect([planned.mock.calls.length, started.mock.calls.length]).toEqual([0, 0])
    page.unmount()
  })
})

describe('the editor', () => {
  it('hands every byte on as it was given', async () => {
    const text = "ADD COLUMN `a` INT,\r\n\tADD b VARCHAR(9) COMMENT '  😀  '  "
    const editor = mount(ClauseEditor, { props: { modelValue: text, columns: [], marks: [], label: 'x', placeholder: 'x' }, global: { plugins: [i18n] }, attachTo: document.body })
    const { EditorView } = await import('@codemirror/view')
    const view = EditorView.findFromDOM(editor.element as HTMLElement)!
    view.dispatch({ changes: { from: view.state.doc.length, insert: ';' } })
    expect(editor.emitted('update:modelValue')).toEqual([[`${text};`]])
    editor.unmount()
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from '@/ipc'
import { fake } from '@/ipc/fake'
import { i18n } from '@/locales'
import { sampleView } from '@/features/runs/sample'
import ClauseEditor from './ClauseEditor.vue'
import { core, disabled, openPage, planned, press, started, type } from './page.fixture'
import { sampleFinding, samplePlan } from './sample'

describe('the page of a change', () => {
  beforeEach(() => core())
  afterEach(() => {
    document.body.innerHTML = ''
  })

  it('takes connection, database and table from the address, and checks what stands there', async () => {
    const { page, draft } = await openPage()
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
    const { page, draft } = await openPage()
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
    core((request) => samplePlan({ request, findings: [sampleFinding('CLAUSE_NUL', 'block')], launch: null, command: null }))
    const { page, draft } = await openPage()
    draft.kind = 'reclaim'
    await flushPromises()
    await press('check')
    expect([disabled('run'), disabled('dry-run')]).toEqual([true, true])
    expect(page.find('[data-testid=finding]').attributes('data-severity')).toBe('block')
    page.unmount()
  })

  it('starts only with the table’s full name typed under the dangers, and hands on what is accepted', async () => {
    core((request) => samplePlan({ request, findings: [sampleFinding('DROPS', 'danger')], confirmation: { typed: 'shop.orders', accept: ['DROPS'] } }))
    const { page, draft, router } = await openPage()
    draft.kind = 'reclaim'
    await flushPromises()
    await press('check')
    await press('run')
    expect(document.querySelectorAll('[data-testid=confirm-dangers] li')).toHaveLength(1)
    expect(disabled('confirm-action')).toBe(true)
    await type('confirm-input', 'shop.orders')
    await press('confirm-action')
    expect(started).toHaveBeenCalledExactlyOnceWith('p1', { typed: 'shop.orders', accept: ['DROPS'] })
    expect(router.currentRoute.value).toMatchObject({ name: 'run', params: { id: '20260115-009' } })
    page.unmount()
  })

  it('plans a dry run for itself, and leaves the plan on the page alone', async () => {
    const { page, draft } = await openPage()
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
    core(() => new Promise((resolve) => (give = resolve)))
    const { page, draft } = await openPage()
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
    const { page, draft } = await openPage({ again: '20260115-001' })
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

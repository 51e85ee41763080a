/** The whole page of a change before a fake core, as a person meets it: what is pressed, chosen and typed. */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { ChangeRequest, Confirmation, Plan, PrepareVerdict, TableFacts } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import { sampleConnection } from '@/features/connections/sample'
import { sampleView } from '@/features/runs/sample'
import ChangePage from './ChangePage.vue'
import { useDraft } from './draft'
import { same } from './options'
import { fakeOptions } from './options/options.fake'
import { sampleDiagnosis, sampleFacts, samplePlan, sampleSuggestion } from './sample'

// The whole page with its lists takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

// Browsers tell of a changed selection later; this document tells of it while the editor still sets it.
document.addEventListener('selectionchange', (event) => event.stopImmediatePropagation(), true)

const AT_ONCE = { not_before: null, window: null }
/** What the core was asked; a schedule only where there is one. */
export const planned = vi.fn()
export const started = vi.fn()

/** A core with one connection and one table; `answer` makes its plans. */
export function core(answer: (request: ChangeRequest) => Promise<Plan> | Plan = (request) => samplePlan({ request }), facts: TableFacts = sampleFacts()) {
  resetFakes()
  installFakes()
  fakeOptions()
  planned.mockReset()
  started.mockReset()
  fake('connectionsList', () => [sampleConnection()])
  fake('databases', () => [{ name: 'shop', tables: 1, bytes: 1 }])
  fake('tables', () => [facts.summary, { ...facts.summary, name: 'customers' }])
  fake('tableFacts', () => facts)
  fake('suggestedOptions', () => sampleSuggestion())
  fake('clauseDiagnose', () => sampleDiagnosis())
  fake('clausePrepare', (): PrepareVerdict => ({ kind: 'accepted' }))
  fake('planCancel', () => null)
  fake('plan', ({ request }) => {
    planned(request)
    return answer(request as ChangeRequest)
  })
  fake('runStart', ({ plan, confirmation, schedule }) => {
    started(plan, confirmation as Confirmation, ...(same(schedule, AT_ONCE) ? [] : [schedule]))
    return sampleView({ id: '20260115-009' })
  })
  fake('runsLive', () => [])
}

/** In the page and in what is laid over it: menus and dialogs hang at the end of the document. */
export function element<Kind extends HTMLElement = HTMLElement>(testid: string): Kind {
  const found = document.querySelector<Kind>(`[data-testid="${testid}"]`)
  if (found === null) throw new Error(`nothing is named ${testid}`)
  return found
}
export const exists = (testid: string) => document.querySelector(`[data-testid="${testid}"]`) !== null
export const textOf = (testid: string) => element(testid).textContent?.replace(/\s+/g, ' ').trim() ?? ''
export const disabled = (testid: string) => element<HTMLButtonElement>(testid).disabled

export async function press(target: string | HTMLElement) {
  ;(typeof target === 'string' ? element(target) : target).click()
  await flushPromises()
}
/** Types over what stands in a field, and leaves it. */
export async function type(target: string | HTMLElement, text: string) {
  const found = typeof target === 'string' ? element(target) : target
  const input = found.matches('input, textarea') ? (found as HTMLInputElement) : (found.querySelector('input, textarea') as HTMLInputElement)
  input.value = text
  input.dispatchEvent(new Event('input'))
  input.dispatchEvent(new FocusEvent('blur'))
  await flushPromises()
}

export async function openPage(query: Record<string, string> = { connection: 'c1', database: 'shop', table: 'orders' }) {
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
  return { page, router, draft: useDraft() }
}

/** Opens a list and takes what stands there under `text`: by the listbox that the field says is its own. */
export async function choose(field: HTMLElement, text: string) {
  const combobox = field.matches('[role=combobox]') ? field : (field.querySelector('[role=combobox]') as HTMLElement)
  ;(combobox.closest('.el-select__wrapper') as HTMLElement).click()
  await flushPromises()
  const list = document.getElementById(combobox.getAttribute('aria-controls') ?? '')
  const options = [...(list?.querySelectorAll<HTMLElement>('[role=option]') ?? [])]
  const wanted = options.find((option) => option.textContent?.trim().startsWith(text))
  if (wanted === undefined) throw new Error(`${text} is not among ${options.map((option) => option.textContent?.trim()).join(' | ')}`)
  wanted.click()
  await flushPromises()
}

import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Advice, ChangeRequest, Finding, Plan } from '@/ipc'
import { fake, fakeEvent } from '@/ipc/fake'
import { core, element, exists, openPage, planned, press, textOf } from './page.fixture'
import { sampleAdvice, sampleFinding, samplePlan } from './sample'

let page: Awaited<ReturnType<typeof openPage>>['page']
let draft: Awaited<ReturnType<typeof openPage>>['draft']

async function check(answer: (request: ChangeRequest) => Promise<Plan> | Plan, clause = 'ADD COLUMN priority INT') {
  core(answer)
  ;({ page, draft } = await openPage())
  draft.clause = clause
  await flushPromises()
  await press('check')
}
const withFindings = (...findings: Finding[]) => check((request) => samplePlan({ request, findings }))
const withAdvice = (part: Partial<Advice> = {}) =>
  check((request) => samplePlan({ request, engine: request.engine === 'pt-osc' ? 'pt-osc' : 'direct', advice: sampleAdvice(part) }))
const asked = () => planned.mock.calls.at(-1)?.[0] as ChangeRequest

afterEach(() => {
  page.unmount()
  document.body.innerHTML = ''
})

describe('the line of the engine', () => {
  const offers = () => [...element('advice').querySelectorAll<HTMLElement>('[role=radio]')].map((radio) => [radio.textContent?.replace(/\s+/g, ' ').trim(), radio.getAttribute('aria-checked'), radio.getAttribute('aria-disabled')])

  it('shows the ways with the recommended one taken, and that the server has shown it', async () => {
    await withAdvice()
    expect(offers()).toEqual([
      ['INSTANT recommended', 'true', 'false'],
      ['pt-osc', 'false', 'false'],
      // The server takes the cheapest of its own ways by itself.
      ['INPLACE', 'false', 'true'],
    ])
    expect(textOf('advice')).toContain('proved on an empty copy of the table')
    expect(textOf('advice')).toContain('Tried on an empty clone of the table: the server takes INSTANT.')
    expect(exists('engine-auto'), 'it was chosen by itself').toBe(false)
  })

  it('plans anew for the way that is chosen, and leaves the choice to the core again', async () => {
    await withAdvice()
    expect(asked().engine).toBe('auto')
    await press('engine-pt-osc-')
    expect(asked().engine).toBe('pt-osc')
    expect(offers().map(([name, taken]) => [name, taken])).toContainEqual(['pt-osc', 'true'])
    await press('engine-auto')
    expect(asked().engine).toBe('auto')
    expect(planned).toHaveBeenCalledTimes(3)
  })

  it('does not take a way that is closed or dearer', async () => {
    await withAdvice({ offers: [{ engine: 'pt-osc', algorithm: null, open: true, notes: [] }, { engine: 'direct', algorithm: 'inplace', open: false, notes: [] }] })
    expect(element('engine-direct-inplace').title).toBe('A finding forbids this way.')
    await press('engine-direct-inplace')
    expect(planned).toHaveBeenCalledOnce()
  })

  it('says that only rules speak, and what the server answered on the copy', async () => {
    await withAdvice({ verified: false, refusal: '1846: LOCK=NONE is not supported', left: { database: 'shop', table: '_mysqler_x' } })
    expect(textOf('advice')).toContain('told by rules, not verified on the server')
    expect(textOf('advice')).toContain('1846: LOCK=NONE is not supported')
    expect(textOf('advice')).toContain('The empty copy shop._mysqler_x could not be dropped.')
  })

  it('lets the arrows go from one open way to the next', async () => {
    await withAdvice()
    element('engine-direct-instant').focus()
    element('engine-direct-instant').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
    expect(document.activeElement).toBe(element('engine-pt-osc-'))
    element('engine-pt-osc-').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
    expect(document.activeElement, 'over the closed one').toBe(element('engine-direct-instant'))
  })
})

describe('a check at work', () => {
  let tickets: string[]
  const cancelled = vi.fn()

  beforeEach(async () => {
    tickets = []
    cancelled.mockReset()
    core()
    fake('plan', ({ ticket }) => {
      tickets.push(ticket as string)
      return new Promise<Plan>(() => undefined)
    })
    fake('planCancel', ({ ticket }) => {
      cancelled(ticket)
      return null
    })
    ;({ page, draft } = await openPage())
    draft.clause = 'ADD UNIQUE (note)'
    await flushPromises()
    await press('check')
  })
  const progress = async (step: string, done: number, ticket = tickets.at(-1)) => {
    await fakeEvent('core-event', { kind: 'plan_progress', progress: { ticket, step, done, total: 4 } })
    await flushPromises()
  }

  it('says which question is asked, and of how many', async () => {
    expect(textOf('check-progress')).toContain('Looking at the server, the table, its data')
    await progress('DUPLICATE_VALUES', 1)
    expect(textOf('check-progress')).toContain('Question 2 of 4')
    await progress('ADVICE', 3)
    expect(textOf('check-progress')).toContain('Question 4 of 4 Trying the clause on an empty copy of the table')
    expect(element('check-progress').querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')).toBe('75')
  })

  it('does not listen to the check of another', async () => {
    await progress('ADVICE', 3, 'of-another')
    expect(textOf('check-progress')).not.toContain('Question')
  })

  it('ends on the server too when it is cancelled', async () => {
    await progress('ADVICE', 3)
    await press('check-cancel')
    expect(cancelled).toHaveBeenCalledExactlyOnceWith(tickets[0])
    expect([exists('check-progress'), exists('check')]).toEqual([false, true])
  })

  it('is cancelled with the page', async () => {
    page.unmount()
    await flushPromises()
    expect(cancelled).toHaveBeenCalledExactlyOnceWith(tickets[0])
  })
})

describe('a finding', () => {
  it('says what it is, its evidence, whether it is proven, and shows its query when asked', async () => {
    await withFindings(sampleFinding('DROPS_COLUMN', 'danger', { proven: false, params: { name: 'note', type: 'varchar(120)' }, query: 'SELECT note FROM shop.orders LIMIT 5' }))
    expect(textOf('finding')).toContain('A column and all its values go')
    expect(textOf('finding')).toContain('note, varchar(120)')
    expect(textOf('finding')).toContain('not proven')
    expect(textOf('finding')).not.toContain('SELECT note')
    await press('finding-query')
    expect(textOf('finding')).toContain('SELECT note FROM shop.orders LIMIT 5')
    expect(element('finding-query').getAttribute('aria-expanded')).toBe('true')
  })

  it('groups the digits of quantities', async () => {
    await withFindings(sampleFinding('STATISTICS_IMPLAUSIBLE', 'warn', { params: { table: 'shop.orders', rows: '13', bytes: '565182464' } }))
    expect(textOf('finding')).toContain('shop.orders: 13 rows in 565,182,464 bytes')
  })

  it('replaces the clause with one click, which makes the check out of date', async () => {
    await withFindings(sampleFinding('DROPS_COLUMN', 'danger', { fixes: [{ kind: 'replace_clause', clause: 'CHANGE note remark VARCHAR(120)' }] }))
    expect(textOf('finding'), 'what will be written is seen before').toContain('CHANGE note remark VARCHAR(120)')
    await press('finding-fix-replace_clause')
    expect(draft.clause).toBe('CHANGE note remark VARCHAR(120)')
    expect(textOf('band-check')).toContain('Out of date')
    expect(exists('finding-fix-replace_clause'), 'it belongs to another clause now').toBe(false)
    expect(planned).toHaveBeenCalledOnce()
  })

  it('sets an option with one click and checks again', async () => {
    await withFindings(sampleFinding('STATISTICS_IMPLAUSIBLE', 'warn', { fixes: [{ kind: 'set_option', option: 'chunk_size', value: '1000' }] }))
    await press('finding-fix-set_option')
    expect(asked().options.chunk_size).toBe(1000)
    expect(planned).toHaveBeenCalledTimes(2)
  })

  it('chooses another engine with one click and checks again', async () => {
    await withFindings(sampleFinding('ADDS_UNIQUE', 'block', { fixes: [{ kind: 'choose_engine', engine: 'direct' }] }))
    await press('finding-fix-choose_engine')
    expect(asked().engine).toBe('direct')
  })

  it('gathers statistics of the table that was checked, and checks again', async () => {
    const analyzed = vi.fn()
    await withFindings(sampleFinding('STATISTICS_IMPLAUSIBLE', 'warn', { remedy: 'ANALYZE TABLE shop.orders', fixes: [{ kind: 'analyze' }] }))
    fake('tableAnalyze', ({ connection, table }) => {
      analyzed(connection, table)
      return null
    })
    await press('finding-fix-analyze')
    expect(analyzed).toHaveBeenCalledExactlyOnceWith('c1', { database: 'shop', table: 'orders' })
    expect(planned).toHaveBeenCalledTimes(2)
  })

  it('stays as it is when its remedy fails', async () => {
    await withFindings(sampleFinding('STATISTICS_IMPLAUSIBLE', 'warn', { fixes: [{ kind: 'analyze' }] }))
    fake('tableAnalyze', () => {
      throw { code: 'SERVER_LOST', message: 'gone', hint: '', detail: null, params: {} }
    })
    await press('finding-fix-analyze')
    expect(planned).toHaveBeenCalledOnce()
    expect(exists('finding-fix-analyze')).toBe(true)
  })
})

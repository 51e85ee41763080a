import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BatchPlan, ChangeRequest } from '@/ipc'
import { fake } from '@/ipc/fake'
import { sampleView } from '@/features/runs/sample'
import { requestsOf, verdictOf } from './batch/useBatch'
import { core, disabled, element, exists, openPage, press, textOf, type } from './page.fixture'
import { sampleFinding, samplePlan } from './sample'

const batchStarted = vi.fn()

function planAll(requests: ChangeRequest[], blocked = false): BatchPlan {
  const findings = blocked ? [sampleFinding('NO_USABLE_KEY', 'block')] : [sampleFinding('DROPS', 'danger')]
  const of = (request: ChangeRequest) => samplePlan({ request, findings, confirmation: { typed: request.table.table, accept: ['DROPS'] } })
  return { id: 'b1', items: requests.map((request) => ({ request, plan: of(request), error: null })), confirmation: { typed: `${requests.length} shop-primary`, accept: ['DROPS'] } }
}

async function openBatch(blocked = false) {
  fake('batchPlan', ({ requests }) => planAll(requests as ChangeRequest[], blocked))
  fake('batchStart', ({ id, confirmation, terms }) => (batchStarted(id, confirmation, terms), [sampleView({ id: '20260115-030', state: { name: 'queued' } })]))
  const opened = await openPage()
  opened.draft.kind = 'reclaim'
  await flushPromises()
  await press('batch')
  expect(textOf('batch-connections')).toContain('shop-primary')
  await press(element('batch-tables').querySelectorAll('input')[1]!)
  await press('batch-check')
  return opened
}

describe('one change for several tables', () => {
  beforeEach(() => {
    core()
    batchStarted.mockReset()
  })
  afterEach(() => {
    document.body.innerHTML = ''
  })

  it('asks for the same change on every table of every connection', () => {
    const base = samplePlan().request
    const requests = requestsOf(base, ['a', 'b'], ['c1', 'c2'])
    expect(requests.map(({ connection_id, table }) => `${connection_id} ${table.table}`)).toEqual(['c1 a', 'c1 b', 'c2 a', 'c2 b'])
    expect(new Set(requests.map(({ kind }) => JSON.stringify(kind)))).toEqual(new Set([JSON.stringify(base.kind)]))
    expect(verdictOf(null)).toBe('failed')
  })

  it('shows every verdict, and queues only with the number of tables typed', async () => {
    const { page, router } = await openBatch()
    expect(element('batch-summary').querySelectorAll('[data-verdict=danger]')).toHaveLength(2)
    expect(disabled('batch-queue')).toBe(true)
    await type('batch-typed', '2 shop-primary')
    await type('batch-name', 'everywhere')
    await press('batch-queue')
    expect(batchStarted).toHaveBeenCalledExactlyOnceWith('b1', { typed: '2 shop-primary', accept: ['DROPS'] }, { name: 'everywhere', stop_on_failure: true, schedule: { not_before: null, window: null } })
    expect(router.currentRoute.value.name).toBe('runs')
    page.unmount()
  })

  it('queues nothing while one of them is blocked', async () => {
    const { page } = await openBatch(true)
    expect(disabled('batch-queue')).toBe(true)
    expect(exists('batch-typed')).toBe(false)
    expect(textOf('batch-dialog')).toContain('Nothing is queued')
    page.unmount()
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import type { RunView } from '@/ipc'
import { i18n } from '@/locales'
import { batchFigures, liveBatches } from './batches'
import { controlsOf } from './look'
import RunNotice from './RunNotice.vue'
import RunsPage from './RunsPage.vue'
import { sampleView } from './sample'
import { useRuns } from './store'

const queued = (id: string, position: number | null, part: Partial<RunView> = {}) =>
  sampleView({ id, state: { name: 'queued' }, started_at: null, waiting: position === null ? null : { position, reason: { for: 'server', run: '20260115-001' } }, ...part })
const member = (number: number) => ({ id: 'b1', name: 'everywhere', number, of: 3, stop_on_failure: true })

describe('the queue', () => {
  const moved = vi.fn()
  beforeEach(() => {
    resetFakes()
    installFakes()
    moved.mockReset()
    fake('runMove', ({ id, to }) => (moved(id, to), []))
    setActivePinia(createPinia())
  })
  afterEach(() => {
    document.body.innerHTML = ''
  })

  async function openPage(views: RunView[], ended: RunView[] = []) {
    fake('runsLive', () => views)
    fake('history', () => ({ runs: [], total: 0, figures: { total: 0, completed: 0, ended_otherwise: 0, mean_duration_ms: null, rows_copied: 0 } }))
    fake('batchRuns', () => [...ended, ...views.filter(({ batch }) => batch != null)])
    const pinia = createPinia()
    setActivePinia(pinia)
    const router = createRouter({ history: createMemoryHistory(), routes: ['runs', 'change', 'history', 'run'].map((name) => ({ path: `/${name}`, name, component: RunsPage })) })
    document.body.innerHTML = '<div id="page-header"></div><div id="page-band"></div>'
    const page = mount(RunsPage, { global: { plugins: [pinia, i18n, router] }, attachTo: document.body })
    await flushPromises()
    return page
  }

  it('stands in its own order beside what runs, with the reason of each, and can be changed', async () => {
    const page = await openPage([sampleView(), queued('20260115-003', 2), queued('20260115-002', 1), queued('20260115-004', null)])
    const cards = page.findAll('[data-testid=queue] [data-testid=run-card]')
    expect(cards.map((card) => card.attributes('data-run'))).toEqual(['20260115-002', '20260115-003', '20260115-004'])
    expect(cards[0]!.find('[data-testid=run-waits]').text()).toContain('No. 1 in the queue: Waits for run 20260115-001 on the same server')
    expect(cards[0]!.find('[data-testid=queue-up]').attributes('disabled')).toBeDefined()
    await cards[1]!.find('[data-testid=queue-first]').trigger('click')
    expect(moved).toHaveBeenCalledExactlyOnceWith('20260115-003', { to: 'first' })
    page.unmount()
  })

  it('counts members of a batch that ended before this window was opened', async () => {
    const ended = sampleView({ id: '20260115-007', state: { name: 'failed', error: { code: 'RUN_FAILED', message: '', hint: '', detail: null, params: {} } }, batch: member(1) })
    const page = await openPage([queued('20260115-008', 1, { batch: member(2) })], [ended])
    const line = page.find('[data-testid=batch-line]').text()
    expect(line).toContain('everywhere')
    expect(line).toContain('1 of 3')
    expect(line).toContain('1 without success')
    page.unmount()
  })

  it('takes a batch for live until its last member has ended', () => {
    const done = sampleView({ id: 'a', state: { name: 'completed' }, batch: member(1) })
    const called = sampleView({ id: 'b', state: { name: 'cancelled' }, batch: member(2), called_off_by: 'a' })
    expect(liveBatches([done, called])).toEqual([])
    expect(liveBatches([called, queued('c', 1, { batch: member(3) }), done]).map((members) => members.map(({ id }) => id))).toEqual([['a', 'b', 'c']])
    expect(batchFigures([done, called])).toEqual({ of: 3, done: 2, badly: 0, calledOff: 1 })
  })

  it('is no part of what runs', async () => {
    const page = await openPage([sampleView(), queued('20260115-002', 1)])
    const runs = useRuns()
    expect([runs.running.length, runs.queued.length]).toEqual([1, 1])
    page.unmount()
  })
})

describe('a run outside its window', () => {
  const at = new Date(2026, 0, 15, 22, 0).getTime()
  const closed: Partial<RunView> = { waiting: { position: null, reason: { for: 'time', at } }, schedule: { not_before: null, window: { from_minute: 1320, to_minute: 360, days: [] } } }
  const show = (view: RunView) => mount(RunNotice, { props: { view }, global: { plugins: [createPinia(), i18n] } })

  it('says when it goes on, and that the swap waits', () => {
    const paused = show(sampleView({ ...closed, state: { name: 'paused', since: at, reason: 'window', phase: 'copy' } }))
    expect(paused.text()).toContain('its window is closed')
    expect(paused.text()).toContain('the swap still waits')
    const held = show(sampleView({ ...closed, state: { name: 'awaiting_cutover', since: at } }))
    expect(held.text()).toContain('the swap waits for its window')
  })

  it('can be started by a person only while it waits for its time', () => {
    const waiting = sampleView({ ...closed, state: { name: 'queued' } })
    expect(controlsOf(waiting)).toEqual(['startNow', 'stop'])
    expect(controlsOf({ ...waiting, engine: 'direct' })).toEqual(['startNow', 'stop'])
    expect(controlsOf(queued('a', 1))).toEqual(['stop'])
    expect(controlsOf({ ...waiting, pending: 'start_now' })).toEqual(['stop'])
  })

  it('that was called off says by which run', () => {
    const notice = show(sampleView({ state: { name: 'cancelled' }, called_off_by: '20260115-009' }))
    expect(notice.text()).toContain('Run 20260115-009, of the same batch')
    expect(notice.text()).not.toContain('Stopped by a person')
  })
})

import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { fake, fakeEvent, installFakes, resetFakes } from '@/ipc/fake'
import type { HistoryFilter, RunView } from '@/ipc'
import { useActivity } from './activity'
import { sampleView } from './sample'
import { useRuns } from './store'

const page = (runs: RunView[]) => ({ runs, total: runs.length, figures: { total: runs.length, completed: 0, ended_otherwise: 0, mean_duration_ms: null, rows_copied: 0 } })
const copying = sampleView({ id: 'a', created_at: 3 })
const held = sampleView({ id: 'b', created_at: 2, state: { name: 'awaiting_cutover', since: 0 } })
const left = sampleView({ id: 'c', created_at: 1, state: { name: 'needs_cleanup', leftovers: [], error: null } })
const done = sampleView({ id: 'd', created_at: 0, state: { name: 'completed' } })

describe('the runs that a window knows', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    resetFakes()
    installFakes()
    fake('runsLive', () => [copying, held])
    fake('history', ({ filter }) => page((filter as HistoryFilter).states?.length ? [left] : [done, copying]))
  })

  it('are what lives, what was left open and what ended last', async () => {
    const runs = useRuns()
    await runs.start()
    expect(runs.running.map(({ id }) => id)).toEqual(['a'])
    expect(runs.waiting.map(({ id }) => id)).toEqual(['b', 'c'])
    expect(runs.recent.map(({ id }) => id)).toEqual(['d'])
  })

  it('give the header its figures, and change with events', async () => {
    const activity = useActivity()
    await flushPromises()
    expect([activity.running, activity.waiting]).toEqual([1, 2])
    await fakeEvent('core-event', { kind: 'run_changed', view: { ...copying, last_seq: 41, state: { name: 'completed' } } })
    expect([activity.running, activity.waiting]).toEqual([0, 2])
  })

  it('are not set back by a view that comes late', async () => {
    const runs = useRuns()
    await runs.start()
    runs.fold({ ...copying, last_seq: 50, rows_copied: 900 })
    runs.fold({ ...copying, last_seq: 49, rows_copied: 800 })
    expect(runs.views.get('a')?.rows_copied).toBe(900)
  })

  it('tell trouble with the store until it is over', async () => {
    const runs = useRuns()
    await runs.start()
    await fakeEvent('core-event', { kind: 'store_trouble', run: null, error: { code: 'STORE_FULL', message: '', hint: '', detail: null, params: {} } })
    expect(runs.trouble?.code).toBe('STORE_FULL')
    await fakeEvent('core-event', { kind: 'store_recovered' })
    expect(runs.trouble).toBeNull()
  })

  it('can be asked for again after a failure', async () => {
    fake('runsLive', () => {
      throw { code: 'STORE_FAILED', message: 'x' }
    })
    const runs = useRuns()
    await runs.start()
    expect(runs.ready).toBe(false)
    expect(runs.error).toMatchObject({ code: 'STORE_FAILED' })
    fake('runsLive', () => [])
    await runs.start()
    expect([runs.ready, runs.error]).toEqual([true, null])
  })
})

import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import type { RunState } from '@/ipc'
import { i18n, useText } from '@/locales'
import type { Translate } from '@/locales'
import { controlsOf, hasEnded, needsPerson, STATES } from './look'
import { countDrops, inDropOrder, stopDrops } from './leftovers'
import { elapsedOf, leftWords, progressOf, waitsOf } from './progress'
import { phasesUntil, sampleView } from './sample'

const translate = (): Translate => {
  let t!: Translate
  mount(defineComponent({ setup: () => ((t = useText()), () => h('i')) }), { global: { plugins: [i18n] } })
  return t
}

describe('progress', () => {
  it('is the share of the estimate', () => {
    expect(progressOf(sampleView({ rows_copied: 50, rows_estimated: 200 }))).toEqual({ share: 0.25, past: false })
  })

  it('says when it is past the estimate', () => {
    const { share, past } = progressOf(sampleView({ rows_copied: 201, rows_estimated: 200 }))
    expect(past).toBe(true)
    expect(share).toBeGreaterThan(1)
  })

  it('is full when the copy is done, whatever the estimate was', () => {
    expect(progressOf(sampleView({ rows_copied: 10, rows_estimated: 200, phases: phasesUntil('analyze', 0) }))).toEqual({ share: 1, past: false })
    expect(progressOf(sampleView({ rows_copied: 300, rows_estimated: 200, phases: phasesUntil('copy', 0, true) }))).toEqual({ share: 1, past: false })
  })

  it('does not invent a share without an estimate', () => {
    expect(progressOf(sampleView({ rows_copied: 10, rows_estimated: null })).share).toBeNull()
    expect(progressOf(sampleView({ rows_copied: 0, rows_estimated: null })).share).toBe(0)
  })
})

describe('times', () => {
  it('tick while the run lives and stand still after it', () => {
    expect(elapsedOf(sampleView({ started_at: 1000, finished_at: null }), 6000)).toBe(5000)
    expect(elapsedOf(sampleView({ started_at: 1000, finished_at: 3000, state: { name: 'completed' } }), 9000)).toBe(2000)
    expect(elapsedOf(sampleView({ started_at: 1000, finished_at: null, state: { name: 'unknown', check: [] } }), 9000)).toBeNull()
    expect(elapsedOf(sampleView({ started_at: null }), 9000)).toBeNull()
  })

  it('count a wait that is under way', () => {
    const waits = waitsOf(sampleView({ waits: [{ reason: 'lag', ms: 500, since: null, detail: '' }, { reason: 'load', ms: 1000, since: 4000, detail: 'x' }, { reason: 'lock', ms: 0, since: null, detail: '' }] }), 6000)
    expect(waits.map(({ reason, ms, now }) => [reason, ms, now])).toEqual([['load', 3000, true], ['lag', 500, false]])
  })

  it('tell what is left as a range in one unit', () => {
    const t = translate()
    const words = (low: number, high: number) => leftWords([low, high], String, t)
    expect(words(172_000, 285_000)).toBe('2–5 min')
    expect(words(20_000, 70_000)).toBe('20–70 s')
    expect(words(0, 400)).toBe('0–1 s')
    expect(words(3_600_000, 9_000_000)).toBe('1–3 h')
    expect(words(180_000, 180_000)).toBe('3 min')
  })
})

describe('controls', () => {
  const of = (state: RunState, pending: 'pause' | 'stop' | null = null) => controlsOf({ engine: 'pt-osc', state, pending, triggers: [], shadow: null })

  it('are those that the state allows', () => {
    expect(of({ name: 'running', phase: 'copy' })).toEqual(['pause', 'stop'])
    expect(of({ name: 'running', phase: 'swap' })).toEqual(['stop'])
    expect(of({ name: 'running', phase: 'drop_triggers' })).toEqual([])
    expect(of({ name: 'paused', since: 0, reason: 'user', phase: 'copy' })).toEqual(['resume', 'stop'])
    expect(of({ name: 'awaiting_cutover', since: 0 })).toEqual(['cutover', 'stop'])
    expect(of({ name: 'needs_cleanup', leftovers: [], error: null })).toEqual(['cleanup'])
    expect(of({ name: 'unknown', check: [] })).toEqual([])
    expect(of({ name: 'interrupted', since: 0, before: { name: 'preparing' } })).toEqual(['stop'])
    expect(controlsOf({ engine: 'pt-osc', state: { name: 'unknown', check: [] }, pending: null, triggers: ['a'], shadow: null })).toEqual(['cleanup'])
  })

  it('do not offer again what was asked for; after a stop nothing', () => {
    expect(of({ name: 'running', phase: 'copy' }, 'pause')).toEqual(['stop'])
    expect(of({ name: 'running', phase: 'copy' }, 'stop')).toEqual([])
  })

  it('know for every state whether it has ended and whether a person is needed', () => {
    const ended = STATES.filter((name) => hasEnded({ name } as RunState))
    expect(ended).toEqual(['needs_review', 'completed', 'failed', 'cancelled', 'needs_cleanup', 'unknown'])
    expect(STATES.filter((name) => needsPerson({ name } as RunState))).toEqual(['needs_review', 'awaiting_cutover', 'needs_cleanup', 'unknown'])
  })
})

describe('what a stop takes away', () => {
  it('is the triggers, then the shadow table', () => {
    const drops = stopDrops(sampleView())
    expect(drops.map(({ kind }) => kind)).toEqual(['trigger', 'trigger', 'trigger', 'table'])
    expect(countDrops(drops)).toEqual({ sessions: 0, triggers: 3, tables: ['_orders_new'] })
    expect(inDropOrder([...drops].reverse()).at(-1)?.kind).toBe('table')
    expect(stopDrops(sampleView({ triggers: [], shadow: null }))).toEqual([])
  })
})

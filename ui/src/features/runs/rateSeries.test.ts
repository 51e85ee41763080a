import { describe, expect, it } from 'vitest'
import type { RunEvent } from '@/ipc'
import { RateSeries } from './rateSeries'

const progress = (seconds: number, rows: number): RunEvent => ({ seq: seconds + 1, at: seconds * 1000, event: 'progress', rows, chunk_rows: 1, chunk_ms: 1 })

describe('the rate', () => {
  it('is rows between two reports over the time between them', () => {
    const series = new RateSeries()
    series.add([progress(0, 0), progress(2, 1000), progress(3, 1700)])
    expect(series.points()).toEqual([[0, 2, 3], [null, 500, 700]])
  })

  it('goes on from where it was, and drops what was read twice', () => {
    const series = new RateSeries()
    series.add([progress(0, 0), progress(1, 10)])
    series.add([progress(1, 10), progress(2, 30)])
    expect(series.points()[1]).toEqual([null, 10, 20])
  })

  it('breaks the line over a wait', () => {
    const series = new RateSeries()
    series.add([progress(0, 0), progress(1, 10), { seq: 9, at: 1500, event: 'wait_ended', reason: 'lag' }, progress(60, 20), progress(61, 40)])
    expect(series.points()[1]).toEqual([null, 10, null, 20])
  })

  it('stays bounded over a long run and keeps the mean', () => {
    const series = new RateSeries(100)
    series.add(Array.from({ length: 10_000 }, (_, second) => progress(second, second * 7)))
    const [times, rates] = series.points()
    expect(times.length).toBeLessThanOrEqual(100)
    expect(times.length).toBeGreaterThan(40)
    expect(times.at(-1)).toBe(9999)
    expect(new Set(rates.slice(1))).toEqual(new Set([7]))
  })
})

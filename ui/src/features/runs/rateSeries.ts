/** Rows per second over time, from a run's progress events, in a bounded number of points however long the run is. */
import type { RunEvent } from '@/ipc'

/** Seconds since the epoch and rows per second; `null` breaks the line where the run stood still for a reason. */
export type Series = [times: number[], rates: (number | null)[]]

interface Sample {
  at: number
  rows: number
  /** Nothing was copied on purpose between the sample before and this one. */
  broken: boolean
}

export class RateSeries {
  private samples: Sample[] = []
  private broken = true
  private readonly limit: number

  constructor(limit = 600) {
    this.limit = limit
  }

  /** Takes the next events of the record, oldest first. */
  add(events: readonly RunEvent[]) {
    for (const event of events) {
      if (event.event === 'progress') this.sample(event.at, event.rows)
      else if (event.event === 'wait_ended' || event.event === 'phase_started' || event.event === 'contact_regained') this.broken = true
    }
    while (this.samples.length > this.limit) this.halve()
  }

  private sample(at: number, rows: number) {
    const last = this.samples.at(-1)
    if (last !== undefined && at <= last.at) return
    this.samples.push({ at, rows, broken: this.broken })
    this.broken = false
  }

  /** Every second sample goes: rows are cumulative, so that the rates between those that stay are exact. */
  private halve() {
    const all = this.samples
    this.samples = all
      .map((sample, index) => ({ ...sample, broken: sample.broken || (index % 2 === 0 && all[index - 1]?.broken === true) }))
      .filter((_, index) => index % 2 === 0 || index === all.length - 1)
  }

  points(): Series {
    const times: number[] = []
    const rates: (number | null)[] = []
    this.samples.forEach((sample, index) => {
      const before = this.samples[index - 1]
      times.push(sample.at / 1000)
      rates.push(before === undefined || sample.broken ? null : (Math.max(0, sample.rows - before.rows) * 1000) / (sample.at - before.at))
    })
    return [times, rates]
  }
}

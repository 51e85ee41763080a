/**
 * One run's log of any length: lines are fetched by place when they come into sight, and searched in passes.
 *
 * Lines are numbered from 1 without holes, so that line `seq` is always at index `seq - 1`, fetched or not.
 */
import type { LogBatch, LogKind, LogLine, LogPage } from '@/ipc'
import type { LineWords } from './lineWords'

export const PAGE = 500
const PASS = 10_000

export interface LogSource {
  page(after: number, limit: number): Promise<LogPage>
  follow(after: number, onBatch: (batch: LogBatch) => void): Promise<unknown>
}

export interface Search {
  query: string
  /** Empty means every kind. */
  kinds: readonly LogKind[]
}

export class RunLog {
  total = 0
  ended = false
  error: unknown = null
  private pages = new Map<number, (LogLine | undefined)[]>()
  private asked = new Set<number>()
  private opened: Promise<void> | null = null
  private source: LogSource
  private changed: () => void

  constructor(source: LogSource, changed: () => void = () => {}) {
    this.source = source
    this.changed = changed
  }

  /** Learns how long the log is, shows its end, then follows; asking again does nothing. */
  open(): Promise<void> {
    this.opened ??= this.start()
    return this.opened
  }

  private async start() {
    try {
      const first = await this.source.page(0, 1)
      this.total = Math.max(this.total, first.total)
      this.take(first.lines)
      await this.fetch(Math.max(0, this.total - PAGE), PAGE)
      this.error = null
      void this.followOn()
    } catch (error) {
      this.error = error
      this.opened = null
    }
    this.changed()
  }

  private async followOn() {
    try {
      await this.source.follow(this.total, (batch) => {
        if (batch.kind === 'end') this.ended = true
        else this.take(batch.lines)
        this.changed()
      })
    } catch (error) {
      this.error = error
      this.changed()
    }
  }

  private take(lines: readonly LogLine[]) {
    for (const line of lines) {
      const index = line.seq - 1
      const number = Math.floor(index / PAGE)
      const page = this.pages.get(number) ?? []
      if (page.length === 0) this.pages.set(number, page)
      page[index % PAGE] ??= line
      if (line.seq > this.total) this.total = line.seq
    }
  }

  private async fetch(after: number, limit: number) {
    const page = await this.source.page(after, limit)
    this.total = Math.max(this.total, page.total)
    this.take(page.lines)
  }

  at(index: number): LogLine | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE]
  }

  /** Fetches what is missing between two indices, a page at a time. */
  async want(from: number, to: number): Promise<void> {
    const missing: number[] = []
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to, this.total); page += 1) {
      if (this.asked.has(page) || this.isWhole(page * PAGE, Math.min((page + 1) * PAGE, this.total))) continue
      this.asked.add(page)
      missing.push(page)
    }
    if (missing.length === 0) return
    await Promise.all(
      missing.map((page) =>
        this.fetch(page * PAGE, PAGE)
          .catch((error: unknown) => (this.error = error))
          .finally(() => this.asked.delete(page)),
      ),
    )
    this.changed()
  }

  private isWhole(from: number, to: number) {
    for (let index = from; index < to; index += 1) if (this.at(index) === undefined) return false
    return true
  }

  /** All lines in order, in passes: for searching and for the download. Stops when `signal` aborts. */
  async *passes(signal?: AbortSignal, from = 0): AsyncGenerator<LogLine[]> {
    for (let index = from; index < this.total && !signal?.aborted; index += PASS) {
      const end = Math.min(index + PASS, this.total)
      if (!this.isWhole(index, end)) await this.fetch(index, end - index)
      const lines: LogLine[] = []
      for (let place = index; place < end; place += 1) {
        const line = this.at(place)
        if (line !== undefined) lines.push(line)
      }
      yield lines
    }
  }

  /** Index of the last line at or before `at`; fetches the few pages that it has to look at. */
  async indexAt(at: number): Promise<number> {
    let low = 0
    let high = this.total - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      await this.want(middle, middle + 1)
      const line = this.at(middle)
      if (line === undefined) return high
      if (line.at <= at) low = middle
      else high = middle - 1
    }
    return low
  }
}

export function matcher({ query, kinds }: Search, words: LineWords): (line: LogLine) => boolean {
  const wanted = query.toLowerCase()
  return (line) => (kinds.length === 0 || kinds.includes(line.kind)) && (wanted === '' || words(line).toLowerCase().includes(wanted))
}

/** A line as it stands in a file. */
export const lineText = (line: LogLine, words: LineWords) => `${new Date(line.at).toISOString()} ${line.stream} ${words(line)}`

import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { effectScope, ref, shallowReactive } from 'vue'
import type { LogBatch, LogKind, LogLine } from '@/ipc'
import type { OpenLog } from './logs'
import { wordsWith } from './lineWords'
import { lineText, RunLog } from './runLog'
import type { LogSource } from './runLog'
import { useLogScan } from './useLogScan'

const asItCame = wordsWith((key, params) => `${key} ${JSON.stringify(params)}`)
const line = (seq: number): LogLine => ({ seq, at: seq * 10, stream: 'stderr', kind: seq % 10 === 0 ? 'warning' : 'progress', text: `line ${seq}` })
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => line(from + index))

function source(total: number) {
  const page = vi.fn(async (after: number, limit: number) => ({ total, lines: lines(after + 1, Math.min(after + limit, total)) }))
  let send!: (batch: LogBatch) => void
  const follow = vi.fn((_after: number, onBatch: (batch: LogBatch) => void) => {
    send = onBatch
    return Promise.resolve(null)
  })
  return { page, follow, send: (batch: LogBatch) => send(batch) } satisfies LogSource & { send: unknown }
}

describe('a log of a million lines', () => {
  it('opens with its end, without reading the rest', async () => {
    const from = source(1_000_000)
    const log = new RunLog(from)
    await log.open()
    expect(log.total).toBe(1_000_000)
    expect(log.at(999_999)?.text).toBe('line 1000000')
    expect(log.at(500_000)).toBeUndefined()
    expect(from.page).toHaveBeenCalledTimes(2)
    expect(from.follow).toHaveBeenCalledExactlyOnceWith(1_000_000, expect.any(Function))
  })

  it('fetches what comes into sight, once', async () => {
    const from = source(1_000_000)
    const log = new RunLog(from)
    await log.open()
    from.page.mockClear()
    await Promise.all([log.want(500_000, 500_030), log.want(500_010, 500_040)])
    expect(from.page).toHaveBeenCalledTimes(1)
    expect(log.at(500_029)?.seq).toBe(500_030)
    await log.want(500_000, 500_040)
    expect(from.page).toHaveBeenCalledTimes(1)
  })

  it('finds the line of a moment in a few pages', async () => {
    const from = source(1_000_000)
    const log = new RunLog(from)
    await log.open()
    expect(await log.indexAt(123_456 * 10 + 5)).toBe(123_455)
    expect(from.page.mock.calls.length).toBeLessThan(25)
  })
})

describe('a followed log', () => {
  it('grows without doubling a line, and learns that it has ended', async () => {
    const from = source(3)
    const changed = vi.fn()
    const log = new RunLog(from, changed)
    await log.open()
    from.send({ kind: 'lines', lines: [line(3), line(4), line(5)] })
    from.send({ kind: 'end' })
    expect([log.total, log.ended]).toEqual([5, true])
    expect(changed).toHaveBeenCalledTimes(3)
    const read: LogLine[] = []
    for await (const some of log.passes()) read.push(...some)
    expect(read.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  })

  it('tells a failure and opens again after it', async () => {
    const from = source(2)
    from.page.mockRejectedValueOnce({ code: 'STORE_FAILED', message: 'x' })
    const log = new RunLog(from)
    await log.open()
    expect(log.error).toMatchObject({ code: 'STORE_FAILED' })
    await log.open()
    expect([log.error, log.total]).toEqual([null, 2])
  })

  it('words the lines of the application, and nothing that the tool printed', () => {
    const note = { ...line(1), stream: 'app' as const, text: '{"note":"dropped","name":"`a`"}' }
    expect(asItCame(note)).toBe('note.dropped {"name":"`a`"}')
    expect(asItCame({ ...note, stream: 'stdout' })).toBe(note.text)
    expect(asItCame({ ...note, text: '{ cut' })).toBe('{ cut')
  })

  it('writes a line with its time', () => {
    expect(lineText(line(1), asItCame)).toBe('1970-01-01T00:00:00.010Z stderr line 1')
  })
})

describe('searching a log', () => {
  async function scan(total: number, query = '', kinds: LogKind[] = []) {
    const from = source(total)
    const entry = shallowReactive({ log: new RunLog(from, () => (entry.version += 1)), version: 0 }) as OpenLog
    await entry.log.open()
    const asked = { query: ref(''), kinds: ref<LogKind[]>([]) }
    const found = effectScope().run(() => useLogScan(ref(entry) as never, asked.query, asked.kinds, asItCame))!
    asked.query.value = query
    asked.kinds.value = kinds
    await settle(found)
    return { found, from, asked }
  }
  async function settle(found: { busy: { value: boolean } }) {
    await flushPromises()
    await vi.waitFor(() => expect(found.busy.value).toBe(false))
  }

  it('counts every hit, over all passes', async () => {
    const { found } = await scan(25_000, 'LINE 2499')
    expect(found.hits.value).toEqual([2498, ...Array.from({ length: 10 }, (_, index) => 24_989 + index)])
    expect(found.searched.value).toBe(25_000)
  })

  it('narrows to kinds, and finds within what is left', async () => {
    const { found } = await scan(100, 'line 50', ['warning'])
    expect(found.rows.value).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99])
    expect(found.hits.value).toEqual([4])
  })

  it('goes on by itself when the log grows', async () => {
    const { found, from } = await scan(5, 'line')
    from.send({ kind: 'lines', lines: [line(6)] })
    await settle(found)
    expect(found.hits.value).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('shows all again when nothing is asked', async () => {
    const { found, asked } = await scan(100, '', ['warning'])
    asked.kinds.value = []
    await settle(found)
    expect([found.rows.value, found.hits.value]).toEqual([null, []])
  })
})

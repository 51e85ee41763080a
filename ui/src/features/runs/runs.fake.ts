/** Runs of a fictitious shop, one of them at work; `?runs=empty|huge|failing` looks at the other states. */
import type { BatchTerms, Channel, HistoryFilter, LogBatch, LogKind, LogLine, RunEvent, RunState, RunView } from '@/ipc'
import { fake, fakeEvent } from '@/ipc/fake'
import './gate.fake'
import { stopDrops } from './leftovers'
import { hasEnded } from './look'
import { phasesUntil, sampleCompared, sampleDetail, sampleView } from './sample'

const wanted = new URLSearchParams(location.search).get('runs')
const now = Date.now()
const MIN = 60_000
const error = { code: 'RUN_FAILED' as const, message: '', hint: '', detail: '2026-01-15T02:11:40 Error copying rows: Lost connection to MySQL server during query', params: { class: 'lost' } }
const gone = { triggers: [], shadow: null, sessions: [] }
const ended = (id: string, state: RunState, part: Partial<RunView> = {}) =>
  sampleView({ id, state, finished_at: now - 40 * MIN, started_at: now - 46 * MIN, created_at: now - 46 * MIN, rows_copied: 1_998_004, phases: phasesUntil('verify', now - 46 * MIN, true), ...gone, ...part })

const list: RunView[] = [
  sampleView(),
  sampleView({ id: '20260115-002', connection_name: 'laptop', environment: 'development', table: { database: 'shop', table: 'payments_archive_2019_partitioned_by_month_eu_west' }, rows_copied: 2_410_000, left_ms: null, waits: [{ reason: 'load', ms: 3000, since: now - 4000, detail: 'Threads_running=31' }], created_at: now - 60_000 }),
  sampleView({ id: '20260115-003', state: { name: 'paused', since: now - 90_000, reason: 'user', phase: 'copy' }, rate_rows_s: null, left_ms: null, environment: 'test', connection_name: 'shop-staging', waits: [{ reason: 'pause', ms: 0, since: now - 90_000, detail: '' }], created_at: now - 59_000 }),
  sampleView({ id: '20260115-004', state: { name: 'awaiting_cutover', since: now - 5 * MIN }, hold_cutover: true, rows_copied: 1_998_004, phases: phasesUntil('analyze', now - 330_000, true), rate_rows_s: null, left_ms: null, created_at: now - 58_000 }),
  ended('20260114-007', { name: 'needs_cleanup', leftovers: [{ kind: 'table', table: { database: 'shop', table: '_orders_new' } }, ...['del', 'upd', 'ins'].map((event) => ({ kind: 'trigger' as const, database: 'shop', name: `pt_osc_shop_orders_${event}` }))], error }, { rows_copied: 400_000, phases: phasesUntil('copy', now - 46 * MIN), warnings: 2 }),
  ended('20260114-006', { name: 'unknown', check: [{ what: 'table_definition', params: { table: 'shop.orders' } }, { what: 'container_gone', params: { job: 'a1b2c3' } }] }, { rows_copied: 1_998_004, phases: phasesUntil('swap', now - 46 * MIN), finished_at: null }),
  ended('20260114-005', { name: 'completed' }, { warnings: 3, compared: sampleCompared(), bytes_after: 601_882_624 }),
  ended('20260114-004', { name: 'failed', error }, { rows_copied: 88_000, phases: phasesUntil('copy', now - 46 * MIN) }),
  ended('20260114-003', { name: 'cancelled' }, { rows_copied: 120_000, phases: phasesUntil('copy', now - 46 * MIN) }),
  ended('20260114-002', { name: 'completed' }, { reclaim: true, clause: 'ENGINE=InnoDB' }),
  ended('20260114-001', { name: 'completed' }, { dry_run: true, rows_copied: 0 }),
]
const queuedView = (id: string, table: string, number: number, part: Partial<RunView>) =>
  sampleView({ id, table: { database: 'shop', table }, state: { name: 'queued' }, started_at: null, phases: [], rows_copied: 0, rate_rows_s: null, left_ms: null, waits: [], job: null, created_at: now - 50_000 + number, ...gone, ...part })
const batch = (number: number) => ({ id: 'b1', name: 'priority everywhere', number, of: 4, stop_on_failure: true })
list.push(
  ended('20260115-010', { name: 'completed' }, { batch: batch(1), table: { database: 'shop', table: 'customers' } }),
  queuedView('20260115-011', 'order_items', 1, { waiting: { position: 1, reason: { for: 'server', run: '20260115-001' } }, batch: batch(2) }),
  queuedView('20260115-012', '支付流水', 2, { waiting: { position: 2, reason: { for: 'batch', run: '20260115-011' } }, batch: batch(3) }),
  queuedView('20260115-013', 'sessions', 3, { waiting: { position: 3, reason: { for: 'time', at: now + 4 * 60 * MIN } }, schedule: { not_before: null, window: { from_minute: 1320, to_minute: 360, days: ['fri', 'sat'] } }, environment: 'test', connection_name: 'shop-staging' }),
)
const many = () => Array.from({ length: 10_000 }, (_, index) => ended(`2025${String(index).padStart(4, '0')}-00${index % 9}`, index % 11 === 0 ? { name: 'failed', error } : { name: 'completed' }, { created_at: now - index * 37 * MIN }))
const views = new Map((wanted === 'empty' ? [] : wanted === 'huge' ? [...list, ...many()] : list).map((view) => [view.id, view]))
const find = (id: unknown): RunView => {
  const view = views.get(String(id))
  if (view === undefined) throw { code: 'NOT_FOUND', message: 'NOT_FOUND', hint: '', detail: null, params: {} }
  return view
}
const failing = () => {
  if (wanted === 'failing') throw { code: 'STORE_FAILED', message: '', hint: '', detail: 'database is locked (5)', params: {} }
}
async function change(id: string, part: Partial<RunView>) {
  const view = { ...find(id), ...part, last_seq: find(id).last_seq + 1 }
  views.set(id, view)
  await fakeEvent('core-event', { kind: 'run_changed', view })
  return null
}
const restate = (state: (view: RunView) => RunState) => async ({ id }: Record<string, unknown>) => {
  await change(String(id), { pending: 'pause' })
  setTimeout(() => void change(String(id), { state: state(find(id)), pending: null }), 700)
  return null
}

fake('runsLive', () => (failing(), [...views.values()].filter(({ state }) => !hasEnded(state))))
fake('runDetail', ({ id }) => (failing(), sampleDetail(find(id))))
fake('runPause', restate(() => ({ name: 'paused', since: Date.now(), reason: 'user', phase: 'copy' })))
fake('runResume', restate(() => ({ name: 'running', phase: 'copy' })))
fake('runCutover', restate(() => ({ name: 'running', phase: 'swap' })))
fake('runStop', restate(() => ({ name: 'cancelled' })))
fake('runStopKeep', restate((view) => ({ name: 'needs_cleanup', leftovers: stopDrops(view), error: null })))
fake('runContinuable', () => null)
fake('continuePlan', ({ id }) => sampleDetail(find(id)).plan)
fake('runCleanup', restate(() => ({ name: 'cancelled' })))
fake('runStartNow', ({ id }) => change(String(id), { waiting: null, schedule_overridden: true, state: { name: 'preparing' } }))
fake('runMove', async ({ id, to }) => {
  const queue = [...views.values()].filter(({ state }) => state.name === 'queued').sort((a, b) => (a.waiting?.position ?? 0) - (b.waiting?.position ?? 0))
  const from = queue.findIndex((view) => view.id === id)
  const kind = (to as { to: string }).to
  const moved = queue.splice(from, 1)
  queue.splice(kind === 'first' ? 0 : kind === 'up' ? Math.max(0, from - 1) : from + 1, 0, ...moved)
  for (const [index, view] of queue.entries()) if (view.waiting) await change(view.id, { waiting: { ...view.waiting, position: index + 1 } })
  return queue
})
fake('batchRuns', ({ id }) => [...views.values()].filter(({ batch }) => batch?.id === id))
fake('batchStart', ({ terms }) => {
  const { name, stop_on_failure, schedule } = terms as BatchTerms
  const made = ['orders', 'order_items', 'customers'].map((table, index) => queuedView(`20260115-1${10 + index}`, table, index + 1, { waiting: { position: index + 1, reason: { for: 'server', run: '20260115-001' } }, schedule, batch: { id: 'b2', name: name || 'b2', number: index + 1, of: 3, stop_on_failure } }))
  for (const view of made) views.set(view.id, view)
  return made
})
fake('runStart', () => {
  const view = sampleView({ id: `20260115-0${10 + views.size}`, rows_copied: 0, started_at: Date.now(), created_at: Date.now(), rows_estimated: 1_993_412 })
  views.set(view.id, view)
  return view
})
fake('history', ({ filter, page }) => {
  failing()
  const asked = filter as HistoryFilter
  const has = (text: string, part: string | null | undefined) => !part || text.toLowerCase().includes(part.toLowerCase())
  const found = [...views.values()]
    .filter((view) => (!asked.states?.length || asked.states.includes(view.state.name)) && (!asked.environment || view.environment === asked.environment))
    .filter((view) => has(view.table.table, asked.table) && has(`${view.clause} ${view.id}`, asked.text) && (!asked.database || view.table.database === asked.database) && (!asked.from || view.created_at >= asked.from))
    .sort((a, b) => b.created_at - a.created_at)
  const completed = found.filter(({ state }) => state.name === 'completed').length
  const { index, size } = page as { index: number; size: number }
  return {
    runs: found.slice(index * size, (index + 1) * size),
    total: found.length,
    figures: { total: found.length, completed, ended_otherwise: found.filter(({ state }) => hasEnded(state)).length - completed, mean_duration_ms: completed === 0 ? null : 372_000, rows_copied: found.reduce((sum, { rows_copied }) => sum + rows_copied, 0) },
  }
})

const rateAt = (second: number) => 5200 + 900 * Math.sin(second / 17) + 400 * Math.sin(second / 3)
fake('runEvents', ({ id, after }) => {
  if (after !== 0) return []
  const from = find(id).started_at ?? now
  let rows = 0
  const events: RunEvent[] = Array.from({ length: 300 }, (_, second): RunEvent => {
    rows += rateAt(second)
    return { seq: second + 1, at: from + second * 1000, event: 'progress', rows, chunk_rows: 540, chunk_ms: 98 }
  })
  events.splice(120, 20, { seq: 121, at: from + 120_000, event: 'wait_started', reason: 'lag', detail: '10.2.0.22: 4 s' }, { seq: 140, at: from + 139_000, event: 'wait_ended', reason: 'lag' })
  events.push({ seq: 301, at: from + 200_000, event: 'gap', from: 120, to: 138 }, { seq: 302, at: from + 210_000, event: 'warned', code: 1265, text: "Data truncated for column 'note' at row 88121" })
  return events
})

const SPOKEN: [LogKind, string][] = [
  ['info', 'Found 2 replicas: 10.2.0.22:3306 10.2.0.23:3306'], ['phase', 'Creating new table...'], ['sql', 'CREATE TABLE `shop`.`_orders_new` (…)'], ['phase', 'Created new table shop._orders_new OK.'],
  ['sql', "ALTER TABLE `shop`.`_orders_new` ADD COLUMN priority TINYINT NOT NULL DEFAULT 0 COMMENT '优先级', ADD INDEX by_status (status, created_at)"], ['phase', '2026-01-15T02:05:00 Created triggers OK.'], ['info', '2026-01-15T02:05:00 Copying approximately 1993412 rows...'],
]
const size = (id: unknown) => (wanted === 'huge' ? 1_000_000 : id === '20260115-001' ? 300 : 60)
const grown = new Map<string, number>()
function lineOf(id: unknown, seq: number): LogLine {
  const at = (find(id).started_at ?? now) + seq * 900
  const [kind, text] = SPOKEN[seq - 1] ?? (seq % 41 === 0 ? ['wait', 'Replica lag is 4 seconds on 10.2.0.22 -> 10.2.0.21.  Waiting.'] : seq % 97 === 0 ? ['warning', "1265 Data truncated for column 'note' at row 88121"] : ['progress', `Copying \`shop\`.\`orders\`:  ${Math.min(99, Math.floor(seq / 4))}% 04:${String(59 - (seq % 60)).padStart(2, '0')} remain`])
  return { seq, at, stream: 'stderr', kind: kind as LogKind, text: text as string }
}
fake('runLog', ({ id, after, limit }) => {
  const total = grown.get(String(id)) ?? size(id)
  return { total, lines: Array.from({ length: Math.max(0, Math.min(Number(limit), total - Number(after))) }, (_, index) => lineOf(id, Number(after) + index + 1)) }
})
fake('runLogFollow', async ({ id, after, channel }) => {
  const send = (batch: LogBatch) => (channel as Channel<LogBatch>).onmessage(batch)
  if (hasEnded(find(id).state)) return (send({ kind: 'end' }), null)
  let seq = Number(after)
  for (;;) {
    await new Promise((done) => setTimeout(done, 800))
    seq += 1
    grown.set(String(id), seq)
    send({ kind: 'lines', lines: [{ ...lineOf(id, seq), at: Date.now() }] })
    if (hasEnded(find(id).state)) return null
  }
})

setInterval(() => {
  for (const view of views.values()) {
    if (view.state.name !== 'running' || view.state.phase !== 'copy') continue
    void change(view.id, { rows_copied: view.rows_copied + Math.round(rateAt(Date.now() / 1000) / 2) })
  }
}, 500)

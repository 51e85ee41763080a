/** A server of a fictitious shop; `?change=empty|huge|failing|blocked|slow` looks at the other states. */
import { sampleConnection } from '@/features/connections/sample'
import type { Advice, BatchPlan, ChangeRequest, ClauseTemplate, PrepareVerdict, TableRef, TableSummary, TemplateDraft } from '@/ipc'
import { fake, fakeEvent } from '@/ipc/fake'
import { BUILT_IN } from './options'
import { sampleAdvice, sampleDiagnosis, sampleFacts, sampleFinding, samplePlan, sampleSuggestion } from './sample'

const wanted = new URLSearchParams(location.search).get('change')
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))
const fail = (code: string, detail: string | null = null): never => {
  throw { code, message: code, hint: '', detail, params: { host: '10.2.0.11', port: '3306' } }
}
const MB = 1024 ** 2
const table = (name: string, rows: number, part: Partial<TableSummary> = {}): TableSummary => ({
  name, kind: 'base', engine: 'InnoDB', rows, data_bytes: rows * 280, index_bytes: rows * 35, free_bytes: 4 * MB, ...part,
})
const few: TableSummary[] = [
  table('orders', 1_993_412),
  table('order_items', 8_123_400),
  table('customers', 412_004),
  table('payments_archive_2019_partitioned_by_month_eu_west_do_not_touch_without_asking', 91_000_000),
  table('支付流水', 22_400_000),
  table('sessions', 1200, { engine: 'MyISAM' }),
  table('order_totals', 0, { kind: 'view', engine: null, data_bytes: 0, index_bytes: 0, free_bytes: 0 }),
]
const many = Array.from({ length: 10_000 }, (_, index) => table(`tenant_${String(index).padStart(5, '0')}_orders`, (index * 7919) % 4_000_000))

fake('databases', async () => {
  if (wanted === 'slow') await sleep(60_000)
  if (wanted === 'failing') fail('SERVER_UNREACHABLE', 'connect to 10.2.0.21:3306: connection refused (os error 111)')
  return wanted === 'empty' ? [] : [
    { name: 'shop', tables: wanted === 'huge' ? many.length : few.length, bytes: 48 * 1024 * MB },
    { name: 'reports', tables: 12, bytes: 900 * MB },
  ]
})
fake('tables', () => (wanted === 'empty' ? [] : wanted === 'huge' ? many : few))
fake('tableFacts', async ({ table: of }) => {
  await sleep(80)
  const facts = sampleFacts(of as TableRef)
  return { ...facts, summary: { ...facts.summary, ...few.find(({ name }) => name === (of as TableRef).table) } }
})
const busy = { ...BUILT_IN, max_load: [{ variable: 'Threads_running', value: 34 }], critical_load: [{ variable: 'Threads_running', value: 68 }] }
fake('suggestedOptions', () => sampleSuggestion({ options: busy, base: busy, threads_running: 9, threads_connected: 145, max_connections: 12_000, replicas: ['10.2.0.22:3306', '10.2.0.23:3306'] }))

const bytes = (text: string) => new TextEncoder().encode(text).length
fake('clauseDiagnose', ({ clause }) => {
  const text = String(clause)
  const semicolon = text.indexOf(';')
  const drop = /DROP\s+COLUMN\s+\S+/i.exec(text)
  return sampleDiagnosis({
    operations: drop === null ? [] : [{ verb: 'DROP COLUMN', start: bytes(text.slice(0, drop.index)), end: bytes(text.slice(0, drop.index + drop[0].length)), destructive: true, subject: null }],
    problems: semicolon < 0 ? [] : [{ reason: text.trimEnd().endsWith(';') ? 'trailing_semicolon' : 'second_statement', start: bytes(text.slice(0, semicolon)), end: bytes(text) }],
  })
})
fake('clausePrepare', async ({ clause }): Promise<PrepareVerdict> => {
  await sleep(200)
  const at = String(clause).search(/VARCHR/i)
  if (at < 0) return { kind: 'accepted' }
  return { kind: 'refused', code: 1064, message: "You have an error in your SQL syntax near 'VARCHR(64)' at line 1", at: bytes(String(clause).slice(0, at)) }
})
const kept: ClauseTemplate[] = ['Audit columns', '租户列', 'Archive flag'].map((name, index) => ({
  id: String(index), name, clause: "ADD COLUMN {name} INT NOT NULL DEFAULT 0 COMMENT '{comment}'", created_at: Date.now() - index * 86_400_000, updated_at: Date.now(),
}))
fake('templates', () => (wanted === 'empty' ? [] : [...kept].sort((a, b) => a.name.localeCompare(b.name))))
fake('templateSave', ({ draft }) => {
  const typed = draft as TemplateDraft
  if (kept.some(({ id, name }) => id !== typed.id && name.toLowerCase() === typed.name.toLowerCase())) fail('NAME_TAKEN')
  const before = kept.find(({ id }) => id === typed.id)
  const saved = { id: typed.id ?? String(Date.now()), name: typed.name, clause: typed.clause, created_at: before?.created_at ?? Date.now(), updated_at: Date.now() }
  kept.splice(before === undefined ? kept.length : kept.indexOf(before), before === undefined ? 0 : 1, saved)
  return saved
})
fake('templateRemove', ({ id }) => {
  kept.splice(kept.findIndex((template) => template.id === id), 1)
  return null
})
fake('tableAnalyze', async () => {
  await sleep(500)
  return null
})
/** What a careless clause brings up. */
const grave = (name: string) => [
  sampleFinding('CLAUSE_NUL', 'block', { scope: 'clause', params: { start: '24', fragment: "'a\\0'" }, fixes: [{ kind: 'replace_clause', clause: 'CHANGE COLUMN `note` `remark` VARCHAR(120) NULL' }] }),
  sampleFinding('STATISTICS_IMPLAUSIBLE', 'danger', { scope: 'rows', proven: false, params: { table: name, rows: '13', bytes: '565182464' }, query: `SELECT email, COUNT(*)\nFROM ${name}\nGROUP BY email\nHAVING COUNT(*) > 1\nLIMIT 5`, fixes: [{ kind: 'set_option', option: 'chunk_size', value: '1000' }] }),
  sampleFinding('METADATA_LOCK_HELD', 'warn', { scope: 'moment', params: { table: name, lock: 'SHARED_WRITE', id: '4711', user: 'app', host: '10.2.0.40', seconds: '84', count: '2', statement: 'UPDATE orders SET status = …' }, fixes: [{ kind: 'kill_session', id: 4711 }] }),
  ...['LINT_FLOAT_MONEY', 'LINT_INDEX_NAME', 'LINT_TIMESTAMP_2038'].map((code) => sampleFinding(code, 'info', { scope: 'lint' })),
]
const advised = (asked: ChangeRequest): Advice =>
  sampleAdvice({
    ...(wanted === 'blocked' ? { verified: false, reasons: [{ what: 'by_rule', params: { algorithm: 'INSTANT' } }, { what: 'not_tried_no_right', params: { message: '1227: Access denied; you need SYSTEM_VARIABLES_ADMIN' } }] } : {}),
    offers: sampleAdvice().offers.map((offer) => ({ ...offer, open: wanted !== 'blocked' || offer.algorithm !== 'inplace' })),
    expected: { table: asked.table, definition: sampleFacts(asked.table).definition.replace("  PRIMARY KEY", "  `priority` tinyint NOT NULL DEFAULT '0',\n  PRIMARY KEY") },
  })
const STEPS = ['DUPLICATE_VALUES', 'VALUES_TOO_LONG', 'NULLS_INTO_NOT_NULL', 'ADVICE']
const cancelled = new Set<string>()
fake('planCancel', ({ ticket }) => {
  cancelled.add(String(ticket))
  return null
})
fake('batchPlan', async ({ requests, ticket }): Promise<BatchPlan> => {
  const asked = requests as ChangeRequest[]
  const items = []
  for (const [done, request] of asked.entries()) {
    await fakeEvent('core-event', { kind: 'batch_progress', progress: { ticket, table: request.table, done, of: asked.length } })
    await sleep(300)
    const blocked = wanted === 'blocked' && done === 1
    items.push({ request, error: null, plan: samplePlan({ request, findings: blocked ? [sampleFinding('NO_USABLE_KEY', 'block', { params: { table: request.table.table } })] : [], ...(blocked ? { launch: null, command: null } : {}) }) })
  }
  return { id: 'b2', items, confirmation: { typed: `${asked.length} shop-primary`, accept: [] } }
})
fake('plan', async ({ request, ticket }) => {
  for (const [done, step] of STEPS.entries()) {
    await fakeEvent('core-event', { kind: 'plan_progress', progress: { ticket, step, done, total: STEPS.length } })
    await sleep(wanted === 'slow' ? 5000 : 350)
    if (cancelled.has(String(ticket))) break
  }
  if (wanted === 'failing') fail('SERVER_LOST', 'Lost connection to MySQL server during query')
  const asked = request as ChangeRequest
  const production = asked.connection_id === 'c1' || asked.connection_id === 'c2'
  const name = `${asked.table.database}.${asked.table.table}`
  const drops = asked.kind.kind === 'alter' && /DROP\s+COLUMN/i.test(asked.kind.clause)
  const findings = [
    sampleFinding('STATISTICS_IMPLAUSIBLE', 'warn', { params: { table: name, rows: '13', bytes: '565182464' }, remedy: `ANALYZE TABLE ${name}`, fixes: [{ kind: 'analyze' }], query: `SELECT * FROM mysql.innodb_table_stats WHERE table_name = '${asked.table.table}'` }),
    sampleFinding('ROLE_NOT_VISIBLE', 'warn', { proven: false, params: { host: '10.2.0.11' } }),
    sampleFinding('FOREIGN_KEYS_OWN', 'info', { params: { names: 'orders_customer' } }),
    ...(drops ? [sampleFinding('DROPS_COLUMN', 'danger', { params: { name: 'note', type: 'varchar(120)' }, query: `SELECT note FROM ${name} WHERE note IS NOT NULL LIMIT 5` })] : []),
    ...(wanted === 'blocked' || wanted === 'huge' ? grave(name) : []),
    ...(wanted === 'blocked' ? [sampleFinding('NO_USABLE_KEY', 'block', { params: { table: name } })] : []),
  ]
  return samplePlan({
    request: asked,
    connection: sampleConnection({ id: asked.connection_id, ...(production ? {} : { name: 'laptop', environment: 'development' }) }),
    findings,
    engine: asked.engine === 'pt-osc' ? 'pt-osc' : 'direct',
    advice: advised(asked),
    confirmation: (production || drops) && !asked.dry_run ? { typed: name, accept: drops ? ['DROPS_COLUMN'] : [] } : { typed: null, accept: [] },
    ...(wanted === 'blocked' ? { launch: null, command: null } : {}),
  })
})

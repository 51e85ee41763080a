/** Connections of a fictitious shop; `?connections=empty|huge|failing|slow` looks at the other states. */
import type { Connection, ConnectionDraft, FieldProblem, ImportEntry } from '@/ipc'
import { fake, fakeEvent, fakePlugin } from '@/ipc/fake'
import { sampleConnection, sampleReport } from './sample'

const wanted = new URLSearchParams(location.search).get('connections')
const now = Date.now()
const MINUTE = 60_000

const few: Connection[] = [
  sampleConnection({ description: 'Orders, customers and payments of the shop. Changes only between 02:00 and 05:00.', tested: { at: now - 5 * MINUTE, report: sampleReport({ missing_privileges: ['PROCESS', 'REPLICATION SLAVE'] }) }, last_used_at: now - 40 * MINUTE }),
  sampleConnection({ id: 'c2', name: 'billing-eu-west-1-aurora-writer-instance-0042', host: 'billing.cluster-c7xyz.eu-west-1.rds.example.com', last_used_at: now - 26 * 60 * MINUTE, tested: { at: now - 24 * 60 * MINUTE, report: sampleReport({ flavour: 'percona', replicas: [], latency_us: 18_420 }) } }),
  sampleConnection({ id: 'c3', name: 'shop-staging', environment: 'test', host: '10.8.0.4', port: 3307, tls: 'verify-ca', ca_file: '/etc/ssl/mysql/ca.pem', last_used_at: null, tested: null, password: 'missing' }),
  sampleConnection({ id: 'c4', name: '报表库（只读）', environment: 'test', host: '10.8.0.9', user: 'report', description: '夜间报表', last_used_at: now - 3 * 86_400_000, tested: { at: now - 3 * 86_400_000, report: sampleReport({ flavour: 'maria_db', version: { major: 10, minor: 11, patch: 14 }, role: 'replica', read_only: true, replicas: [], tls_cipher: null, tls_version: null }) } }),
  sampleConnection({ id: 'c5', name: 'laptop', environment: 'development', host: '127.0.0.1', user: 'root', password: 'empty', tls: 'preferred', database: null, last_used_at: now - 90_000, tested: { at: now - 90_000, report: sampleReport({ account: "'root'@'localhost'", replicas: [] }) } }),
]
const environments = ['production', 'test', 'development'] as const
const many = () =>
  Array.from({ length: 1000 }, (_, index) =>
    sampleConnection({ id: `m${index}`, name: `tenant-${String(index).padStart(4, '0')}-primary`, environment: environments[index % 3], host: `10.${index % 250}.3.7`, last_used_at: now - index * 1000 * MINUTE, tested: index % 7 === 0 ? null : sampleConnection().tested }),
  )
let list: Connection[] = wanted === 'empty' ? [] : wanted === 'huge' ? many() : few

const fail = (code: string, params: Record<string, string> = {}, detail: string | null = null): never => {
  throw { code, message: code, hint: '', detail, params }
}
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))
const changed = () => fakeEvent('core-event', { kind: 'connections_changed' })
const find = (id: unknown) => list.find((connection) => connection.id === id) ?? fail('NOT_FOUND')

function problems(draft: ConnectionDraft): FieldProblem[] {
  const found: [boolean, string, string][] = [
    [draft.name === '', 'name', 'name_empty'],
    [[...draft.name].length > 50, 'name', 'name_too_long'],
    [list.some(({ id, name }) => id !== draft.id && name.toLowerCase() === draft.name.toLowerCase()), 'name', 'name_taken'],
    [draft.host === '', 'host', 'host_empty'],
    [/\s/.test(draft.host), 'host', 'host_space'],
    [draft.port === 0, 'port', 'port_range'],
    [draft.user === '', 'user', 'user_empty'],
    [[...draft.description].length > 200, 'description', 'description_too_long'],
    [draft.connect_timeout_s < 1 || draft.connect_timeout_s > 60, 'connect_timeout_s', 'timeout_range'],
    [draft.tls.startsWith('verify') && draft.ca_file === null, 'ca_file', 'ca_file_needed'],
  ]
  return found.filter(([bad]) => bad).map(([, field, reason]) => ({ field, reason, params: {} }))
}

fake('connectionsList', async () => {
  if (wanted === 'slow') await sleep(60_000)
  if (wanted === 'failing') fail('STORE_FAILED', {}, 'database is locked (5)')
  return list
})
fake('connectionProblems', ({ draft }) => problems(draft as ConnectionDraft))
fake('connectionTest', async ({ draft }) => {
  await sleep(600)
  if ((draft as ConnectionDraft).host.includes('down')) fail('SERVER_UNREACHABLE', { host: 'down.internal', port: '3306' }, 'connect to 10.9.9.9:3306: connection refused (os error 111)')
  return sampleReport()
})
fake('connectionTestSaved', async ({ id }) => {
  await sleep(600)
  if (find(id).environment === 'test') fail('SERVER_TIMEOUT', { host: find(id).host, port: String(find(id).port) }, 'no answer within 5 s')
  list = list.map((connection) => (connection.id === id ? { ...connection, tested: { at: Date.now(), report: sampleReport() } } : connection))
  await changed()
  return sampleReport()
})
fake('connectionSave', async ({ draft, keepUntested }) => {
  const { id, password, tunnel, ...rest } = draft as ConnectionDraft
  const saved: Connection = {
    ...sampleConnection(),
    ...rest,
    id: id ?? `n${list.length}`,
    password: password.kind === 'empty' ? 'empty' : 'stored',
    tunnel: tunnel == null ? null : { ...tunnel, secret: tunnel.secret.kind === 'empty' ? 'empty' : 'stored' },
    tested: keepUntested ? null : { at: Date.now(), report: sampleReport() },
    last_used_at: null,
  }
  list = [...list.filter((connection) => connection.id !== saved.id), saved]
  await changed()
  return saved
})
fake('connectionDuplicate', async ({ id }) => {
  const copy = { ...find(id), id: `d${list.length}`, name: `${find(id).name} 2`, last_used_at: null }
  list = [...list, copy]
  await changed()
  return copy
})
fake('connectionRemove', async ({ id }) => {
  if (id === 'c1') fail('TABLE_BUSY')
  list = list.filter((connection) => connection.id !== id)
  await changed()
  return null
})
fake('connectionParsePaste', ({ text }) =>
  String(text).includes('mysql') ? { host: 'db.internal', port: 3307, user: 'dba', database: 'shop', tls: null, ca_file: null, had_password: true } : null,
)
fake('connectionsExport', () => list.length)

const entries: ImportEntry[] = [
  { name: 'shop-primary', host: '10.2.0.21', port: 3306, user: 'dba', has_secret: true, action: { kind: 'change', fields: ['host', 'password'] } },
  { name: 'shop-archive', host: '10.2.0.40', port: 3306, user: 'dba', has_secret: true, action: { kind: 'add' } },
  { name: 'laptop', host: '127.0.0.1', port: 3306, user: 'root', has_secret: false, action: { kind: 'skip' } },
  { name: 'broken', host: 'mysql://x', port: 3306, user: 'dba', has_secret: true, action: { kind: 'refuse', field: 'host', reason: 'host_scheme' } },
]
fake('connectionsImportPreview', ({ path, passphrase }) => {
  if (String(path).endsWith('.age') && passphrase !== 'passphrase') fail('PASSPHRASE_WRONG')
  return { token: 't', with_secrets: true, entries }
})
fake('connectionsImportApply', () => ({ added: 1, changed: 1, skipped: 1, refused: 1 }))
fake('connectionsImportDiscard', () => null)
fakePlugin('plugin:dialog|open', () => '/home/dba/connections.age')
fakePlugin('plugin:dialog|save', () => '/home/dba/connections.json')

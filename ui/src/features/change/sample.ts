/** Plans and tables for tests and for looking at pages without a core. */
import { sampleConnection } from '@/features/connections/sample'
import type { Advice, ChangeRequest, ClauseDiagnosis, ColumnFacts, Finding, Plan, SuggestedOptions, TableFacts, TableRef } from '@/ipc'
import { BUILT_IN } from './options'
import { DEFAULT_RULES } from './sqlTokens'

export const sampleFinding = (code: string, severity: Finding['severity'], part: Partial<Finding> = {}): Finding => ({
  code, severity, scope: 'table', proven: true, params: {}, query: null, remedy: null, fixes: [], ...part,
})

const column = (name: string, column_type: string, part: Partial<ColumnFacts> = {}): ColumnFacts => ({
  name, column_type, nullable: false, default: null, charset: null, collation: null, generated: false, auto_increment: false, comment: '', ...part,
})

const DEFINITION = `CREATE TABLE \`orders\` (
  \`id\` bigint unsigned NOT NULL AUTO_INCREMENT,
  \`customer_id\` bigint unsigned NOT NULL,
  \`status\` enum('new','paid','sent','returned') NOT NULL DEFAULT 'new',
  \`total_cents\` int NOT NULL,
  \`note\` varchar(120) COLLATE utf8mb4_0900_ai_ci DEFAULT NULL COMMENT '客户备注',
  \`created_at\` datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (\`id\`),
  KEY \`customer_created\` (\`customer_id\`,\`created_at\`),
  CONSTRAINT \`orders_customer\` FOREIGN KEY (\`customer_id\`) REFERENCES \`customers\` (\`id\`)
) ENGINE=InnoDB AUTO_INCREMENT=2000001 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci`

export function sampleFacts(table: TableRef = { database: 'shop', table: 'orders' }): TableFacts {
  return {
    table,
    summary: { name: table.table, kind: 'base', engine: 'InnoDB', rows: 1_993_412, data_bytes: 565_182_464, index_bytes: 70_254_592, free_bytes: 117_440_512 },
    row_format: 'Dynamic',
    collation: 'utf8mb4_0900_ai_ci',
    comment: '',
    auto_increment: 2_000_001,
    partitioned: false,
    columns: [
      column('id', 'bigint unsigned', { auto_increment: true }),
      column('customer_id', 'bigint unsigned'),
      column('status', "enum('new','paid','sent','returned')", { default: 'new' }),
      column('total_cents', 'int'),
      column('note', 'varchar(120)', { nullable: true, charset: 'utf8mb4', comment: '客户备注' }),
      column('created_at', 'datetime(3)'),
    ],
    keys: [
      { name: 'PRIMARY', unique: true, index_type: 'BTREE', columns: [{ name: 'id', prefix: null }], not_null: true },
      { name: 'customer_created', unique: false, index_type: 'BTREE', columns: [{ name: 'customer_id', prefix: null }, { name: 'created_at', prefix: null }], not_null: true },
    ],
    foreign_keys: [
      { name: 'orders_customer', table, columns: ['customer_id'], referenced_table: { database: 'shop', table: 'customers' }, referenced_columns: ['id'], on_delete: 'RESTRICT', on_update: 'RESTRICT' },
    ],
    referenced_by: [],
    triggers: [],
    definition: DEFINITION.replace('`orders`', `\`${table.table}\``),
    statistics_at: Date.now() - 3 * 3_600_000,
    created_at: null,
  }
}

export const sampleSuggestion = (part: Partial<SuggestedOptions> = {}): SuggestedOptions => ({
  options: BUILT_IN, base: BUILT_IN, preset: 'gentle', threads_running: 1, threads_connected: 1, max_connections: 1, replicas: [], sql_mode: 'STRICT_TRANS_TABLES', ...part,
})

export const sampleDiagnosis = (part: Partial<ClauseDiagnosis> = {}): ClauseDiagnosis => ({ rules: DEFAULT_RULES, operations: [], problems: [], ...part })

export const sampleRequest = (part: Partial<ChangeRequest> = {}): ChangeRequest => ({
  connection_id: 'c1',
  table: { database: 'shop', table: 'orders' },
  kind: { kind: 'alter', clause: "ADD COLUMN priority TINYINT NOT NULL DEFAULT 0 COMMENT '优先级', ADD INDEX by_status (status, created_at)" },
  options: BUILT_IN,
  engine: 'auto',
  runner: null,
  dry_run: false,
  hold_cutover: false,
  ...part,
})

/** INSTANT, as the server showed it on an empty copy. */
export const sampleAdvice = (part: Partial<Advice> = {}): Advice => ({
  algorithm: 'instant',
  verified: true,
  reasons: [{ what: 'clone_took', params: { algorithm: 'INSTANT' } }],
  offers: [
    { engine: 'direct', algorithm: 'instant', open: true, notes: [{ what: 'price_instant', params: {} }] },
    { engine: 'pt-osc', algorithm: null, open: true, notes: [{ what: 'price_copies_all', params: { megabytes: '606' } }, { what: 'price_throttled', params: {} }] },
    { engine: 'direct', algorithm: 'inplace', open: true, notes: [{ what: 'price_replicas_wait', params: { replicas: '2' } }] },
  ],
  expected: null,
  blocks_writers: false,
  refusal: null,
  left: null,
  ...part,
})

export function samplePlan(part: Partial<Plan> = {}): Plan {
  const request = part.request ?? sampleRequest()
  const clause = request.kind.kind === 'alter' ? request.kind.clause : 'ENGINE=InnoDB'
  const argv = ['--alter', clause, '--set-vars', 'explain_format=TRADITIONAL,lock_wait_timeout=2', '--chunk-time', '0.1', '--max-load', 'Threads_running=25', '--execute', `F=/run/pt/my.cnf,D=${request.table.database},t=${request.table.table}`]
  return {
    id: 'p1',
    request,
    connection: sampleConnection(),
    engine: 'pt-osc',
    operations: [],
    facts: sampleFacts(request.table),
    server: { server_uuid: null, flavour: 'my_sql', version: { major: 9, minor: 7, patch: 4 } },
    definition_sha256: '0',
    findings: [],
    asked: [{ code: 'DUPLICATES_UNDER_UNIQUE', sql: 'SELECT `order_no`, COUNT(*) AS `rows` FROM `shop`.`orders` GROUP BY `order_no` HAVING COUNT(*) > 1 LIMIT 5', outcome: 'clean', took_ms: 2140, reading: { how: 'table', table: 'orders', index: null, rows: 1_993_412 } }],
    advice: null,
    direct: null,
    counts_at_gate: false,
    renames: null,
    forecast: { rows: 1_993_412, shadow_bytes: 635_437_056, binlog_bytes: 640_000_000, duration_ms: 412_000, rate_rows_s: 4840, learned: false, samples: 0, chunks: 4120, disk_bytes: 1_275_437_056, replicas: [] },
    confirmation: { typed: null, accept: [] },
    launch: {
      docker: null, image: { reference: 'mysqler-runner:3.7.1', id: 'sha256:5f0c' }, argv, defaults: [], ca_pem: null, environment: [], network: 'host', host: '10.2.0.21', port: 3306,
      limits: { memory_bytes: 536_870_912, cpus_milli: 1000, pids: 64 }, hold_cutover: request.hold_cutover,
    },
    command: `docker run --rm -i --memory 512m --cpus 1 --read-only --cap-drop ALL --security-opt no-new-privileges --user 65534:65534 --tmpfs /run/pt:mode=0700 --network host mysqler-runner:3.7.1 pt-online-schema-change --alter '${clause.replaceAll("'", String.raw`'\''`)}' ${argv.slice(2).join(' ')}`,
    made_at: Date.now(),
    ...part,
  }
}

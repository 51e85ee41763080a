/** Runs for tests and for looking at pages without a core. */
import { samplePlan } from '@/features/change/sample'
import type { Compared, Phase, PhaseTime, RunDetail, RunView } from '@/ipc'

export function sampleView(part: Partial<RunView> = {}): RunView {
  const now = Date.now()
  return {
    id: '20260115-001',
    connection_id: 'c1',
    connection_name: 'shop-primary',
    environment: 'production',
    table: { database: 'shop', table: 'orders' },
    clause: "ADD COLUMN priority TINYINT NOT NULL DEFAULT 0 COMMENT '优先级', ADD INDEX by_status (status, created_at)",
    reclaim: false,
    engine: 'pt-osc',
    dry_run: false,
    hold_cutover: false,
    state: { name: 'running', phase: 'copy' },
    created_at: now - 332_000,
    started_at: now - 330_000,
    finished_at: null,
    phases: phasesUntil('copy', now - 330_000),
    rows_copied: 1_495_000,
    rows_estimated: 1_993_412,
    estimate_source: 'explain',
    rate_rows_s: 5420,
    left_ms: [172_000, 285_000],
    waits: [{ reason: 'lag', ms: 12_000, since: null, detail: '10.2.0.22: 4 s' }],
    warnings: 0,
    shadow: { database: 'shop', table: '_orders_new' },
    triggers: ['pt_osc_shop_orders_del', 'pt_osc_shop_orders_upd', 'pt_osc_shop_orders_ins'],
    sessions: [811, 812],
    shadow_definition: null,
    gate: null,
    pending: null,
    job: 'a1b2c3',
    exit_code: null,
    last_seq: 40,
    bytes_after: null,
    supervisor: 'workstation:4711',
    ...part,
  }
}

/** What a completed copy of the sample table came to. */
export function sampleCompared(): Compared[] {
  return [
    { figure: 'duration', unit: 'ms', forecast: 412_000, fact: 360_000, percent: 87, remark: 'without_pauses' },
    { figure: 'rows', unit: 'count', forecast: 1_993_412, fact: 1_998_004, percent: 100, remark: null },
    { figure: 'chunks', unit: 'count', forecast: 4120, fact: 3642, percent: 88, remark: 'by_sizes_told' },
    { figure: 'new_table', unit: 'bytes', forecast: 635_437_056, fact: 601_882_624, percent: 95, remark: 'by_statistics' },
    { figure: 'binary_log', unit: 'bytes', forecast: 640_000_000, fact: 842_000_000, percent: 132, remark: 'others_too' },
    { figure: 'replica_lag', unit: 'ms', forecast: 1000, fact: 4000, percent: 400, remark: null },
  ]
}

const ORDER: Phase[] = ['prepare', 'create_shadow', 'alter_shadow', 'create_triggers', 'copy', 'analyze', 'swap', 'drop_old', 'drop_triggers', 'verify']
const LENGTHS: Partial<Record<Phase, number>> = { prepare: 900, create_shadow: 100, alter_shadow: 220, create_triggers: 140, copy: 310_000, analyze: 800 }

export function phasesUntil(last: Phase, from: number, done = false): PhaseTime[] {
  let at = from
  return ORDER.slice(0, ORDER.indexOf(last) + 1).map((phase) => {
    const started = at
    at += LENGTHS[phase] ?? 120
    return { phase, started, finished: phase === last && !done ? null : at }
  })
}

export function sampleDetail(view: RunView): RunDetail {
  const plan = samplePlan()
  const after = plan.facts.definition
    .replace("  `created_at`", "  `priority` tinyint NOT NULL DEFAULT '0' COMMENT '优先级',\n  `created_at`")
    .replace('  CONSTRAINT', '  KEY `by_status` (`status`,`created_at`),\n  CONSTRAINT')
  return { view, plan, definition_after: view.state.name === 'completed' ? after : null }
}

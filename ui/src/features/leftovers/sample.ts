/** Leftovers for tests and for the fake core. */
import type { FoundLeftover, LeftoverReport } from '@/ipc'

const HOUR = 3_600_000
const orders = { database: 'shop', table: 'orders' }

export function sampleTrigger(event: 'ins' | 'upd' | 'del', over: Partial<FoundLeftover> = {}): FoundLeftover {
  const name = `pt_osc_shop_orders_${event}`
  return {
    id: `0000${event}`,
    object: { kind: 'trigger', database: 'shop', name },
    table: orders,
    bytes: null,
    rows: null,
    created_at: 1_767_000_000_000,
    age_ms: 26 * HOUR,
    run: null,
    verdict: 'foreign',
    why: [
      { what: 'trigger_exact', params: { shadow: 'shop._orders_new' } },
      { what: 'no_session', params: {} },
    ],
    sql: `DROP TRIGGER IF EXISTS \`shop\`.\`${name}\``,
    after: [],
    ...over,
  }
}

export function sampleShadow(over: Partial<FoundLeftover> = {}): FoundLeftover {
  return {
    id: '0000new',
    object: { kind: 'shadow', table: { database: 'shop', table: '_orders_new' } },
    table: orders,
    bytes: 565_182_464,
    rows: 1_450_000,
    created_at: 1_767_000_000_000,
    age_ms: 26 * HOUR,
    run: null,
    verdict: 'foreign',
    why: [{ what: 'triggers_write_to_it', params: { names: 'pt_osc_shop_orders_del, pt_osc_shop_orders_ins, pt_osc_shop_orders_upd' } }],
    sql: 'DROP TABLE IF EXISTS `shop`.`_orders_new`',
    after: ['0000del', '0000ins', '0000upd'],
    ...over,
  }
}

export const sampleOld = (over: Partial<FoundLeftover> = {}): FoundLeftover => ({
  ...sampleShadow(),
  id: '0000old',
  object: { kind: 'old', table: { database: 'shop', table: '_orders_old' } },
  verdict: 'unproven',
  why: [{ what: 'name_alone', params: {} }],
  sql: 'DROP TABLE IF EXISTS `shop`.`_orders_old`',
  after: [],
  ...over,
})

export const sampleLeftovers = (found: FoundLeftover[] = [sampleTrigger('del'), sampleTrigger('ins'), sampleTrigger('upd'), sampleShadow(), sampleOld()]): LeftoverReport => ({
  at: Date.now(),
  database: null,
  found,
  unseen: [],
})

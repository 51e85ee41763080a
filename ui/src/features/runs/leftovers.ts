/** Objects of a run that are on the server, in the order in which they are dropped: triggers before the table. */
import { quoteName } from '@/features/change/quoting'
import type { Leftover, RunView } from '@/ipc'

export const leftoverName = (leftover: Leftover): string => {
  if (leftover.kind === 'trigger') return `${leftover.database}.${leftover.name}`
  return leftover.kind === 'table' ? `${leftover.table.database}.${leftover.table.table}` : String(leftover.id)
}

const ORDER: Record<Leftover['kind'], number> = { session: 0, trigger: 1, table: 2 }
export const inDropOrder = (leftovers: readonly Leftover[]) => [...leftovers].sort((a, b) => ORDER[a.kind] - ORDER[b.kind])

/** What a stop would take away now, from what the run has reported. */
export function stopDrops(view: Pick<RunView, 'triggers' | 'shadow' | 'table'>): Leftover[] {
  return [
    ...view.triggers.map((name): Leftover => ({ kind: 'trigger', database: view.table.database, name })),
    ...(view.shadow === null ? [] : [{ kind: 'table', table: view.shadow } satisfies Leftover]),
  ]
}

export interface DropCount {
  sessions: number
  triggers: number
  tables: string[]
}

export const countDrops = (leftovers: readonly Leftover[]): DropCount => ({
  sessions: leftovers.filter(({ kind }) => kind === 'session').length,
  triggers: leftovers.filter(({ kind }) => kind === 'trigger').length,
  tables: leftovers.flatMap((leftover) => (leftover.kind === 'table' ? [leftover.table.table] : [])),
})

const statement = (leftover: Leftover): string => {
  switch (leftover.kind) {
    case 'trigger':
      return `DROP TRIGGER IF EXISTS ${quoteName(leftover.database)}.${quoteName(leftover.name)};`
    case 'table':
      return `DROP TABLE IF EXISTS ${quoteName(leftover.table.database)}.${quoteName(leftover.table.table)};`
    case 'session':
      return `KILL ${leftover.id};`
  }
}

/**
 * What removes the leftovers by hand, in the safe order. Nothing once child tables may point at the shadow table: it holds
 * the user's rows then, and a pasted statement asks nobody.
 */
export const removalStatements = ({ state, phases }: Pick<RunView, 'state' | 'phases'>): string[] =>
  state.name === 'needs_cleanup' && !phases.some(({ phase }) => phase === 'update_foreign_keys') ? inDropOrder(state.leftovers).map(statement) : []

/** Leftovers as the core tells them: grouped by the table they belong to, and what a pick of one brings along. */
import type { FoundLeftover, Leftover, LeftoverObject } from '@/ipc'

export const objectName = (object: LeftoverObject): string => {
  if (object.kind === 'trigger') return `${object.database}.${object.name}`
  if (object.kind === 'history_row') return `${object.history.database}.${object.history.table} #${object.job}`
  return `${object.table.database}.${object.table.table}`
}

export interface LeftoverGroup {
  /** `null` for what belongs to no table that is there. */
  table: string | null
  found: FoundLeftover[]
}

/** In the order of the report, which is the order of removal. */
export function byTable(found: readonly FoundLeftover[]): LeftoverGroup[] {
  const groups = new Map<string | null, FoundLeftover[]>()
  for (const leftover of found) {
    const table = leftover.table === null ? null : `${leftover.table.database}.${leftover.table.table}`
    groups.set(table, [...(groups.get(table) ?? []), leftover])
  }
  return [...groups].map(([table, members]) => ({ table, found: members }))
}

export const mayBePicked = ({ verdict }: FoundLeftover) => verdict === 'foreign'

/** What a removal would take now: all that is on record here, and what was picked. */
export const chosen = (found: readonly FoundLeftover[], picked: ReadonlySet<string>) => found.filter((leftover) => leftover.verdict === 'ours' || (mayBePicked(leftover) && picked.has(leftover.id)))

/** A table goes only when the triggers that write to it go as well; keeping one of those keeps the table. */
export function toggled(found: readonly FoundLeftover[], picked: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(picked)
  const leftover = found.find((other) => other.id === id)
  if (leftover === undefined || !mayBePicked(leftover)) return next
  if (next.has(id)) {
    next.delete(id)
    for (const other of found) if (other.after.includes(id)) next.delete(other.id)
    return next
  }
  for (const other of [id, ...leftover.after]) next.add(other)
  for (const first of found.filter((other) => leftover.after.includes(other.id))) for (const earlier of first.after) next.add(earlier)
  return next
}

/** In the words of a run's own leftovers; history rows have no counterpart there. */
export const asDrops = (found: readonly FoundLeftover[]): Leftover[] =>
  found.flatMap(({ object }): Leftover[] => {
    if (object.kind === 'trigger') return [{ kind: 'trigger', database: object.database, name: object.name }]
    return object.kind === 'history_row' ? [] : [{ kind: 'table', table: object.table }]
  })

/** Clauses that were run before: those of this table first, then those of its server, each once. */
import { commands } from '@/ipc'
import type { ConnectionId, RunView, TableRef } from '@/ipc'

export interface RecentClause {
  clause: string
  /** The newest run of it. */
  run: RunView
  here: boolean
}

const PER_QUESTION = 200

const isOf = (run: RunView, table: TableRef) => run.table.database === table.database && run.table.table === table.table

export function recentOf(runs: readonly RunView[], table: TableRef): RecentClause[] {
  const seen = new Set<string>()
  const found: RecentClause[] = []
  for (const here of [true, false]) {
    for (const run of runs) {
      if (run.reclaim || isOf(run, table) !== here || seen.has(run.clause)) continue
      seen.add(run.clause)
      found.push({ clause: run.clause, run, here })
    }
  }
  return found
}

export async function loadRecent(connection: ConnectionId, table: TableRef): Promise<RecentClause[]> {
  const filter = { states: [], environment: null, connection_id: connection, database: null, table: null, text: null, from: null, to: null }
  const page = { index: 0, size: PER_QUESTION }
  const [own, all] = await Promise.all([commands.history({ ...filter, database: table.database, table: table.table }, page), commands.history(filter, page)])
  return recentOf([...own.runs, ...all.runs], table)
}

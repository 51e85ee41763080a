/** The list of connections as rows: found by the query, grouped by environment, headings among them. */
import type { Connection, Environment } from '@/ipc'
import { ENVIRONMENTS } from './form'

export type Row = { kind: 'group'; key: string; environment: Environment; count: number } | { kind: 'connection'; key: string; connection: Connection }

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Every word of the query stands in the name, address, user, database or description. */
export function matches(connection: Connection, query: string): boolean {
  const { name, host, port, user, database, description } = connection
  const text = `${name}\n${host}:${port}\n${user}\n${database ?? ''}\n${description}`.toLowerCase()
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

export function rowsOf(connections: readonly Connection[], query: string): Row[] {
  const found = connections.filter((connection) => matches(connection, query.trim()))
  return ENVIRONMENTS.flatMap((environment): Row[] => {
    const members = found.filter((connection) => connection.environment === environment).sort((a, b) => collator.compare(a.name, b.name))
    if (members.length === 0) return []
    return [
      { kind: 'group', key: `group-${environment}`, environment, count: members.length },
      ...members.map((connection): Row => ({ kind: 'connection', key: connection.id, connection })),
    ]
  })
}

/** The connection that a move of the selection lands on: headings are passed over, in the direction of the move. */
export function landing(rows: readonly Row[], from: string | null, to: string): string | null {
  const target = rows.findIndex((row) => row.key === to)
  if (rows[target]?.kind === 'connection') return to
  const step = rows.findIndex((row) => row.key === from) > target ? -1 : 1
  const next = rows[target + step] ?? rows[target - step]
  return next?.kind === 'connection' ? next.key : from
}

export type Reach = 'reached' | 'failed' | 'untested'

/** What the last test said; one that failed in this window outweighs an older one that passed. */
export function reachOf(connection: Connection, failedAt: number | undefined): Reach {
  if (failedAt !== undefined && failedAt > (connection.tested?.at ?? 0)) return 'failed'
  return connection.tested === null ? 'untested' : 'reached'
}

/** One line that gives what is missing; global privileges among them only exist on `*.*`. */
export const grantLine = (privileges: readonly string[], account: string) => `GRANT ${privileges.join(', ')} ON *.* TO ${account};`

/** What most readers see at a connection: `host:port`, an IPv6 address in brackets. */
export const addressOf = ({ host, port }: { host: string; port: number }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

/** The history's filter as it stands in the address: it survives leaving the page, and a link says what it shows. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { Environment, HistoryFilter, RunStateKind } from '@/ipc'
import { STATES } from '@/features/runs/look'

export const RANGES = ['all', 'today', '7d', '30d', '90d', 'days'] as const
export type Range = (typeof RANGES)[number]
export const SIZES = [50, 100, 200, 500] as const
const ENVIRONMENTS: readonly Environment[] = ['production', 'test', 'development']
const DAY = 86_400_000

export interface Asked {
  range: Range
  /** Local days, `YYYY-MM-DD`, both included; for the range `days`. */
  days: [string, string] | null
  states: RunStateKind[]
  environment: Environment | null
  connection: string | null
  database: string
  table: string
  text: string
  page: number
  size: number
  /** The run whose detail is open beside the table. */
  run: string | null
}

export const NOTHING: Asked = {
  range: 'all', days: null, states: [], environment: null, connection: null, database: '', table: '', text: '', page: 0, size: 100, run: null,
}

const one = (value: LocationQuery[string] | undefined): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''))
const known = <Value extends string>(all: readonly Value[], value: string): Value | null => all.find((each) => each === value) ?? null
const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00`))

export function readQuery(query: LocationQuery): Asked {
  const [from, to] = [one(query.from), one(query.to)]
  const days: [string, string] | null = isDay(from) && isDay(to) ? [from, to] : null
  const size = Number(one(query.size))
  const page = Number.parseInt(one(query.page), 10)
  const range = days !== null ? 'days' : known(RANGES, one(query.range))
  return {
    range: range === null || (range === 'days' && days === null) ? 'all' : range,
    days,
    states: one(query.state).split(',').map((name) => known(STATES, name)).filter((name) => name !== null),
    environment: known(ENVIRONMENTS, one(query.env)),
    connection: one(query.connection) || null,
    database: one(query.database),
    table: one(query.table),
    text: one(query.text),
    page: page > 1 ? page - 1 : 0,
    size: SIZES.find((each) => each === size) ?? NOTHING.size,
    run: one(query.run) || null,
  }
}

/** Only what differs from nothing asked stands in the address; pages are counted from one there. */
export function writeQuery(asked: Asked): LocationQueryRaw {
  const all: Record<string, string | false> = {
    range: asked.range !== 'all' && asked.range !== 'days' && asked.range,
    from: asked.range === 'days' && asked.days !== null && asked.days[0],
    to: asked.range === 'days' && asked.days !== null && asked.days[1],
    state: asked.states.length > 0 && asked.states.join(','),
    env: asked.environment ?? false,
    connection: asked.connection ?? false,
    database: asked.database,
    table: asked.table,
    text: asked.text,
    page: asked.page > 0 && String(asked.page + 1),
    size: asked.size !== NOTHING.size && String(asked.size),
    run: asked.run ?? false,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== false && value !== '')) as LocationQueryRaw
}

const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0)

/** What is asked of the core; `now` is the caller's, since "7 days" is counted from it. */
export function toFilter(asked: Asked, now: number): HistoryFilter {
  const from: Record<Range, number | null> = {
    all: null,
    today: startOfDay(now),
    '7d': now - 7 * DAY,
    '30d': now - 30 * DAY,
    '90d': now - 90 * DAY,
    days: asked.days === null ? null : Date.parse(`${asked.days[0]}T00:00:00`),
  }
  const nextDay = (day: string) => {
    const date = new Date(`${day}T00:00:00`)
    return date.setDate(date.getDate() + 1)
  }
  return {
    states: asked.states,
    environment: asked.environment,
    connection_id: asked.connection,
    database: asked.database || null,
    table: asked.table || null,
    text: asked.text || null,
    from: from[asked.range],
    to: asked.range === 'days' && asked.days !== null ? nextDay(asked.days[1]) : null,
  }
}

/** Whether anything narrows the list: decides which emptiness is told. */
export const isNarrowed = (asked: Asked) =>
  asked.range !== 'all' || asked.states.length > 0 || asked.environment !== null || asked.connection !== null || asked.database !== '' || asked.table !== '' || asked.text !== ''

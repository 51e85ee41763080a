/** What an import would do, counted and in the order in which a person should read it: trouble first. */
import type { ImportAction, ImportEntry } from '@/ipc'

const ORDER: Record<ImportAction['kind'], number> = { refuse: 0, change: 1, add: 2, skip: 3 }

export function tally(entries: readonly ImportEntry[]): Record<ImportAction['kind'], number> {
  const counts = { add: 0, change: 0, skip: 0, refuse: 0 }
  for (const { action } of entries) counts[action.kind] += 1
  return counts
}

export const inReadingOrder = (entries: readonly ImportEntry[]): ImportEntry[] =>
  [...entries].sort((a, b) => ORDER[a.action.kind] - ORDER[b.action.kind] || a.name.localeCompare(b.name))

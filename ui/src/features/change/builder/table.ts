/** The table as the forms see it: as it is on the server, with what the clause already does to it. */
import type { ClauseOperation, KeyColumn, TableFacts } from '@/ipc'

export interface ModelColumn {
  name: string
  /** `null` for a column that the clause itself adds. */
  type: string | null
  nullable: boolean | null
  comment: string
}

export interface TableModel {
  columns: ModelColumn[]
  keys: { name: string; unique: boolean; columns: KeyColumn[] }[]
  /** Names of the table's own foreign keys. */
  foreignKeys: string[]
}

const is = (verbs: readonly string[]) => (operation: ClauseOperation) => verbs.includes(operation.verb) && operation.subject !== null
const subjects = (operations: readonly ClauseOperation[], ...verbs: string[]) => operations.filter(is(verbs)).map(({ subject }) => (subject as string).toLowerCase())

export function tableModel(facts: TableFacts, operations: readonly ClauseOperation[] = []): TableModel {
  const gone = new Set(subjects(operations, 'DROP COLUMN'))
  const dropped = new Set(subjects(operations, 'DROP INDEX', 'DROP CONSTRAINT'))
  const unreferenced = new Set(subjects(operations, 'DROP FOREIGN KEY', 'DROP CONSTRAINT'))
  const noPrimary = operations.some(({ verb }) => verb === 'DROP PRIMARY KEY')
  const columns: ModelColumn[] = facts.columns
    .filter(({ name }) => !gone.has(name.toLowerCase()))
    .map(({ name, column_type, nullable, comment }) => ({ name, type: column_type, nullable, comment }))
  for (const { subject } of operations.filter(is(['ADD COLUMN'])))
    if (!columns.some(({ name }) => name.toLowerCase() === subject?.toLowerCase())) columns.push({ name: subject as string, type: null, nullable: null, comment: '' })
  return {
    columns,
    keys: facts.keys
      .filter(({ name }) => !dropped.has(name.toLowerCase()) && !(noPrimary && name === 'PRIMARY'))
      .map(({ name, unique, columns: of }) => ({ name, unique, columns: of })),
    foreignKeys: facts.foreign_keys.map(({ name }) => name).filter((name) => !unreferenced.has(name.toLowerCase())),
  }
}

/** A name that says what the index holds and that no other index has. */
export function suggestedIndexName(prefix: string, columns: readonly string[], taken: readonly string[]): string {
  const base = [...[prefix, ...columns].join('_')].slice(0, 60).join('').trimEnd()
  const used = new Set(taken.map((name) => name.toLowerCase()))
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}_${number}`
    if (!used.has(name.toLowerCase())) return name
  }
}

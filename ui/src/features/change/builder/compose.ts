/** One operation of a clause from typed data: a pure function, and the only place where the builder writes SQL. */
import type { QuoteRules } from '@/ipc'
import { nameOf, quoteName, quoteText } from '../quoting'
import { DEFAULT_RULES, isSign, meaningful, sqlTokens } from '../sqlTokens'

/** A value of the user beside the literal that the server printed for it, which is used again while nobody touches it. */
export interface Literal {
  value: string
  raw: string | null
}

export type DefaultValue =
  | { kind: 'none' }
  | { kind: 'null' }
  | { kind: 'text'; text: Literal }
  /** SQL as it is written: `CURRENT_TIMESTAMP(3)`, `b'0'`, `(uuid())`. */
  | { kind: 'expression'; sql: string }

export type Position = { kind: 'unchanged' } | { kind: 'first' } | { kind: 'after'; column: string }

export interface ColumnData {
  name: string
  /** With length, `unsigned` and members: `varchar(64)`, `enum('a','b')`. */
  type: string
  charset: string
  collation: string
  /** `GENERATED ALWAYS AS (…) STORED`, or empty. */
  generated: string
  nullable: boolean
  default: DefaultValue
  /** `CURRENT_TIMESTAMP(3)`, or empty. */
  onUpdate: string
  autoIncrement: boolean
  comment: Literal
  /** Attributes that no field stands for, as the server prints them; they stay. */
  kept: string
  position: Position
}

export interface IndexPart {
  column: string
  /** Characters or bytes of a prefix; `null` for the whole column. */
  prefix: number | null
  descending: boolean
}

export type IndexKind = 'index' | 'unique' | 'fulltext'

export interface ForeignKeyData {
  name: string
  columns: string[]
  database: string
  table: string
  referenced: string[]
  onDelete: ReferentialAction
  onUpdate: ReferentialAction
}
export const REFERENTIAL_ACTIONS = ['RESTRICT', 'CASCADE', 'SET NULL', 'NO ACTION'] as const
export type ReferentialAction = (typeof REFERENTIAL_ACTIONS)[number]

export const ENGINES = ['InnoDB', 'RocksDB', 'MyISAM', 'Aria', 'ARCHIVE'] as const
export const ROW_FORMATS = ['DYNAMIC', 'COMPRESSED', 'COMPACT', 'REDUNDANT'] as const

export type Operation =
  | { kind: 'add_column'; column: ColumnData }
  | { kind: 'modify_column'; from: string; column: ColumnData }
  /** A new name, and whatever else of the definition is changed with it. */
  | { kind: 'rename_column'; from: string; column: ColumnData }
  | { kind: 'drop_column'; names: string[] }
  | { kind: 'add_index'; index: IndexKind; name: string; parts: IndexPart[]; comment: string }
  | { kind: 'drop_index'; names: string[] }
  | { kind: 'primary_key'; replace: boolean; parts: IndexPart[] }
  | { kind: 'drop_primary_key' }
  | { kind: 'add_foreign_key'; key: ForeignKeyData }
  | { kind: 'drop_foreign_key'; names: string[] }
  | { kind: 'engine'; engine: string }
  | { kind: 'row_format'; format: string }
  | { kind: 'auto_increment'; value: string }
  | { kind: 'comment'; comment: string }
  | { kind: 'charset'; charset: string; collation: string }

export type OperationKind = Operation['kind']

const literal = ({ value, raw }: Literal, rules: QuoteRules) => raw ?? quoteText(value, rules)
const words = (...parts: (string | false)[]) => parts.filter((part) => part !== false && part !== '').join(' ')

function defaultOf(column: ColumnData, rules: QuoteRules): string {
  if (column.generated !== '') return ''
  switch (column.default.kind) {
    case 'none':
      return ''
    case 'null':
      return 'DEFAULT NULL'
    case 'text':
      return `DEFAULT ${literal(column.default.text, rules)}`
    case 'expression':
      return `DEFAULT ${column.default.sql.trim()}`
  }
}

function placeOf(position: Position): string {
  if (position.kind === 'unchanged') return ''
  return position.kind === 'first' ? 'FIRST' : `AFTER ${quoteName(position.column)}`
}

/** A column's definition after its name. */
function columnDefinition(column: ColumnData, rules: QuoteRules): string {
  const { value, raw } = column.comment
  return words(
    column.type.trim(),
    column.charset !== '' && `CHARACTER SET ${column.charset}`,
    column.collation !== '' && `COLLATE ${column.collation}`,
    column.generated,
    // A generated column is NULL by itself, and some versions refuse the word.
    !column.nullable ? 'NOT NULL' : column.generated === '' && 'NULL',
    defaultOf(column, rules),
    column.onUpdate.trim() !== '' && `ON UPDATE ${column.onUpdate.trim()}`,
    column.autoIncrement && 'AUTO_INCREMENT',
    (value !== '' || raw !== null) && `COMMENT ${literal(column.comment, rules)}`,
    column.kept,
    placeOf(column.position),
  )
}

/** A check of its own that names the column goes on under the new name. */
function renamed(column: ColumnData, from: string, rules: QuoteRules): ColumnData {
  const kept = sqlTokens(column.kept, rules).map((token) => (token.kind === 'quoted' && nameOf(token) === from ? quoteName(column.name) : token.text))
  return { ...column, kept: kept.join('') }
}

const partsOf = (parts: readonly IndexPart[]) =>
  `(${parts.map(({ column, prefix, descending }) => words(`${quoteName(column)}${prefix === null ? '' : `(${prefix})`}`, descending && 'DESC')).join(', ')})`

const INDEX_WORDS: Record<IndexKind, string> = { index: 'ADD INDEX', unique: 'ADD UNIQUE INDEX', fulltext: 'ADD FULLTEXT INDEX' }

const names = (list: readonly string[]) => `(${list.map(quoteName).join(', ')})`

function foreignKey({ name, columns, database, table, referenced, onDelete, onUpdate }: ForeignKeyData): string {
  return words(
    'ADD',
    name !== '' && `CONSTRAINT ${quoteName(name)}`,
    `FOREIGN KEY ${names(columns)} REFERENCES ${database === '' ? '' : `${quoteName(database)}.`}${quoteName(table)} ${names(referenced)}`,
    onDelete !== 'RESTRICT' && `ON DELETE ${onDelete}`,
    onUpdate !== 'RESTRICT' && `ON UPDATE ${onUpdate}`,
  )
}

const each = (list: readonly string[], verb: string) => list.map((name) => `${verb} ${quoteName(name)}`).join(', ')

/** The fragment of a clause that carries the operation out under `rules`. Whether its data make sense is told by `problemsOf`. */
export function compose(operation: Operation, rules: QuoteRules = DEFAULT_RULES): string {
  switch (operation.kind) {
    case 'add_column':
      return `ADD COLUMN ${quoteName(operation.column.name)} ${columnDefinition(operation.column, rules)}`
    case 'modify_column':
      return `MODIFY COLUMN ${quoteName(operation.from)} ${columnDefinition(operation.column, rules)}`
    case 'rename_column':
      // CHANGE, not RENAME COLUMN: every version knows it.
      return `CHANGE COLUMN ${quoteName(operation.from)} ${quoteName(operation.column.name)} ${columnDefinition(renamed(operation.column, operation.from, rules), rules)}`
    case 'drop_column':
      return each(operation.names, 'DROP COLUMN')
    case 'add_index':
      return words(INDEX_WORDS[operation.index], operation.name !== '' && quoteName(operation.name), partsOf(operation.parts), operation.comment !== '' && `COMMENT ${quoteText(operation.comment, rules)}`)
    case 'drop_index':
      return each(operation.names, 'DROP INDEX')
    case 'primary_key':
      return `${operation.replace ? 'DROP PRIMARY KEY, ' : ''}ADD PRIMARY KEY ${partsOf(operation.parts)}`
    case 'drop_primary_key':
      return 'DROP PRIMARY KEY'
    case 'add_foreign_key':
      return foreignKey(operation.key)
    case 'drop_foreign_key':
      return each(operation.names, 'DROP FOREIGN KEY')
    case 'engine':
      return `ENGINE=${operation.engine}`
    case 'row_format':
      return `ROW_FORMAT=${operation.format}`
    case 'auto_increment':
      return `AUTO_INCREMENT=${operation.value.trim()}`
    case 'comment':
      return `COMMENT=${quoteText(operation.comment, rules)}`
    case 'charset':
      return words(`CONVERT TO CHARACTER SET ${operation.charset}`, operation.collation !== '' && `COLLATE ${operation.collation}`)
  }
}

/** The clause with one more operation at its end. What stands there already stays as it is, byte for byte. */
export function appended(clause: string, fragment: string, rules: QuoteRules = DEFAULT_RULES): string {
  if (clause.trim() === '') return fragment
  const tokens = sqlTokens(clause, rules)
  const said = meaningful(tokens).at(-1)
  const wantsComma = said !== undefined && !isSign(said, ',')
  const last = tokens.at(-1)
  // After a line comment only a new line is read.
  if (last?.kind === 'comment' && !last.closed) return `${clause}\n${wantsComma ? ', ' : ''}${fragment}`
  if (!wantsComma) return `${clause}${/\s$/.test(clause) ? '' : ' '}${fragment}`
  return `${clause.replace(/[ \t]+$/, '')},\n${fragment}`
}

/** What is wrong with an operation while its form is filled: one reason a field, `builder.reason.<reason>` of the texts. */
import type { QuoteRules } from '@/ipc'
import type { MessageKey } from '@/locales'
import { DEFAULT_RULES, isSign, meaningful, operationsOf, sqlTokens } from '../sqlTokens'
import type { ColumnData, ForeignKeyData, IndexPart, Operation } from './compose'
import type { TableModel } from './table'
import { baseType, charsetOf, hasCharset, isCharacter, isGeometry, isInteger, isKnownType, isLarge, isListed, isNumber, membersOf, takesPrefix, typeArguments } from './types'

type ReasonKey = Extract<MessageKey, `builder.reason.${string}`>
export type Reason = ReasonKey extends `builder.reason.${infer Name}` ? Name : never
export type Problems = Partial<Record<string, Reason>>

/** Compared as the server compares names of columns and keys: case does not tell them apart. */
export const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
const has = (names: readonly string[], name: string) => names.some((other) => sameName(other, name))

export function nameProblem(name: string, taken: readonly string[]): Reason | undefined {
  if (name === '') return 'required'
  if ([...name].length > 64) return 'nameLong'
  if (name.endsWith(' ')) return 'nameSpace'
  if ([...name].some((character) => character === '\0' || (character.codePointAt(0) as number) > 0xffff)) return 'nameCharacter'
  return has(taken, name) ? 'nameTaken' : undefined
}

/** One expression: parentheses closed, no comma outside of them, nothing that would end the operation. */
function isOneTerm(sql: string, rules: QuoteRules): boolean {
  const all = sqlTokens(sql, rules)
  const tokens = meaningful(all)
  let depth = 0
  for (const token of tokens) {
    if (isSign(token, '(')) depth += 1
    if (isSign(token, ')') && --depth < 0) return false
    if (isSign(token, ';') || isSign(token, '?') || !token.closed) return false
  }
  const commented = all.some(({ kind }) => kind === 'comment')
  return depth === 0 && !commented && tokens.length > 0 && operationsOf(tokens).length === 1
}

const whole = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN)

export function typeProblem(type: string, rules: QuoteRules = DEFAULT_RULES): Reason | undefined {
  if (type.trim() === '') return 'required'
  if (!isOneTerm(type, rules) || !isKnownType(type)) return 'type'
  const base = baseType(type)
  const given = typeArguments(type, rules)
  if (['VARCHAR', 'NVARCHAR', 'VARBINARY', 'VECTOR'].includes(base)) {
    const length = whole(given?.[0])
    if (given?.length !== 1 || !(length <= 65_535)) return 'typeLength'
  }
  if (['CHAR', 'BINARY', 'NCHAR'].includes(base) && given !== null && !(whole(given[0]) <= 255)) return 'typeLength255'
  if (['DECIMAL', 'NUMERIC', 'DEC', 'FIXED'].includes(base) && given !== null) {
    const [precision, scale] = [whole(given[0]), given.length > 1 ? whole(given[1]) : 0]
    if (!(precision >= 1 && precision <= 65 && scale <= 30 && scale <= precision)) return 'typeDecimal'
  }
  if (['DATETIME', 'TIMESTAMP', 'TIME'].includes(base) && given !== null && !(whole(given[0]) <= 6)) return 'typeFraction'
  if (isListed(type)) {
    const members = membersOf(type, rules)
    if (members === null || members.length === 0) return 'typeMembers'
    if (new Set(members.map((member) => member.toLowerCase())).size !== members.length) return 'typeMembersTwice'
  }
  return undefined
}

function defaultProblem(column: ColumnData, rules: QuoteRules): Reason | undefined {
  const given = column.default
  if (given.kind === 'none' || column.generated !== '') return undefined
  if (column.autoIncrement) return 'defaultAuto'
  if (given.kind === 'null') return column.nullable ? undefined : 'defaultNull'
  if (given.kind === 'expression') return isOneTerm(given.sql, rules) ? undefined : 'expression'
  const { value, raw } = given.text
  if (raw !== null) return undefined
  if (isLarge(column.type) || isGeometry(column.type) || baseType(column.type) === 'JSON') return 'defaultLarge'
  if (isNumber(column.type) && !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return 'defaultNumber'
  if (baseType(column.type) === 'ENUM' && !(membersOf(column.type, rules) ?? []).some((member) => sameName(member, value))) return 'defaultMember'
  const length = isCharacter(column.type) ? whole(typeArguments(column.type, rules)?.[0]) : NaN
  if ([...value].length > length) return 'defaultLong'
  return undefined
}

function columnProblems(column: ColumnData, table: TableModel, from: string | null, rules: QuoteRules): Problems {
  const others = table.columns.map(({ name }) => name).filter((name) => from === null || name !== from)
  const isKey = table.keys.some(({ columns }) => from !== null && sameName(columns[0]?.name ?? '', from))
  const { position } = column
  return {
    name: nameProblem(column.name, others),
    type: typeProblem(column.type, rules),
    collation: column.collation !== '' && column.charset !== '' && charsetOf(column.collation) !== charsetOf(column.charset) ? 'collation' : undefined,
    charset: column.charset !== '' && column.type !== '' && !hasCharset(column.type) ? 'charsetType' : undefined,
    default: defaultProblem(column, rules),
    onUpdate: column.onUpdate.trim() === '' ? undefined : !['TIMESTAMP', 'DATETIME'].includes(baseType(column.type)) ? 'onUpdateType' : isOneTerm(column.onUpdate, rules) ? undefined : 'expression',
    autoIncrement: !column.autoIncrement ? undefined : !isInteger(column.type) ? 'autoType' : column.nullable ? 'autoNull' : isKey ? undefined : 'autoKey',
    comment: [...column.comment.value].length > 1024 ? 'commentLong' : commentCharacter(column.comment.value),
    position: position.kind !== 'after' ? undefined : position.column === '' ? 'required' : has(others, position.column) ? undefined : 'columnMissing',
  }
}
const commentCharacter = (comment: string): Reason | undefined => (comment.includes('\0') ? 'textCharacter' : undefined)

function partsProblem(parts: readonly IndexPart[], table: TableModel, fulltext: boolean): Reason | undefined {
  if (parts.length === 0) return 'partsNone'
  if (parts.length > 16) return 'partsMany'
  if (new Set(parts.map(({ column }) => column.toLowerCase())).size !== parts.length) return 'partsTwice'
  for (const { column, prefix } of parts) {
    const found = table.columns.find(({ name }) => sameName(name, column))
    if (found === undefined) return 'columnMissing'
    if (found.type === null) continue
    if (fulltext && !isCharacter(found.type)) return 'fulltextType'
    if (fulltext) continue
    if (baseType(found.type) === 'JSON' || isGeometry(found.type)) return 'partsType'
    if (prefix === null && isLarge(found.type)) return 'prefixNeeded'
    if (prefix === null) continue
    if (!takesPrefix(found.type)) return 'prefixType'
    const length = whole(typeArguments(found.type)?.[0])
    if (!Number.isInteger(prefix) || prefix < 1 || prefix > 3072 || prefix > length) return 'prefixRange'
  }
  return undefined
}

function foreignKeyProblems(key: ForeignKeyData, table: TableModel): Problems {
  const nullable = key.columns.every((name) => table.columns.find((column) => sameName(column.name, name))?.nullable !== false)
  const setsNull = (action: string) => action === 'SET NULL' && !nullable
  return {
    name: key.name === '' ? undefined : nameProblem(key.name, table.foreignKeys),
    columns: key.columns.length === 0 || key.columns.includes('') ? 'partsNone' : new Set(key.columns).size !== key.columns.length ? 'partsTwice' : undefined,
    table: key.table === '' ? 'required' : undefined,
    referenced: key.referenced.some((name) => name === '') || key.referenced.length !== key.columns.length ? 'referenced' : undefined,
    onDelete: setsNull(key.onDelete) ? 'setNull' : undefined,
    onUpdate: setsNull(key.onUpdate) ? 'setNull' : undefined,
  }
}

const namesProblem = (names: readonly string[]): Reason | undefined => (names.length === 0 ? 'choose' : undefined)

function allProblems(operation: Operation, table: TableModel, rules: QuoteRules): Problems {
  switch (operation.kind) {
    case 'add_column':
      return columnProblems(operation.column, table, null, rules)
    case 'modify_column':
      return operation.from === '' ? { from: 'required' } : columnProblems(operation.column, table, operation.from, rules)
    case 'rename_column':
      if (operation.from === '') return { from: 'required' }
      return { ...columnProblems(operation.column, table, operation.from, rules), ...(operation.column.name === operation.from ? { name: 'nameSame' as const } : {}) }
    case 'drop_column':
      return { names: operation.names.length >= table.columns.length ? 'dropAll' : namesProblem(operation.names) }
    case 'drop_index':
    case 'drop_foreign_key':
      return { names: namesProblem(operation.names) }
    case 'add_index':
      return {
        name: operation.name === '' ? undefined : sameName(operation.name, 'PRIMARY') ? 'namePrimary' : nameProblem(operation.name, table.keys.map(({ name }) => name)),
        parts: partsProblem(operation.parts, table, operation.index === 'fulltext'),
        comment: [...operation.comment].length > 1024 ? 'commentLong' : commentCharacter(operation.comment),
      }
    case 'primary_key': {
      const nullable = operation.parts.some(({ column }) => table.columns.find(({ name }) => sameName(name, column))?.nullable === true)
      return { parts: partsProblem(operation.parts, table, false) ?? (nullable ? 'primaryNull' : undefined) }
    }
    case 'drop_primary_key':
      return table.keys.some(({ name }) => name === 'PRIMARY') ? {} : { names: 'primaryMissing' }
    case 'add_foreign_key':
      return foreignKeyProblems(operation.key, table)
    case 'engine':
      return { engine: /^[A-Za-z][A-Za-z0-9_]*$/.test(operation.engine) ? undefined : 'required' }
    case 'row_format':
      return { format: operation.format === '' ? 'required' : undefined }
    case 'auto_increment':
      return { value: /^\s*[1-9]\d{0,19}\s*$/.test(operation.value) && BigInt(operation.value.trim()) <= 18_446_744_073_709_551_615n ? undefined : 'autoValue' }
    case 'comment':
      return { comment: [...operation.comment].length > 2048 ? 'tableCommentLong' : commentCharacter(operation.comment) }
    case 'charset':
      return {
        charset: operation.charset === '' ? 'required' : undefined,
        collation: operation.collation !== '' && charsetOf(operation.collation) !== charsetOf(operation.charset) ? 'collation' : undefined,
      }
  }
}

/** Empty when the operation can be written for a server that reads by `rules`. */
export const problemsOf = (operation: Operation, table: TableModel, rules: QuoteRules = DEFAULT_RULES): Problems =>
  Object.fromEntries(Object.entries(allProblems(operation, table, rules)).filter(([, reason]) => reason !== undefined))

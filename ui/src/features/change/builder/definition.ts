/**
 * A column read out of the server's own CREATE TABLE: what a MODIFY has to repeat so that nothing of it gets lost. The
 * definition is printed by the default rules; what is taken out of it is written by those that the clause is read by.
 */
import type { QuoteRules } from '@/ipc'
import { nameOf, requoted, textOf } from '../quoting'
import { DEFAULT_RULES, isSign, isWord, meaningful, operationsOf, sqlTokens } from '../sqlTokens'
import type { SqlToken } from '../sqlTokens'
import type { ColumnData, DefaultValue, Literal } from './compose'

export const emptyColumn = (): ColumnData => ({
  name: '', type: '', charset: '', collation: '', generated: '', nullable: true, default: { kind: 'none' }, onUpdate: '', autoIncrement: false,
  comment: { value: '', raw: null }, kept: '', position: { kind: 'unchanged' },
})

/** The server wraps younger attributes into versioned comments; the clause has to say them plainly. */
const unwrapped = (definition: string) =>
  sqlTokens(definition)
    .map((token) => (token.kind === 'comment' ? (/^\/\*M?!\d*\s?([^]*?)\s*\*\/$/.exec(token.text)?.[1] ?? ' ') : token.text))
    .join('')

const literalOf = (token: SqlToken | undefined): Literal => (token === undefined ? { value: '', raw: null } : { value: textOf(token.text), raw: token.text })

/** Reads tokens from left to right; what is taken is taken as it is written. */
class Reader {
  private at = 0
  constructor(private readonly text: string, private readonly tokens: SqlToken[]) {}

  get done() {
    return this.at >= this.tokens.length
  }
  peek(ahead = 0) {
    return this.tokens[this.at + ahead]
  }
  next() {
    return this.tokens[this.at++]
  }
  take(...sequence: string[]): boolean {
    const found = sequence.every((word, ahead) => isWord(this.peek(ahead), word))
    if (found) this.at += sequence.length
    return found
  }
  /** The text of one token and the parentheses that follow it. */
  term(): string {
    const first = this.next()
    if (first === undefined) return ''
    let last = isSign(first, '(') ? this.close(first) : first
    const open = this.peek()
    if (isSign(open, '(')) {
      this.at += 1
      last = this.close(open as SqlToken)
    } else if (this.peek()?.kind === 'string' && this.peek()?.from === last.to) {
      // b'0', x'00', _utf8mb4'a': the prefix belongs to its literal.
      last = this.next() as SqlToken
    }
    return this.text.slice(first.from, last.to)
  }
  private close(open: SqlToken): SqlToken {
    let depth = 1
    let last = open
    while (depth > 0 && !this.done) {
      last = this.next() as SqlToken
      if (isSign(last, '(')) depth += 1
      if (isSign(last, ')')) depth -= 1
    }
    return last
  }
}

function typeOf(reader: Reader): string {
  let type = reader.term()
  if (/^double$/i.test(type) && reader.take('PRECISION')) type += ' precision'
  for (;;) {
    if (reader.take('UNSIGNED')) type += ' unsigned'
    else if (reader.take('ZEROFILL')) type += ' zerofill'
    else return type
  }
}

function generatedOf(reader: Reader): string {
  const expression = reader.term()
  const kind = ['STORED', 'VIRTUAL', 'PERSISTENT'].find((word) => reader.take(word))
  return `GENERATED ALWAYS AS ${expression}${kind === undefined ? '' : ` ${kind}`}`
}

function defaultOf(reader: Reader): DefaultValue {
  const token = reader.peek()
  if (reader.take('NULL')) return { kind: 'null' }
  if (token?.kind === 'string') {
    reader.next()
    return { kind: 'text', text: literalOf(token) }
  }
  const sign = isSign(token, '-') || isSign(token, '+') ? (reader.next()?.text ?? '') : ''
  return { kind: 'expression', sql: sign + reader.term() }
}

function attributes(reader: Reader, column: ColumnData) {
  const kept: string[] = []
  while (!reader.done) {
    if (reader.take('CHARACTER', 'SET') || reader.take('CHARSET')) column.charset = reader.term()
    else if (reader.take('COLLATE')) column.collation = reader.term()
    else if (reader.take('GENERATED', 'ALWAYS', 'AS') || reader.take('AS')) column.generated = generatedOf(reader)
    else if (reader.take('NOT', 'NULL')) column.nullable = false
    else if (reader.take('NULL')) column.nullable = true
    else if (reader.take('DEFAULT')) column.default = defaultOf(reader)
    else if (reader.take('ON', 'UPDATE')) column.onUpdate = reader.term()
    else if (reader.take('AUTO_INCREMENT')) column.autoIncrement = true
    else if (reader.take('COMMENT')) column.comment = literalOf(reader.next())
    else kept.push(reader.term())
  }
  column.kept = kept.join(' ')
}

/** The parts between the parentheses of a CREATE TABLE. */
function parts(definition: string): SqlToken[][] {
  const tokens = sqlTokens(definition)
  const open = tokens.findIndex((token) => isSign(token, '('))
  if (open < 0) return []
  let depth = 0
  const close = tokens.findIndex((token, index) => {
    if (index < open) return false
    if (isSign(token, '(')) depth += 1
    if (isSign(token, ')')) depth -= 1
    return depth === 0
  })
  return operationsOf(tokens.slice(open + 1, close < 0 ? undefined : close)).map(meaningful)
}

const literalBy = ({ value, raw }: Literal, rules: QuoteRules): Literal => ({ value, raw: raw === null ? null : requoted(raw, rules) })
function defaultBy(given: DefaultValue, rules: QuoteRules): DefaultValue {
  if (given.kind === 'text') return { kind: 'text', text: literalBy(given.text, rules) }
  return given.kind === 'expression' ? { kind: 'expression', sql: requoted(given.sql, rules) } : given
}

/** `null` when the definition does not show the column as a column: then it cannot be repeated. */
export function columnFromDefinition(definition: string, name: string, rules: QuoteRules = DEFAULT_RULES): ColumnData | null {
  const text = unwrapped(definition)
  const found = parts(text).find(([first]) => first?.kind === 'quoted' && nameOf(first) === name)
  if (found === undefined || found.length < 2) return null
  const column = { ...emptyColumn(), name }
  const reader = new Reader(text, found.slice(1))
  column.type = typeOf(reader)
  attributes(reader, column)
  return {
    ...column,
    type: requoted(column.type, rules),
    generated: requoted(column.generated, rules),
    default: defaultBy(column.default, rules),
    comment: literalBy(column.comment, rules),
    kept: requoted(column.kept, rules),
  }
}

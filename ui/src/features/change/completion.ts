/** What can stand at a place of a clause: operations, columns, indexes, types, character sets, each where it belongs. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import type { QuoteRules, TableFacts } from '@/ipc'
import { CHARSETS, charsetOf, COLUMN_TYPES } from './builder/types'
import { ENGINES, ROW_FORMATS } from './builder/compose'
import { isSign, isWord, meaningful, operationsOf, sqlTokens } from './sqlTokens'
import type { SqlToken } from './sqlTokens'

const OPERATIONS = [
  'ADD COLUMN', 'ADD INDEX', 'ADD UNIQUE INDEX', 'ADD FULLTEXT INDEX', 'ADD SPATIAL INDEX', 'ADD PRIMARY KEY', 'ADD CONSTRAINT', 'ADD FOREIGN KEY', 'ADD CHECK', 'MODIFY COLUMN',
  'CHANGE COLUMN', 'RENAME COLUMN', 'RENAME INDEX', 'ALTER COLUMN', 'ALTER INDEX', 'DROP COLUMN', 'DROP INDEX', 'DROP PRIMARY KEY', 'DROP FOREIGN KEY', 'DROP CONSTRAINT', 'DROP CHECK',
  'CONVERT TO CHARACTER SET', 'DEFAULT CHARACTER SET', 'ENGINE=InnoDB', 'ROW_FORMAT=', 'AUTO_INCREMENT=', 'COMMENT=', 'ORDER BY', 'FORCE',
  'ADD PARTITION', 'DROP PARTITION', 'TRUNCATE PARTITION', 'REORGANIZE PARTITION', 'PARTITION BY', 'REMOVE PARTITIONING',
]
const ATTRIBUTES = [
  'NOT NULL', 'NULL', 'DEFAULT', 'DEFAULT NULL', 'DEFAULT CURRENT_TIMESTAMP', 'ON UPDATE CURRENT_TIMESTAMP', 'AUTO_INCREMENT', 'COMMENT', 'UNSIGNED', 'CHARACTER SET', 'COLLATE', 'UNIQUE',
  'PRIMARY KEY', 'GENERATED ALWAYS AS', 'STORED', 'VIRTUAL', 'INVISIBLE', 'CHECK', 'FIRST', 'AFTER',
]
const AFTER_DROP = ['COLUMN', 'INDEX', 'KEY', 'PRIMARY KEY', 'FOREIGN KEY', 'CONSTRAINT', 'CHECK', 'PARTITION']
const AFTER_ADD = ['COLUMN', 'INDEX', 'KEY', 'UNIQUE INDEX', 'FULLTEXT INDEX', 'SPATIAL INDEX', 'PRIMARY KEY', 'CONSTRAINT', 'FOREIGN KEY', 'CHECK', 'PARTITION']
const AFTER_INDEX = ['USING BTREE', 'USING HASH', 'COMMENT', 'VISIBLE', 'INVISIBLE', 'KEY_BLOCK_SIZE=', 'WITH PARSER']
const AFTER_REFERENCES = ['ON DELETE', 'ON UPDATE', 'RESTRICT', 'CASCADE', 'SET NULL', 'NO ACTION']

/** A name that would be read as something else is put into backticks. */
export const quoted = (name: string) => (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) && !RESERVED.has(name.toUpperCase()) ? name : `\`${name.replaceAll('`', '``')}\``)

const RESERVED = new Set(
  'ADD ALL ALTER ANALYZE AND AS ASC BEFORE BETWEEN BIGINT BINARY BLOB BOTH BY CALL CASCADE CASE CHANGE CHAR CHARACTER CHECK COLLATE COLUMN CONDITION CONSTRAINT CONVERT CREATE CROSS CUBE CUME_DIST CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DATABASES DEC DECIMAL DECLARE DEFAULT DELAYED DELETE DENSE_RANK DESC DESCRIBE DISTINCT DIV DOUBLE DROP DUAL EACH ELSE EMPTY ENCLOSED ESCAPED EXCEPT EXISTS EXIT EXPLAIN FALSE FETCH FIRST_VALUE FLOAT FOR FORCE FOREIGN FROM FULLTEXT FUNCTION GENERATED GET GRANT GROUP GROUPING GROUPS HAVING IF IGNORE IN INDEX INNER INSERT INT INTEGER INTERSECT INTERVAL INTO IS JOIN JSON_TABLE KEY KEYS KILL LAG LAST_VALUE LATERAL LEAD LEADING LEFT LIKE LIMIT LINES LOAD LOCK LONG LOOP MATCH MOD NATURAL NOT NTH_VALUE NTILE NULL NUMERIC OF ON OPTIMIZE OPTION OR ORDER OUT OUTER OVER PARTITION PERCENT_RANK PRECISION PRIMARY PROCEDURE PURGE RANGE RANK READ REAL RECURSIVE REFERENCES REGEXP RELEASE RENAME REPEAT REPLACE REQUIRE RESTRICT RETURN REVOKE RIGHT RLIKE ROW ROWS ROW_NUMBER SCHEMA SELECT SET SHOW SMALLINT SPATIAL SQL SSL STARTING STORED SYSTEM TABLE TERMINATED THEN TINYINT TO TRAILING TRIGGER TRUE UNDO UNION UNIQUE UNLOCK UNSIGNED UPDATE USAGE USE USING VALUES VARBINARY VARCHAR VARYING VIRTUAL WHEN WHERE WHILE WINDOW WITH WRITE XOR YEAR_MONTH ZEROFILL'.split(
    ' ',
  ),
)

export type Place = 'operation' | 'column' | 'index' | 'foreign_key' | 'constraint' | 'type' | 'attribute' | 'charset' | 'collation' | 'engine' | 'row_format' | 'drop' | 'add' | 'index_option' | 'references' | 'name' | 'none'

/** The last of `tokens` that opens a parenthesis which is not closed again. */
function openBefore(tokens: readonly SqlToken[]): number {
  let depth = 0
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    if (isSign(tokens[index], ')')) depth += 1
    if (isSign(tokens[index], '(') && depth-- === 0) return index
  }
  return -1
}

/** What is expected after `tokens`, which are one operation's up to the place. */
export function placeAfter(tokens: readonly SqlToken[]): Place {
  const last = tokens.at(-1)
  const before = tokens.at(-2)
  if (last === undefined) return 'operation'
  if (isWord(last, 'COLLATE') || (isSign(last, '=') && isWord(before, 'COLLATE'))) return 'collation'
  const beforeValue = isSign(last, '=') ? tokens.slice(0, -1) : tokens
  if (isWord(beforeValue.at(-1), 'CHARSET') || (isWord(beforeValue.at(-1), 'SET') && isWord(beforeValue.at(-2), 'CHARACTER'))) return 'charset'
  if (isWord(beforeValue.at(-1), 'ENGINE')) return 'engine'
  if (isWord(beforeValue.at(-1), 'ROW_FORMAT')) return 'row_format'
  if (isSign(last, '=')) return 'none'
  if (isWord(last, 'AFTER')) return 'column'
  const [verb, second] = tokens
  const open = openBefore(tokens)
  if (open >= 0) {
    const head = tokens.slice(0, open)
    if (head.some((token) => isWord(token, 'REFERENCES'))) return 'none'
    const listsColumns = head.some((token) => isWord(token, 'INDEX', 'KEY', 'UNIQUE', 'FULLTEXT', 'SPATIAL'))
    return listsColumns || head.some((token) => isWord(token, 'CHECK', 'AS', 'DEFAULT')) ? 'column' : 'none'
  }
  if (isWord(verb, 'DROP')) {
    if (tokens.length === 1) return 'drop'
    if (isWord(last, 'COLUMN')) return 'column'
    if (isWord(last, 'INDEX') || (isWord(last, 'KEY') && tokens.length === 2)) return 'index'
    if (isWord(last, 'KEY') && isWord(before, 'FOREIGN')) return 'foreign_key'
    return isWord(last, 'CONSTRAINT', 'CHECK') ? 'constraint' : 'none'
  }
  if (isWord(verb, 'MODIFY', 'CHANGE', 'ALTER', 'RENAME')) {
    if (isWord(last, 'INDEX', 'KEY')) return 'index'
    const named = tokens.slice(isWord(second, 'COLUMN') ? 2 : 1)
    if (named.length === 0) return 'column'
    if (isWord(verb, 'ALTER', 'RENAME')) return 'none'
    const names = isWord(verb, 'CHANGE') ? 2 : 1
    return named.length < names ? 'name' : named.length === names ? 'type' : 'attribute'
  }
  if (isWord(verb, 'ADD')) {
    if (tokens.length === 1) return 'add'
    if (tokens.some((token) => isWord(token, 'REFERENCES'))) return isWord(last, 'REFERENCES') ? 'none' : 'references'
    if (isWord(second, 'INDEX', 'KEY', 'UNIQUE', 'FULLTEXT', 'SPATIAL', 'PRIMARY', 'FOREIGN', 'CONSTRAINT', 'CHECK', 'PARTITION')) return isSign(last, ')') ? 'index_option' : 'none'
    const named = tokens.slice(isWord(second, 'COLUMN') ? 2 : 1)
    return named.length === 0 ? 'name' : named.length === 1 ? 'type' : 'attribute'
  }
  return 'none'
}

const keywords = (words: readonly string[]): Completion[] => words.map((label) => ({ label, type: 'keyword' }))

function offered(place: Place, facts: TableFacts | undefined): Completion[] {
  const columns = () => (facts?.columns ?? []).map(({ name, column_type }): Completion => ({ label: name, apply: quoted(name), detail: column_type, type: 'property' }))
  const foreignKeys = () => (facts?.foreign_keys ?? []).map(({ name, referenced_table }): Completion => ({ label: name, apply: quoted(name), detail: `→ ${referenced_table.table}`, type: 'property' }))
  switch (place) {
    case 'operation':
      return keywords(OPERATIONS)
    case 'drop':
      return [...keywords(AFTER_DROP), ...columns()]
    case 'add':
      return keywords(AFTER_ADD)
    case 'column':
      return columns()
    case 'index':
      return (facts?.keys ?? []).map(({ name, columns: of }): Completion => ({ label: name, apply: quoted(name), detail: of.map((part) => part.name ?? '()').join(', '), type: 'property' }))
    case 'foreign_key':
    case 'constraint':
      return foreignKeys()
    case 'type':
      return COLUMN_TYPES.map((label): Completion => ({ label, type: 'type' }))
    case 'attribute':
      return keywords(ATTRIBUTES)
    case 'charset':
      return Object.keys(CHARSETS).map((label): Completion => ({ label, type: 'keyword' }))
    case 'collation': {
      const own = facts?.collation ?? null
      const rest = Object.values(CHARSETS).flat().filter((label) => label !== own)
      return [...(own === null ? [] : [{ label: own, detail: facts?.table.table, boost: 3, type: 'keyword' }]), ...rest.map((label): Completion => ({ label, detail: charsetOf(label), type: 'keyword' }))]
    }
    case 'engine':
      return keywords(ENGINES)
    case 'row_format':
      return keywords(ROW_FORMATS)
    case 'index_option':
      return keywords(AFTER_INDEX)
    case 'references':
      return keywords(AFTER_REFERENCES)
    case 'name':
    case 'none':
      return []
  }
}

/** What to offer in `text` at `position`, and from where it replaces; `null` inside of strings and comments. */
export function completionsAt(text: string, position: number, facts: TableFacts | undefined, rules?: QuoteRules): { from: number; place: Place; options: Completion[] } | null {
  const tokens = sqlTokens(text.slice(0, position), rules)
  const last = tokens.at(-1)
  const isOpen = last !== undefined && !last.closed
  if (isOpen && last.kind !== 'quoted') return null
  const typed = last !== undefined && (last.kind === 'word' || last.kind === 'number' || isOpen) ? last : undefined
  const from = typed?.from ?? position
  const operation = operationsOf(tokens.filter((token) => token !== typed)).at(-1) ?? []
  const place = placeAfter(meaningful(operation))
  return { from, place, options: offered(place, facts) }
}

export const clauseWords =
  (facts: () => TableFacts | undefined, rules?: QuoteRules) =>
  (context: CompletionContext): CompletionResult | null => {
    const found = completionsAt(context.state.sliceDoc(), context.pos, facts(), rules)
    if (found === null || found.options.length === 0) return null
    // After a space of its own accord only where the choice is short and certain; elsewhere with the first letter.
    if (!context.explicit && found.from === context.pos && !['column', 'index', 'foreign_key', 'charset', 'collation', 'engine', 'row_format'].includes(found.place)) return null
    return { from: found.from, options: found.options, validFor: /^[`"[]?[\p{L}\p{N}_$ ]*$/u }
  }

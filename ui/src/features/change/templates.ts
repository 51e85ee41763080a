/** Clauses with places to fill, such as `{column}`: the built-in ones, and how a place is filled. */
import type { QuoteRules } from '@/ipc'
import type { MessageKey } from '@/locales'
import { quoted } from './completion'
import { insideOf } from './quoting'
import { DEFAULT_RULES, sqlTokens } from './sqlTokens'

type TemplateKey = Extract<MessageKey, `builder.template.name.${string}`>
type BuiltIn = TemplateKey extends `builder.template.name.${infer Name}` ? Name : never

export const BUILT_IN_TEMPLATES: { key: BuiltIn; clause: string }[] = [
  { key: 'timestamps', clause: 'ADD COLUMN created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),\nADD COLUMN updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)' },
  { key: 'softDelete', clause: 'ADD COLUMN deleted_at DATETIME NULL,\nADD INDEX idx_deleted_at (deleted_at)' },
  { key: 'flag', clause: "ADD COLUMN {name} TINYINT NOT NULL DEFAULT 0 COMMENT '{comment}'" },
  { key: 'index', clause: 'ADD INDEX idx_{column} ({column})' },
  { key: 'index2', clause: 'ADD INDEX idx_{column1}_{column2} ({column1}, {column2})' },
  { key: 'unique', clause: 'ADD UNIQUE INDEX uk_{column} ({column})' },
  { key: 'replaceIndex', clause: 'DROP INDEX {index},\nADD INDEX {index} ({column1}, {column2})' },
  { key: 'json', clause: "ADD COLUMN {name} VARCHAR(64) GENERATED ALWAYS AS (JSON_UNQUOTE(JSON_EXTRACT({column}, '$.{key}'))) VIRTUAL,\nADD INDEX idx_{name} ({name})" },
  { key: 'surrogate', clause: 'ADD COLUMN {name} BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST' },
  { key: 'utf8mb4', clause: 'CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation}' },
]

const PLACE = /\{([A-Za-z][A-Za-z0-9_]*)\}/g

/** The names of the places, each once, in the order in which they stand. */
export const placesOf = (clause: string): string[] => [...new Set([...clause.matchAll(PLACE)].map(([, name]) => name as string))]

/** Places for names of the schema; what is filled into another stands as it is typed. */
export const isNamePlace = (place: string) => /^(column|index|key|name|table)\d*$/i.test(place)

const fill = (text: string, values: Readonly<Record<string, string>>, write: (value: string) => string) =>
  text.replace(PLACE, (place, name: string) => (values[name] ? write(values[name]) : place))

/** Words, signs and numbers that touch a place are one word: `idx_{column}`. */
const WORD = /[\p{L}\p{N}_$]*(?:\{[A-Za-z][A-Za-z0-9_]*\}[\p{L}\p{N}_$]*)+/gu

function filledWord(piece: string, values: Readonly<Record<string, string>>): string {
  const places = placesOf(piece)
  const word = fill(piece, values, (value) => value)
  const isName = places.every((place) => values[place]) && (places.some(isNamePlace) || piece !== `{${places[0]}}`)
  return isName ? quoted(word) : word
}

/**
 * The clause with its places filled. Inside of quotes a value is escaped for them, by the rules that the clause is read
 * by; a word that holds a name becomes a name in backticks where it has to; a place without a value stays, so that it is
 * seen.
 */
export function filled(clause: string, values: Readonly<Record<string, string>>, rules: QuoteRules = DEFAULT_RULES): string {
  let out = ''
  let plain = ''
  const settle = () => {
    out += plain.replace(WORD, (piece) => filledWord(piece, values))
    plain = ''
  }
  for (const token of sqlTokens(clause, rules)) {
    if ((token.kind !== 'string' && token.kind !== 'quoted') || !token.closed) {
      plain += token.text
      continue
    }
    settle()
    out += fill(token.text, values, (value) => insideOf(token, value, rules))
  }
  settle()
  return out
}

/** One line that shows where the places are. */
export const oneLine = (clause: string) => sqlTokens(clause).map(({ kind, text }) => (kind === 'space' ? ' ' : text)).join('').trim()

/** Names and literals between quotes, by the rules of a sql_mode. */
import type { QuoteRules } from '@/ipc'
import { DEFAULT_RULES, sqlTokens } from './sqlTokens'
import type { SqlToken } from './sqlTokens'

/** A name as it is meant: without its quotes. */
export function nameOf({ kind, text, closed }: SqlToken): string {
  if (kind !== 'quoted') return text
  const quote = text[0] === '[' ? ']' : (text[0] as string)
  return text.slice(1, closed ? -1 : undefined).replaceAll(quote + quote, quote)
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '0': '\0', Z: '\x1a', b: '\b' }

/** What a quoted literal stands for. */
export function textOf(raw: string, rules: QuoteRules = DEFAULT_RULES): string {
  const quote = raw[0] as string
  const inside = raw.slice(1, -1)
  if (rules.no_backslash_escapes) return inside.replaceAll(quote + quote, quote)
  return inside.replace(/(['"])\1|\\([^])/g, (pair, doubled?: string, escaped?: string) => {
    if (escaped === undefined) return doubled === quote ? quote : pair
    // Signs of a pattern keep their backslash.
    return escaped === '%' || escaped === '_' ? pair : (ESCAPES[escaped] ?? escaped)
  })
}

const doubled = (text: string, quote: string) => text.replaceAll(quote, quote + quote)
const escaped = (text: string, quote: string, rules: QuoteRules) => doubled(rules.no_backslash_escapes ? text : text.replaceAll('\\', '\\\\'), quote)

/** Backticks always: the only quoting that means the same under every sql_mode, and with every reserved word. */
export const quoteName = (name: string) => `\`${doubled(name, '`')}\``

/** A literal in single quotes, which hold text under every sql_mode; whether a backslash is doubled is the mode's to say. */
export const quoteText = (text: string, rules: QuoteRules = DEFAULT_RULES) => `'${escaped(text, "'", rules)}'`

/** `value` as it has to be written inside of the quotes of `around`. */
export const insideOf = ({ kind, text }: SqlToken, value: string, rules: QuoteRules) =>
  kind === 'string' ? escaped(value, text[0] as string, rules) : doubled(value, text.at(-1) as string)

/** Zero bytes have no literal in quotes without a backslash; only binary strings hold them. */
const hexadecimal = (text: string) => `X'${[...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}'`

/** SQL that was written by the default rules, in literals that mean the same by `rules`; everything else stays as it is. */
export function requoted(sql: string, rules: QuoteRules): string {
  const differs = ({ kind, text, closed }: SqlToken) =>
    kind === 'string' && closed && ((rules.no_backslash_escapes && text.includes('\\')) || (rules.ansi_quotes && text.startsWith('"')))
  return sqlTokens(sql)
    .map((token) => {
      if (!differs(token)) return token.text
      const value = textOf(token.text)
      return rules.no_backslash_escapes && value.includes('\0') ? hexadecimal(value) : quoteText(value, rules)
    })
    .join('')
}

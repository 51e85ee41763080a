/** SQL cut into its tokens, for what the window only shows or offers. What a clause means is the core's to say. */
import type { QuoteRules } from '@/ipc'

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'comment' | 'space' | 'sign'

export interface SqlToken {
  kind: TokenKind
  text: string
  /** In UTF-16 units, as the editor counts. */
  from: number
  to: number
  /** `false` where the text ends before the quotes or the comment do. */
  closed: boolean
}

/** As a server reads by default, and as definitions are printed whatever its mode is. */
export const DEFAULT_RULES: QuoteRules = { ansi_quotes: false, no_backslash_escapes: false, brackets: false }

const PIECES: [TokenKind, RegExp][] = [
  ['space', /\s+/y],
  ['comment', /#[^\n]*|--(?=\s|$)[^\n]*/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_$])/uy],
  ['word', /[\p{L}\p{N}_$@]+/uy],
  ['sign', /[^]/uy],
]

/** Where the quotes that open at `from` close, `-1` if nowhere; a doubled quote is one inside. */
function closeOf(text: string, from: number, quote: string, backslash: boolean): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (backslash && text[at] === '\\') at += 1
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1
      at += 1
    }
  }
  return -1
}

/** What opens at `from` and has an end of its own. */
function enclosed(text: string, from: number, rules: QuoteRules): { kind: TokenKind; end: number } | null {
  const first = text[from] as string
  if (first === '`') return { kind: 'quoted', end: closeOf(text, from, first, false) }
  if (first === '"' && rules.ansi_quotes) return { kind: 'quoted', end: closeOf(text, from, first, false) }
  if (first === '[' && rules.brackets) return { kind: 'quoted', end: closeOf(text, from, ']', false) }
  if (first === "'" || first === '"') return { kind: 'string', end: closeOf(text, from, first, !rules.no_backslash_escapes) }
  if (!text.startsWith('/*', from)) return null
  const end = text.indexOf('*/', from + 2)
  return { kind: 'comment', end: end < 0 ? -1 : end + 2 }
}

/** Every unit of `text` is in exactly one token; what is not closed reaches to the end. */
export function sqlTokens(text: string, rules: QuoteRules = DEFAULT_RULES): SqlToken[] {
  const tokens: SqlToken[] = []
  const push = (kind: TokenKind, from: number, to: number, closed: boolean) => tokens.push({ kind, text: text.slice(from, to), from, to, closed })
  let from = 0
  while (from < text.length) {
    const found = enclosed(text, from, rules)
    if (found !== null) {
      const to = found.end < 0 ? text.length : found.end
      push(found.kind, from, to, found.end >= 0)
      from = to
      continue
    }
    for (const [kind, pattern] of PIECES) {
      pattern.lastIndex = from
      if (!pattern.test(text)) continue
      const to = pattern.lastIndex
      // A comment to the end of its line ends with the text only where no line follows.
      push(kind, from, to, kind !== 'comment' || to < text.length)
      from = to
      break
    }
  }
  return tokens
}

/** The tokens that say something. */
export const meaningful = (tokens: readonly SqlToken[]) => tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment')

export const isWord = (token: SqlToken | undefined, ...words: string[]) => token?.kind === 'word' && words.includes(token.text.toUpperCase())
export const isSign = (token: SqlToken | undefined, sign: string) => token?.kind === 'sign' && token.text === sign

/** The tokens of each operation: the commas between them stand outside of every parenthesis. */
export function operationsOf(tokens: readonly SqlToken[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (isSign(token, '(')) depth += 1
    else if (isSign(token, ')')) depth = Math.max(0, depth - 1)
    if (depth === 0 && isSign(token, ',')) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

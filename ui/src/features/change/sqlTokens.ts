/** SQL cut into its tokens, for what the window only shows or offers. What a clause means is the core's to say. */

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'comment' | 'space' | 'sign'

export interface SqlToken {
  kind: TokenKind
  text: string
  /** In UTF-16 units, as the editor counts. */
  from: number
  to: number
}

const PIECES: [TokenKind, RegExp][] = [
  ['space', /\s+/y],
  ['comment', /\/\*[^]*?(?:\*\/|$)|#[^\n]*|--(?=\s|$)[^\n]*/y],
  ['string', /(?:'(?:''|\\[^]|[^'\\])*(?:'|$)|"(?:""|\\[^]|[^"\\])*(?:"|$))/y],
  ['quoted', /`(?:``|[^`])*(?:`|$)/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_$])/uy],
  ['word', /[\p{L}\p{N}_$@]+/uy],
  ['sign', /[^]/uy],
]

/** Every unit of `text` is in exactly one token; what is not closed reaches to the end. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = []
  let from = 0
  while (from < text.length) {
    for (const [kind, pattern] of PIECES) {
      pattern.lastIndex = from
      const found = pattern.exec(text)?.[0]
      if (!found) continue
      tokens.push({ kind, text: found, from, to: from + found.length })
      from += found.length
      break
    }
  }
  return tokens
}

/** The tokens that say something. */
export const meaningful = (tokens: readonly SqlToken[]) => tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment')

export const isWord = (token: SqlToken | undefined, ...words: string[]) => token?.kind === 'word' && words.includes(token.text.toUpperCase())
export const isSign = (token: SqlToken | undefined, sign: string) => token?.kind === 'sign' && token.text === sign

/** A name as it is meant: without its backticks. */
export const nameOf = (token: SqlToken) => (token.kind === 'quoted' ? token.text.replace(/^`|`$/g, '').replaceAll('``', '`') : token.text)

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

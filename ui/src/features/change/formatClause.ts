/** A clause laid out to be read: one operation a line, single spaces. Only white space differs from what was written. */
import type { QuoteRules } from '@/ipc'
import { isSign, sqlTokens } from './sqlTokens'

export function formatClause(clause: string, rules?: QuoteRules): string {
  let out = ''
  let depth = 0
  // What has to stand before the next token: nothing, a space or a line break.
  let gap = ''
  let lineComment = false
  for (const token of sqlTokens(clause, rules)) {
    if (token.kind === 'space') {
      if (gap === '' && out !== '') gap = ' '
      continue
    }
    // A line comment ends with its line, whatever else would stand there.
    if (lineComment) gap = '\n'
    else if (isSign(token, ',') && gap === ' ') gap = ''
    if (isSign(token, ')')) depth = Math.max(0, depth - 1)
    out += gap + token.text
    gap = isSign(token, ',') ? (depth === 0 ? '\n' : ' ') : ''
    if (isSign(token, '(')) depth += 1
    lineComment = token.kind === 'comment' && !token.text.startsWith('/*')
    if (lineComment) gap = '\n'
  }
  return out
}

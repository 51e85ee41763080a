/** Where in the rendered command the arguments stand whose options differ from the default. */
import { FIELDS } from '../options'

export interface Segment {
  text: string
  marked: boolean
}

/** Of a row's id the option as the command spells it; the wait for locks travels among the session variables. */
export const argumentOf = (row: string) => FIELDS.find(({ name }) => name === row)?.option ?? (row === 'lock_wait_timeout_s' ? 'set-vars' : row)

/** Words as a POSIX shell splits them, each with its place; quotes keep what is inside together. */
function words(command: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  let start = -1
  let quote = ''
  for (let at = 0; at < command.length; at += 1) {
    const letter = command[at]!
    if (quote !== '') {
      if (letter === quote) quote = ''
      continue
    }
    const splits = /\s/.test(letter) || (letter === '\\' && command[at + 1] === '\n')
    if (splits) {
      if (start >= 0) found.push({ start, end: at })
      start = -1
      continue
    }
    if (start < 0) start = at
    if (letter === '\\') at += 1
    else if (letter === "'" || letter === '"') quote = letter
  }
  if (start >= 0) found.push({ start, end: command.length })
  return found
}

/** The whole text, cut where a mark begins or ends: an option with its value is one mark. */
export function marked(command: string, rows: readonly string[]): Segment[] {
  const options = new Set(rows.map(argumentOf))
  const segments: Segment[] = []
  let done = 0
  const put = (end: number, mark: boolean) => {
    if (end > done) segments.push({ text: command.slice(done, end), marked: mark })
    done = end
  }
  const all = words(command)
  all.forEach(({ start, end }, index) => {
    const name = /^--(?:no-)?([\w-]+)/.exec(command.slice(start, end))?.[1]
    if (start < done || name === undefined || !options.has(name)) return
    put(start, false)
    const next = all[index + 1]
    const isValue = next !== undefined && !command.slice(next.start, next.end).startsWith('--') && !command.slice(start, end).includes('=')
    put(isValue ? next.end : end, true)
  })
  put(command.length, false)
  return segments
}

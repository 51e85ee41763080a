/**
 * Cuts the password out of a pasted `mysql://` URL or `mysql -h … -u …` line.
 *
 * The core recognises every other field but never sends a secret back, so the form takes it from the text it holds.
 */
const URL_SHAPE = /^(?:mysqlx?|mariadb|jdbc:mysql):\/\//i

/** Percent signs that start no code stay as they are: people paste passwords as they know them. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes)
    } catch {
      return codes
    }
  })
}

function fromUrl(rest: string): string | null {
  // The last @ ends the account: an unescaped @ or / before it belongs to the password.
  const account = rest.slice(0, Math.max(0, rest.lastIndexOf('@')))
  const colon = account.indexOf(':')
  return colon < 0 ? null : decoded(account.slice(colon + 1))
}

/** Words as a POSIX shell splits them, up to where the command ends: quotes group, a backslash keeps the next character. */
export function shellWords(line: string): string[] {
  const words: string[] = []
  let word = ''
  let open = false
  let quote = ''
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at]!
    const next = line[at + 1]
    if (quote === "'") {
      if (letter === "'") quote = ''
      else word += letter
    } else if (letter === '\\' && next !== undefined && (quote === '' || '"\\$`\n'.includes(next))) {
      if (next !== '\n') word += next
      open ||= next !== '\n'
      at += 1
    } else if (quote === '"') {
      if (letter === '"') quote = ''
      else word += letter
    } else if (letter === "'" || letter === '"') {
      quote = letter
      open = true
    } else if (';|<>&'.includes(letter)) {
      break
    } else if (/\s/.test(letter)) {
      if (open) words.push(word)
      word = ''
      open = false
    } else {
      word += letter
      open = true
    }
  }
  if (open) words.push(word)
  return words
}

function fromCommand(line: string): string | null {
  const word = shellWords(line).findLast((found) => /^(?:-p|--password(?:=|$))/.test(found))
  return word === undefined ? null : word.replace(/^(?:--password=?|-p)/, '')
}

/** The password in the text, or `null` when it holds none (a bare `-p` asks for it). */
export function pastedPassword(text: string): string | null {
  const given = text.trim().replace(/^\$ /, '')
  const scheme = URL_SHAPE.exec(given)
  const found = scheme === null ? fromCommand(given) : fromUrl(given.slice(scheme[0].length))
  return found === '' ? null : found
}

/** Worth asking the core about: pasted into any field, such a text fills the form instead. */
export const looksLikeConnection = (text: string): boolean =>
  URL_SHAPE.test(text.trim()) || /^\s*(?:\$ )?(?:\S*[/\\])?(?:mysql|mariadb|mysqldump|mysqlsh)(?:\.exe)?\s+-/i.test(text)

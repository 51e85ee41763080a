/**
 * Cuts the password out of a pasted `mysql://` URL or `mysql -h … -u …` line.
 *
 * The core recognises every other field but never sends a secret back, so the form takes it from the text it holds.
 */
const URL_SHAPE = /^\s*(?:jdbc:)?[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function fromUrl(authority: string): string | null {
  // The last @ ends the account: an unescaped @ belongs to the password.
  const at = authority.lastIndexOf('@')
  const colon = authority.indexOf(':')
  return at < 0 || colon < 0 || colon > at ? null : decoded(authority.slice(colon + 1, at))
}

/** Words as a POSIX shell splits them: quotes group, a backslash keeps the next character. */
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
  const words = shellWords(line)
  const long = words.findLast((word) => /^--password=/.test(word))
  if (long !== undefined) return long.slice('--password='.length)
  const short = words.findLast((word) => /^-p./s.test(word))
  if (short !== undefined) return short.slice(2)
  const variable = words.find((word) => word.startsWith('MYSQL_PWD='))
  return variable === undefined ? null : variable.slice('MYSQL_PWD='.length)
}

/** The password in the text, or `null` when it holds none (a bare `-p` asks for it). */
export function pastedPassword(text: string): string | null {
  const url = URL_SHAPE.exec(text)
  return url === null ? fromCommand(text) : fromUrl(url[1]!)
}

/** Worth asking the core about: pasted into any field, such a text fills the form instead. */
export const looksLikeConnection = (text: string): boolean =>
  /^\s*(?:jdbc:)?(?:mysqlx?|mariadb):\/\//i.test(text) || /^\s*(?:\S*[/\\])?(?:mysql|mariadb)(?:\.exe)?\s+-/i.test(text) || /^\s*MYSQL_PWD=\S*\s+mysql/.test(text)

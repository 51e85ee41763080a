/** How hard a master password is to guess, as a hint only: length counts most, and what everybody tries counts nothing. */
export type Strength = 'short' | 'weak' | 'fair' | 'strong'

/** Below this the vault is not set up by the window. */
export const MIN_LENGTH = 8

const COMMON = /^(?:(?:password|passw0rd|mysql|admin|root|qwerty\w*|letmein|welcome|iloveyou|abc)\W*\d*\W*|\d+)$/i

/** A rough count of the guesses in bits: letters, digits and signs each widen the alphabet; repeats and runs add little. */
export function guessBits(password: string): number {
  const letters = [...password]
  const classes: [RegExp, number][] = [[/[a-z]/, 26], [/[A-Z]/, 26], [/\d/, 10], [/[^\w\s]|_/, 32], [/\s/, 1], [/[^\x20-\x7e]/, 2000]]
  const alphabet = classes.reduce((size, [pattern, width]) => (pattern.test(password) ? size + width : size), 0)
  const fresh = letters.filter((letter, at) => {
    const step = at === 0 ? Number.NaN : letter.codePointAt(0)! - letters[at - 1]!.codePointAt(0)!
    return !(step === 0 || Math.abs(step) === 1)
  }).length
  return Math.max(1, fresh) * Math.log2(Math.max(2, alphabet))
}

export function strengthOf(password: string): Strength {
  if ([...password].length < MIN_LENGTH) return 'short'
  const bits = guessBits(password)
  if (COMMON.test(password) || bits < 45) return 'weak'
  return bits < 70 ? 'fair' : 'strong'
}

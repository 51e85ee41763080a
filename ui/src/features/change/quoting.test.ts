import { describe, expect, it } from 'vitest'
import type { QuoteRules } from '@/ipc'
import { nameOf, quoteText, requoted, textOf } from './quoting'
import { DEFAULT_RULES, sqlTokens } from './sqlTokens'
import type { SqlToken } from './sqlTokens'

const rules = (part: Partial<QuoteRules>): QuoteRules => ({ ...DEFAULT_RULES, ...part })
const ANSI = rules({ ansi_quotes: true })
const PLAIN = rules({ no_backslash_escapes: true })
const EVERY = [DEFAULT_RULES, ANSI, PLAIN, rules({ ansi_quotes: true, no_backslash_escapes: true, brackets: true })]
const kinds = (text: string, by: QuoteRules) => sqlTokens(text, by).map(({ kind, text: part }) => [kind, part])

describe('quotes', () => {
  it('hold what the sql_mode says that they hold', () => {
    expect(kinds('"a""b"', DEFAULT_RULES)).toEqual([['string', '"a""b"']])
    expect(kinds('"a""b"', ANSI)).toEqual([['quoted', '"a""b"']])
    expect(kinds("'a\\'b'", DEFAULT_RULES)).toEqual([['string', "'a\\'b'"]])
    expect(kinds("'a\\'b'", PLAIN)).toEqual([['string', "'a\\'"], ['word', 'b'], ['string', "'"]])
    expect(kinds('[a]]b]', rules({ brackets: true }))).toEqual([['quoted', '[a]]b]']])
    expect(kinds('"a\\"b"', ANSI)).toEqual([['quoted', '"a\\"'], ['word', 'b'], ['quoted', '"']])
  })

  it('tell when they are open', () => {
    const open = (text: string, by: QuoteRules) => sqlTokens(text, by).at(-1)?.closed === false
    for (const text of ["'", "'it''", "'it\\'", '"x', '`x', '/* x', '# x', '-- x']) expect(open(text, DEFAULT_RULES), text).toBe(true)
    for (const text of ["'it\\'", "''", '"\\"']) expect(open(text, PLAIN), text).toBe(false)
    expect(open('-- x\n', DEFAULT_RULES)).toBe(false)
  })

  it('lose nothing of a text, however long it is', () => {
    const text = `COMMENT '${"it''s; \\' ".repeat(50_000)}`
    expect(sqlTokens(text).map((token) => token.text).join('')).toBe(text)
    expect(sqlTokens(text)).toHaveLength(3)
  })
})

describe('a name', () => {
  it('is what stands between its quotes', () => {
    const only = (text: string, by: QuoteRules) => nameOf(sqlTokens(text, by)[0] as SqlToken)
    expect([only('`a``b`', DEFAULT_RULES), only('"a""b"', ANSI), only('[a]]b]', rules({ brackets: true })), only('plain', ANSI), only('`open', ANSI)]).toEqual(['a`b', 'a"b', 'a]b', 'plain', 'open'])
  })
})

describe('a text', () => {
  it('is read back as it was given, by every rule', () => {
    let state = 7
    for (let round = 0; round < 2000; round += 1) {
      let given = ''
      for (let length = 0; length < 8; length += 1) {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
        given += ["'", '\\', '"', '`', 'n', '0', '%', '名', '😀', ' ', ','][state % 11]
      }
      for (const by of EVERY) {
        const literal = quoteText(given, by)
        expect(sqlTokens(literal, by)).toHaveLength(1)
        expect(textOf(literal, by)).toBe(given)
      }
    }
  })

  it('keeps the backslash before the signs of a pattern', () => {
    expect(textOf(String.raw`'100\% \_ \n'`)).toBe('100\\% \\_ \n')
  })

  it('means the same after it was written by other rules, and is left alone where it does already', () => {
    expect(requoted(String.raw`enum('a\\b','it''s')`, PLAIN)).toBe(String.raw`enum('a\b','it''s')`)
    expect(requoted(String.raw`('a\\b')`, ANSI)).toBe(String.raw`('a\\b')`)
    expect(requoted(String.raw`'a\0'`, PLAIN)).toBe("X'6100'")
    expect(requoted(`concat("x", 'y')`, ANSI)).toBe("concat('x', 'y')")
    for (const by of EVERY) expect(requoted("enum('a','it''s') -- why", by)).toBe("enum('a','it''s') -- why")
  })
})

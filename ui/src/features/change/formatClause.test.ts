import { describe, expect, it } from 'vitest'
import { formatClause } from './formatClause'
import { DEFAULT_RULES, operationsOf, sqlTokens } from './sqlTokens'

const CLAUSES = [
  'ADD COLUMN a INT,ADD COLUMN b INT',
  'ADD   COLUMN\ta\n INT ,\r\n DROP b',
  "ADD c ENUM('a,b' ,'it''s','x\\'y') COMMENT 'two  spaces, kept'  ,  ADD d DECIMAL(10,2)",
  'ADD `odd ,  name``s` INT /* why,  though */ , ADD e INT -- to the end, of the line\n, ADD f INT # and here\n',
  'ADD g INT DEFAULT -1 - -2, ADD h INT AS (a - -1)',
  "ADD i INT COMMENT 'not closed, ADD j",
  '(((', ')))', ',,,', '', '   ', "'", '`', '/*', '#', '--', '-- ',
]

/** A small generator of its own: odd pieces in any order. */
function shuffled(seed: number): string {
  const pieces = ['ADD', ' ', '  ', '\n', ',', '(', ')', "'a, b'", '"', "'", '`c d`', '`', '/* x */', '-- y\n', '# z', '--', '-', '1.5', '名', '😀', '\\', ';', '?']
  let state = seed
  let out = ''
  for (let length = 0; length < 24; length += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    out += pieces[Math.floor((state / 2_147_483_648) * pieces.length)]
  }
  return out
}
const ANY = [...CLAUSES, ...Array.from({ length: 2000 }, (_, seed) => shuffled(seed + 1))]

describe('the tokens of a clause', () => {
  it('are the clause, unit for unit', () => {
    for (const clause of ANY) expect(sqlTokens(clause).map(({ text }) => text).join('')).toBe(clause)
  })

  it('keep commas inside of strings, names and parentheses in one operation', () => {
    const verbs = operationsOf(sqlTokens("ADD a ENUM('x,y'), DROP `b,c`, ADD d DECIMAL(10,2)")).map((tokens) => tokens.map(({ text }) => text).join('').trim())
    expect(verbs).toEqual(["ADD a ENUM('x,y')", 'DROP `b,c`', 'ADD d DECIMAL(10,2)'])
  })
})

describe('the formatted clause', () => {
  const said = (clause: string) => sqlTokens(clause).filter(({ kind }) => kind !== 'space').map(({ text }) => text.trimEnd())

  it('gives each operation its line and leaves strings, names and comments as they are', () => {
    expect(formatClause(CLAUSES[1]!)).toBe('ADD COLUMN a INT,\nDROP b')
    expect(formatClause(CLAUSES[2]!)).toBe("ADD c ENUM('a,b', 'it''s', 'x\\'y') COMMENT 'two  spaces, kept',\nADD d DECIMAL(10, 2)")
  })

  it('leaves alone what the sql_mode says is a string', () => {
    const clause = "ADD a INT COMMENT 'x\\',  ADD b INT COMMENT 'two  spaces'"
    expect(formatClause(clause, { ...DEFAULT_RULES, no_backslash_escapes: true })).toBe("ADD a INT COMMENT 'x\\',\nADD b INT COMMENT 'two  spaces'")
    expect(formatClause(clause)).toBe("ADD a INT COMMENT 'x\\',  ADD b INT COMMENT 'two spaces'")
  })

  it('says exactly what was written', () => {
    for (const clause of ANY) expect(said(formatClause(clause)), clause).toEqual(said(clause))
  })

  it('changes nothing that is laid out already', () => {
    for (const clause of ANY) expect(formatClause(formatClause(clause)), clause).toBe(formatClause(clause))
  })
})

import { describe, expect, it } from 'vitest'
import { DEFAULT_RULES } from './sqlTokens'
import { BUILT_IN_TEMPLATES, filled, placesOf } from './templates'

describe('a template', () => {
  it('tells its places once each', () => {
    expect(placesOf('ADD INDEX idx_{column1}_{column2} ({column1}, {column2})')).toEqual(['column1', 'column2'])
    expect(placesOf('ADD a JSON DEFAULT (\'{"x": 1, "y": {}}\')')).toEqual([])
  })

  it('quotes a name where it stands as one, alone or inside of a longer one', () => {
    expect(filled('ADD INDEX idx_{column} ({column})', { column: 'note' })).toBe('ADD INDEX idx_note (note)')
    expect(filled('ADD INDEX idx_{column} ({column})', { column: 'a`b c' })).toBe('ADD INDEX `idx_a``b c` (`a``b c`)')
    expect(filled('DROP COLUMN {column}', { column: 'order' })).toBe('DROP COLUMN `order`')
    expect(filled('DROP COLUMN `{column}`', { column: 'a`b' })).toBe('DROP COLUMN `a``b`')
  })

  it('escapes what is filled into a text, and leaves types and numbers alone', () => {
    expect(filled("ADD {name} {type} COMMENT 'it is {comment}'", { name: 'a', type: 'VARCHAR(9)', comment: String.raw`it's a \ thing` })).toBe(
      String.raw`ADD a VARCHAR(9) COMMENT 'it is it''s a \\ thing'`,
    )
    expect(filled('AUTO_INCREMENT={next}', { next: '100' })).toBe('AUTO_INCREMENT=100')
  })

  it('escapes by the rules that the clause is read by', () => {
    const template = String.raw`ADD {name} INT COMMENT 'a \', ADD "{name2}" INT COMMENT '{comment}'`
    const values = { name: 'a', name2: 'b"c', comment: String.raw`it's \ so` }
    const rules = { ...DEFAULT_RULES, ansi_quotes: true, no_backslash_escapes: true }
    expect(filled(template, values, rules)).toBe(String.raw`ADD a INT COMMENT 'a \', ADD "b""c" INT COMMENT 'it''s \ so'`)
  })

  it('keeps a place that nobody filled', () => {
    expect(filled('ADD INDEX idx_{column} ({column})', {})).toBe('ADD INDEX idx_{column} ({column})')
  })

  it('does not take a value for another place', () => {
    expect(filled('({column1}, {column2})', { column1: '{column2}', column2: 'b' })).toBe('(`{column2}`, b)')
  })

  it('is whole once its places are filled', () => {
    for (const { clause } of BUILT_IN_TEMPLATES) expect(placesOf(filled(clause, Object.fromEntries(placesOf(clause).map((place) => [place, 'x']))))).toEqual([])
  })
})

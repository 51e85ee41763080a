import { describe, expect, it } from 'vitest'
import { completionsAt, quoted } from './completion'
import { sampleFacts } from './sample'
import { DEFAULT_RULES } from './sqlTokens'

const facts = sampleFacts()
/** `|` is where the cursor stands. */
const at = (text: string) => completionsAt(text.replace('|', ''), text.indexOf('|'), facts)
const labels = (text: string) => at(text)?.options.map(({ label }) => label)

describe('what the editor offers', () => {
  it.each([
    ['|', 'operation'],
    ['ADD COLUMN a INT, |', 'operation'],
    ['ADD COLUMN a DECIMAL(10,2), AD|', 'operation'],
    ['DROP |', 'drop'],
    ['DROP COLUMN |', 'column'],
    ['DROP COLUMN no|', 'column'],
    ['DROP COLUMN `no|', 'column'],
    ['MODIFY |', 'column'],
    ['MODIFY COLUMN note |', 'type'],
    ['CHANGE COLUMN note |', 'name'],
    ['CHANGE COLUMN note remark |', 'type'],
    ['CHANGE note remark VARCHAR(3) |', 'attribute'],
    ['ADD COLUMN a |', 'type'],
    ['ADD a B|', 'type'],
    ['ADD COLUMN a INT NOT |', 'attribute'],
    ['ADD COLUMN a INT AFTER |', 'column'],
    ['ADD INDEX i (|', 'column'],
    ['ADD INDEX i (note(10), |', 'column'],
    ['ADD UNIQUE (|', 'column'],
    ['ADD INDEX i (note) |', 'index_option'],
    ['ADD PRIMARY KEY (|', 'column'],
    ['ADD CONSTRAINT x FOREIGN KEY (|', 'column'],
    ['DROP INDEX |', 'index'],
    ['DROP KEY |', 'index'],
    ['RENAME INDEX |', 'index'],
    ['DROP FOREIGN KEY |', 'foreign_key'],
    ['CONVERT TO CHARACTER SET |', 'charset'],
    ['CONVERT TO CHARACTER SET utf8mb4 COLLATE |', 'collation'],
    ['DEFAULT CHARSET=|', 'charset'],
    ['ENGINE=|', 'engine'],
    ['ENGINE = In|', 'engine'],
    ['ROW_FORMAT=|', 'row_format'],
    ['AUTO_INCREMENT=|', 'none'],
    ['ADD COLUMN a ENUM(|', 'none'],
  ])('%s: %s', (text, place) => expect(at(text)?.place).toBe(place))

  it('is nothing inside of a text or a comment', () => {
    expect([at("ADD COLUMN a INT COMMENT 'DROP |"), at('ADD /* DROP |'), at("ADD COLUMN a INT DEFAULT 'it''s |")]).toEqual([null, null, null])
    expect(at("ADD COLUMN a INT COMMENT 'x' |")?.place).toBe('attribute')
  })

  it('is a column inside of double quotes where they hold names', () => {
    const text = 'DROP COLUMN "no'
    expect(completionsAt(text, text.length, facts)).toBeNull()
    expect(completionsAt(text, text.length, facts, { ...DEFAULT_RULES, ansi_quotes: true })).toMatchObject({ place: 'column', from: 'DROP COLUMN '.length })
  })

  it('comes from the table itself', () => {
    expect(labels('DROP COLUMN |')).toEqual(facts.columns.map(({ name }) => name))
    expect(labels('DROP INDEX |')).toEqual(['PRIMARY', 'customer_created'])
    expect(labels('DROP FOREIGN KEY |')).toEqual(['orders_customer'])
    expect(labels('ADD a INT COLLATE |')?.[0]).toBe('utf8mb4_0900_ai_ci')
  })

  it('replaces what is typed of the word, the opening backtick too', () => {
    expect(at('DROP COLUMN `no|')?.from).toBe('DROP COLUMN '.length)
    expect(at('DROP COLUMN 名|')?.from).toBe('DROP COLUMN '.length)
  })

  it('quotes names that would be read as something else', () => {
    expect(['note', 'order', '名', 'a b', 'a`b', '1a'].map(quoted)).toEqual(['note', '`order`', '`名`', '`a b`', '`a``b`', '`1a`'])
  })
})

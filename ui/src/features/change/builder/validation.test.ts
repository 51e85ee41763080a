import { describe, expect, it } from 'vitest'
import { sampleFacts } from '../sample'
import { DEFAULT_RULES } from '../sqlTokens'
import { emptyColumn } from './definition'
import type { ColumnData, IndexPart, Operation } from './compose'
import { suggestedIndexName, tableModel } from './table'
import { problemsOf, typeProblem } from './validation'

const table = tableModel({ ...sampleFacts(), columns: [...sampleFacts().columns, { ...sampleFacts().columns[4]!, name: 'body', column_type: 'text' }] })
const column = (part: Partial<ColumnData>) => problemsOf({ kind: 'add_column', column: { ...emptyColumn(), name: 'new', type: 'INT', ...part } }, table)
const text = (value: string) => ({ kind: 'text' as const, text: { value, raw: null } })
const index = (...parts: Partial<IndexPart>[]) =>
  problemsOf({ kind: 'add_index', index: 'index', name: '', comment: '', parts: parts.map((part) => ({ column: 'id', prefix: null, descending: false, ...part })) }, table)

describe('a form', () => {
  it.each<[Partial<ColumnData>, Record<string, string>]>([
    [{}, {}],
    [{ name: '' }, { name: 'required' }],
    [{ name: 'NOTE' }, { name: 'nameTaken' }],
    [{ name: 'x'.repeat(65) }, { name: 'nameLong' }],
    [{ name: '名'.repeat(64) }, {}],
    [{ name: 'a ' }, { name: 'nameSpace' }],
    [{ name: '😀' }, { name: 'nameCharacter' }],
    [{ type: '' }, { type: 'required' }],
    [{ type: 'VARCHR(3)' }, { type: 'type' }],
    [{ type: 'VARCHAR' }, { type: 'typeLength' }],
    [{ type: 'VARCHAR(70000)' }, { type: 'typeLength' }],
    [{ type: 'INT, DROP COLUMN note' }, { type: 'type' }],
    [{ type: 'INT; DROP TABLE x' }, { type: 'type' }],
    [{ type: 'INT /* x */' }, { type: 'type' }],
    [{ type: 'INT)' }, { type: 'type' }],
    [{ type: 'DECIMAL(3,5)' }, { type: 'typeDecimal' }],
    [{ type: 'DATETIME(7)' }, { type: 'typeFraction' }],
    [{ type: "ENUM('a','A')" }, { type: 'typeMembersTwice' }],
    [{ type: 'ENUM(a)' }, { type: 'typeMembers' }],
    [{ type: "ENUM('a,b','it''s')", default: text("it's") }, {}],
    [{ type: "ENUM('a')", default: text('b') }, { default: 'defaultMember' }],
    [{ default: text('abc') }, { default: 'defaultNumber' }],
    [{ default: text('-1.5e3') }, {}],
    [{ type: 'VARCHAR(2)', default: text('abc') }, { default: 'defaultLong' }],
    [{ type: 'TEXT', default: text('abc') }, { default: 'defaultLarge' }],
    [{ nullable: false, default: { kind: 'null' } }, { default: 'defaultNull' }],
    [{ default: { kind: 'expression', sql: '(1), ADD x INT' } }, { default: 'expression' }],
    [{ default: { kind: 'expression', sql: "'open" } }, { default: 'expression' }],
    [{ autoIncrement: true }, { autoIncrement: 'autoNull' }],
    [{ autoIncrement: true, nullable: false }, { autoIncrement: 'autoKey' }],
    [{ type: 'VARCHAR(9)', nullable: false, autoIncrement: true }, { autoIncrement: 'autoType' }],
    [{ onUpdate: 'CURRENT_TIMESTAMP' }, { onUpdate: 'onUpdateType' }],
    [{ type: 'CHAR(9)', charset: 'latin1', collation: 'utf8mb4_bin' }, { collation: 'collation' }],
    [{ charset: 'latin1' }, { charset: 'charsetType' }],
    [{ comment: { value: 'x'.repeat(1025), raw: null } }, { comment: 'commentLong' }],
    [{ position: { kind: 'after', column: 'gone' } }, { position: 'columnMissing' }],
  ])('of a column %o tells %o', (part, problems) => expect(column(part)).toEqual(problems))

  it('reads types and expressions as the server will', () => {
    const ansi = { ...DEFAULT_RULES, ansi_quotes: true }
    const plain = { ...DEFAULT_RULES, no_backslash_escapes: true }
    expect([typeProblem('ENUM("a","b")'), typeProblem('ENUM("a","b")', ansi)]).toEqual([undefined, 'typeMembers'])
    expect([typeProblem("ENUM('a\\')"), typeProblem("ENUM('a\\')", plain)]).toEqual(['type', undefined])
    expect(column({ default: { kind: 'expression', sql: "'a\\'" } })).toEqual({ default: 'expression' })
  })

  it('of an index knows which columns need, take and bear a prefix', () => {
    expect(index()).toEqual({ parts: 'partsNone' })
    expect(index({}, {})).toEqual({ parts: 'partsTwice' })
    expect(index({ column: 'body' })).toEqual({ parts: 'prefixNeeded' })
    expect(index({ column: 'body', prefix: 20 })).toEqual({})
    expect(index({ column: 'id', prefix: 3 })).toEqual({ parts: 'prefixType' })
    expect(index({ column: 'note', prefix: 121 })).toEqual({ parts: 'prefixRange' })
    expect(index({ column: 'note', prefix: 120 })).toEqual({})
  })

  it.each<[Operation, Record<string, string>]>([
    [{ kind: 'primary_key', replace: true, parts: [{ column: 'note', prefix: null, descending: false }] }, { parts: 'primaryNull' }],
    [{ kind: 'drop_column', names: table.columns.map(({ name }) => name) }, { names: 'dropAll' }],
    [{ kind: 'drop_index', names: [] }, { names: 'choose' }],
    [{ kind: 'auto_increment', value: '0' }, { value: 'autoValue' }],
    [{ kind: 'auto_increment', value: '18446744073709551616' }, { value: 'autoValue' }],
    [{ kind: 'auto_increment', value: ' 18446744073709551615 ' }, {}],
    [{ kind: 'engine', engine: 'InnoDB, DROP x' }, { engine: 'required' }],
    [{ kind: 'charset', charset: 'utf8mb4', collation: 'latin1_bin' }, { collation: 'collation' }],
    [{ kind: 'add_foreign_key', key: { name: '', columns: ['customer_id'], database: '', table: 'customers', referenced: ['id'], onDelete: 'SET NULL', onUpdate: 'RESTRICT' } }, { onDelete: 'setNull' }],
    [{ kind: 'rename_column', from: 'note', column: { ...emptyColumn(), name: 'note', type: 'INT' } }, { name: 'nameSame' }],
  ])('%o tells %o', (operation, problems) => expect(problemsOf(operation, table)).toEqual(problems))
})

describe('the table of the forms', () => {
  const span = { start: 0, end: 1, destructive: false }

  it('has what the clause adds, and lacks what it drops', () => {
    const model = tableModel(sampleFacts(), [
      { ...span, verb: 'ADD COLUMN', subject: 'priority' },
      { ...span, verb: 'DROP COLUMN', subject: 'NOTE' },
      { ...span, verb: 'DROP INDEX', subject: 'customer_created' },
      { ...span, verb: 'DROP PRIMARY KEY', subject: null },
    ])
    expect(model.columns.map(({ name }) => name)).toEqual(['id', 'customer_id', 'status', 'total_cents', 'created_at', 'priority'])
    expect(model.keys).toEqual([])
  })

  it('gives an index a name that is free and not too long', () => {
    expect(suggestedIndexName('idx', ['a', 'b'], ['IDX_A_B'])).toBe('idx_a_b_2')
    expect([...suggestedIndexName('idx', ['名'.repeat(64)], [])].length).toBeLessThanOrEqual(64)
  })
})

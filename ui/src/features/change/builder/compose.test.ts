import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { QuoteRules } from '@/ipc'
import { quoteName, textOf } from '../quoting'
import { DEFAULT_RULES, operationsOf, sqlTokens } from '../sqlTokens'
import { appended, compose } from './compose'
import type { ColumnData, Operation } from './compose'
import { columnFromDefinition, emptyColumn } from './definition'

const column = (part: Partial<ColumnData>): ColumnData => ({ ...emptyColumn(), ...part })
const text = (value: string) => ({ kind: 'text' as const, text: { value, raw: null } })
const whole = (name: string) => ({ column: name, prefix: null, descending: false })

/**
 * Written to a file that the integration tests put to real servers: each has to fit a table
 * `base (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, parent BIGINT UNSIGNED, note VARCHAR(120), body TEXT, status ENUM('a','b'), KEY by_note (note), UNIQUE uk (status, note))`
 * beside a `parents (id BIGINT UNSIGNED PRIMARY KEY)`.
 */
const SAMPLES: Operation[] = [
  { kind: 'add_column', column: column({ name: 'plain', type: 'INT' }) },
  { kind: 'add_column', column: column({ name: 'needed', type: 'BIGINT UNSIGNED', nullable: false, default: text('0'), comment: { value: "it's 100 % \\ 名", raw: null }, position: { kind: 'first' } }) },
  { kind: 'add_column', column: column({ name: 'order', type: 'VARCHAR(64)', charset: 'utf8mb4', collation: 'utf8mb4_bin', nullable: false, default: text("a'b\\c"), position: { kind: 'after', column: 'note' } }) },
  { kind: 'add_column', column: column({ name: 'a`b', type: "ENUM('x,y','it''s')", default: text("it's") }) },
  { kind: 'add_column', column: column({ name: '名 字', type: 'DECIMAL(10,2)', default: { kind: 'null' } }) },
  { kind: 'add_column', column: column({ name: 'changed_at', type: 'DATETIME(3)', nullable: false, default: { kind: 'expression', sql: 'CURRENT_TIMESTAMP(3)' }, onUpdate: 'CURRENT_TIMESTAMP(3)' }) },
  { kind: 'modify_column', from: 'note', column: column({ name: 'note', type: 'VARCHAR(240)', comment: { value: 'longer', raw: null } }) },
  { kind: 'rename_column', from: 'note', column: column({ name: 'remark; --', type: 'VARCHAR(120)' }) },
  { kind: 'drop_column', names: ['parent', 'body'] },
  { kind: 'add_index', index: 'index', name: 'idx `odd`', parts: [{ column: 'body', prefix: 20, descending: false }, { column: 'parent', prefix: null, descending: true }], comment: 'why' },
  { kind: 'add_index', index: 'unique', name: '', parts: [whole('parent'), whole('note')], comment: '' },
  { kind: 'add_index', index: 'fulltext', name: 'ft', parts: [whole('note'), whole('body')], comment: '' },
  { kind: 'drop_index', names: ['by_note', 'uk'] },
  { kind: 'primary_key', replace: true, parts: [whole('id'), { column: 'note', prefix: 10, descending: false }] },
  { kind: 'add_foreign_key', key: { name: 'fk`1', columns: ['parent'], database: '', table: 'parents', referenced: ['id'], onDelete: 'SET NULL', onUpdate: 'CASCADE' } },
  { kind: 'engine', engine: 'InnoDB' },
  { kind: 'row_format', format: 'DYNAMIC' },
  { kind: 'auto_increment', value: '1000' },
  { kind: 'comment', comment: "the table's \\ 注释" },
  { kind: 'charset', charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' },
]

/** sql_modes that change the meaning of quotes; what is written by one of them has to come out as the same table. */
const MODES: [string, QuoteRules][] = [
  ['ANSI_QUOTES', { ...DEFAULT_RULES, ansi_quotes: true }],
  ['NO_BACKSLASH_ESCAPES', { ...DEFAULT_RULES, no_backslash_escapes: true }],
  ['ANSI_QUOTES,NO_BACKSLASH_ESCAPES', { ...DEFAULT_RULES, ansi_quotes: true, no_backslash_escapes: true }],
]

const SHARED = '../../../../../tests/integration/builder'
/** What real servers printed for a table with everything in it. */
const DEFINITIONS = JSON.parse(readFileSync(join(import.meta.dirname, SHARED, 'definitions.json'), 'utf8')) as { server: 'mysql' | 'mariadb'; definition: string }[]
const columnsOf = (definition: string) => [...definition.matchAll(/^ {2}`((?:``|[^`])+)` /gm)].map(([, name]) => (name as string).replaceAll('``', '`'))

describe('what the builder writes', () => {
  it('is the list that is put to real servers', async () => {
    const clauses = SAMPLES.map((operation) => compose(operation))
    const repeating = (definition: string, rules?: QuoteRules) =>
      columnsOf(definition).map((name) => compose({ kind: 'modify_column', from: name, column: columnFromDefinition(definition, name, rules) as ColumnData }, rules))
    const repeated = DEFINITIONS.map(({ server, definition }) => ({
      server,
      clauses: repeating(definition),
      renamed: columnsOf(definition).map((name) => compose({ kind: 'rename_column', from: name, column: { ...(columnFromDefinition(definition, name) as ColumnData), name: `${name}_2` } })),
    }))
    const by_mode = MODES.map(([sql_mode, rules]) => ({
      sql_mode,
      clauses: SAMPLES.map((operation) => compose(operation, rules)),
      repeated: DEFINITIONS.map(({ server, definition }) => ({ server, clauses: repeating(definition, rules) })),
    }))
    await expect(`${JSON.stringify({ clauses, repeated, by_mode }, null, 2)}\n`).toMatchFileSnapshot(`${SHARED}/clauses.json`)
  })

  it('is one operation for each thing that it does, whatever the names are', () => {
    const odd = ['a', 'a b', 'a`b', '``', "it's", 'a"b', 'a,b', 'a)b(', 'a;b', 'a?b', '/*', '--', '# x', '名', '\\', "\\'", '\n', '`; DROP TABLE x; --']
    for (const name of odd) {
      const built = compose({ kind: 'add_column', column: column({ name, type: 'INT', comment: { value: name, raw: null }, default: text(name), position: { kind: 'after', column: name } }) })
      const tokens = sqlTokens(built)
      expect(operationsOf(tokens), name).toHaveLength(1)
      expect(tokens.filter(({ kind }) => kind === 'comment' || kind === 'sign'), name).toEqual([])
      const [first, second] = tokens.filter(({ kind }) => kind === 'quoted')
      expect([first?.text, second?.text]).toEqual([quoteName(name), quoteName(name)])
      expect(tokens.filter(({ kind }) => kind === 'string').map((token) => textOf(token.text))).toEqual([name, name])
    }
  })
})

const TABLE = `CREATE TABLE \`odd\` (
  \`id\` bigint unsigned NOT NULL AUTO_INCREMENT COMMENT 'the ''key'', (really)',
  \`a\`\`b\` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s, \\\\ fine',
  \`price\` decimal(10,2) unsigned zerofill DEFAULT NULL,
  \`at\` timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  \`hidden\` int DEFAULT '5' /*!80023 INVISIBLE */,
  \`place\` point NOT NULL /*!80003 SRID 4326 */,
  \`kind\` enum('a,b','c''d') NOT NULL,
  \`flag\` bit(1) NOT NULL DEFAULT b'0',
  \`sum\` int GENERATED ALWAYS AS ((\`id\` + 1)) STORED NOT NULL,
  \`uid\` varchar(36) DEFAULT (uuid()),
  \`doc\` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(\`doc\`)),
  \`low\` int(11) DEFAULT -1,
  PRIMARY KEY (\`id\`),
  KEY \`price\` (\`price\`),
  CONSTRAINT \`c\` CHECK ((\`price\` > 0))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='x'`

describe('a column of the table', () => {
  const definitionOf = (name: string) => {
    const found = columnFromDefinition(TABLE, name)
    return found === null ? null : compose({ kind: 'modify_column', from: name, column: found })
  }

  it('is repeated with everything that it has, so that a change of one thing changes one thing', () => {
    expect(['id', 'a`b', 'price', 'at', 'hidden', 'place', 'kind', 'flag', 'sum', 'uid', 'doc', 'low'].map(definitionOf)).toEqual([
      "MODIFY COLUMN `id` bigint unsigned NOT NULL AUTO_INCREMENT COMMENT 'the ''key'', (really)'",
      "MODIFY COLUMN `a``b` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s, \\\\ fine'",
      'MODIFY COLUMN `price` decimal(10,2) unsigned zerofill NULL DEFAULT NULL',
      'MODIFY COLUMN `at` timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
      "MODIFY COLUMN `hidden` int NULL DEFAULT '5' INVISIBLE",
      'MODIFY COLUMN `place` point NOT NULL SRID 4326',
      "MODIFY COLUMN `kind` enum('a,b','c''d') NOT NULL",
      "MODIFY COLUMN `flag` bit(1) NOT NULL DEFAULT b'0'",
      'MODIFY COLUMN `sum` int GENERATED ALWAYS AS ((`id` + 1)) STORED NOT NULL',
      'MODIFY COLUMN `uid` varchar(36) NULL DEFAULT (uuid())',
      'MODIFY COLUMN `doc` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL CHECK (json_valid(`doc`))',
      'MODIFY COLUMN `low` int(11) NULL DEFAULT -1',
    ])
  })

  it('is repeated in literals that mean the same under the mode that the clause is read by', () => {
    const plain = { ...DEFAULT_RULES, no_backslash_escapes: true }
    const column = columnFromDefinition(TABLE, 'a`b', plain) as ColumnData
    expect(compose({ kind: 'modify_column', from: 'a`b', column }, plain)).toBe(
      "MODIFY COLUMN `a``b` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s, \\ fine'",
    )
    expect(compose({ kind: 'modify_column', from: 'a`b', column: { ...column, default: text('a\\b') } }, plain)).toContain("DEFAULT 'a\\b'")
    expect(compose({ kind: 'comment', comment: "it's \\ fine" }, plain)).toBe("COMMENT='it''s \\ fine'")
    expect(compose({ kind: 'comment', comment: "it's \\ fine" })).toBe("COMMENT='it''s \\\\ fine'")
  })

  it('is not taken for a key or a constraint of the same name', () => {
    expect(columnFromDefinition(TABLE, 'c')).toBeNull()
    expect(columnFromDefinition(TABLE, 'PRIMARY')).toBeNull()
    expect(columnFromDefinition('CREATE VIEW v AS SELECT 1', 'id')).toBeNull()
  })

  it('takes its own check along under a new name', () => {
    const doc = { ...(columnFromDefinition(TABLE, 'doc') as ColumnData), name: 'paper' }
    expect(compose({ kind: 'rename_column', from: 'doc', column: doc })).toMatch(/^CHANGE COLUMN `doc` `paper` longtext .* CHECK \(json_valid\(`paper`\)\)$/)
  })

  it('keeps the server’s literal until somebody writes another', () => {
    const column = columnFromDefinition(TABLE, 'a`b') as ColumnData
    expect(column.default).toEqual({ kind: 'text', text: { value: "it's, \\ fine", raw: "'it''s, \\\\ fine'" } })
    expect(compose({ kind: 'modify_column', from: 'a`b', column: { ...column, default: text('x') } })).toContain("DEFAULT 'x'")
  })
})

describe('a clause with one operation more', () => {
  it('keeps every byte that stood there', () => {
    expect(appended('', 'A')).toBe('A')
    expect(appended('  \n', 'A')).toBe('A')
    expect(appended('B', 'A')).toBe('B,\nA')
    expect(appended('B,', 'A')).toBe('B, A')
    expect(appended('B,\n', 'A')).toBe('B,\nA')
    expect(appended('B -- why', 'A')).toBe('B -- why\n, A')
    expect(appended('B, -- why', 'A')).toBe('B, -- why\nA')
    expect(appended('/* why */', 'A')).toBe('/* why */ A')
    expect(appended("B COMMENT 'x -- y'", 'A')).toBe("B COMMENT 'x -- y',\nA")
    expect(appended("B COMMENT '\\' -- y", 'A', { ...DEFAULT_RULES, no_backslash_escapes: true })).toBe("B COMMENT '\\' -- y\n, A")
  })
})

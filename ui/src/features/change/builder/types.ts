/** Column types, character sets and collations as a form offers them, and the questions that a form asks of a type. */
import type { QuoteRules } from '@/ipc'
import { textOf } from '../quoting'
import { isSign, meaningful, operationsOf, sqlTokens } from '../sqlTokens'

/** The usual types first, in the spelling that is written into the clause. */
export const COLUMN_TYPES = [
  'INT', 'BIGINT', 'BIGINT UNSIGNED', 'INT UNSIGNED', 'SMALLINT', 'TINYINT', 'TINYINT(1)', 'MEDIUMINT', 'DECIMAL(10,2)', 'VARCHAR(64)', 'VARCHAR(255)', 'CHAR(36)',
  'TEXT', 'MEDIUMTEXT', 'LONGTEXT', 'TINYTEXT', 'DATETIME', 'DATETIME(3)', 'TIMESTAMP', 'DATE', 'TIME', 'YEAR', 'JSON', "ENUM('a','b')", "SET('a','b')", 'FLOAT', 'DOUBLE',
  'BIT(1)', 'BINARY(16)', 'VARBINARY(255)', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB', 'TINYBLOB', 'GEOMETRY', 'POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING',
  'MULTIPOLYGON', 'GEOMETRYCOLLECTION', 'UUID', 'INET4', 'INET6', 'VECTOR(3)',
] as const

/** Character sets with the collations that people choose; the first is the character set's default in MySQL 8. */
export const CHARSETS: Readonly<Record<string, readonly string[]>> = {
  utf8mb4: [
    'utf8mb4_0900_ai_ci', 'utf8mb4_general_ci', 'utf8mb4_unicode_ci', 'utf8mb4_unicode_520_ci', 'utf8mb4_bin', 'utf8mb4_0900_bin', 'utf8mb4_0900_as_cs', 'utf8mb4_0900_as_ci',
    'utf8mb4_zh_0900_as_cs', 'utf8mb4_ja_0900_as_cs', 'utf8mb4_uca1400_ai_ci', 'utf8mb4_uca1400_as_cs',
  ],
  utf8mb3: ['utf8mb3_general_ci', 'utf8mb3_unicode_ci', 'utf8mb3_bin'],
  latin1: ['latin1_swedish_ci', 'latin1_general_ci', 'latin1_general_cs', 'latin1_bin', 'latin1_german1_ci'],
  ascii: ['ascii_general_ci', 'ascii_bin'],
  binary: ['binary'],
  gbk: ['gbk_chinese_ci', 'gbk_bin'],
  gb18030: ['gb18030_chinese_ci', 'gb18030_bin', 'gb18030_unicode_520_ci'],
  gb2312: ['gb2312_chinese_ci', 'gb2312_bin'],
  big5: ['big5_chinese_ci', 'big5_bin'],
  sjis: ['sjis_japanese_ci', 'sjis_bin'],
  ujis: ['ujis_japanese_ci', 'ujis_bin'],
  euckr: ['euckr_korean_ci', 'euckr_bin'],
  latin2: ['latin2_general_ci', 'latin2_bin'],
  cp1250: ['cp1250_general_ci', 'cp1250_bin'],
  cp1251: ['cp1251_general_ci', 'cp1251_bin'],
  cp1252: [],
  koi8r: ['koi8r_general_ci', 'koi8r_bin'],
  utf16: ['utf16_general_ci', 'utf16_unicode_ci', 'utf16_bin'],
  utf32: ['utf32_general_ci', 'utf32_unicode_ci', 'utf32_bin'],
  ucs2: ['ucs2_general_ci', 'ucs2_bin'],
}

/** A collation's character set is the part of its name before the first underscore; `utf8` is an older name of `utf8mb3`. */
export const charsetOf = (collation: string) => (collation.split('_')[0] as string).replace(/^utf8$/, 'utf8mb3')

const BASE_TYPES = new Set([
  'TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT', 'INTEGER', 'BIGINT', 'BOOL', 'BOOLEAN', 'SERIAL', 'DECIMAL', 'DEC', 'NUMERIC', 'FIXED', 'FLOAT', 'DOUBLE', 'REAL', 'BIT', 'CHAR',
  'VARCHAR', 'NCHAR', 'NVARCHAR', 'CHARACTER', 'BINARY', 'VARBINARY', 'TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT', 'TINYBLOB', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB', 'ENUM', 'SET',
  'JSON', 'DATE', 'TIME', 'DATETIME', 'TIMESTAMP', 'YEAR', 'GEOMETRY', 'POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING', 'MULTIPOLYGON',
  'GEOMETRYCOLLECTION', 'GEOMCOLLECTION', 'UUID', 'INET4', 'INET6', 'VECTOR', 'XMLTYPE', 'LONG', 'VARCHARACTER', 'NATIONAL',
])
const INTEGERS = new Set(['TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT', 'INTEGER', 'BIGINT', 'SERIAL'])
const NUMBERS = new Set([...INTEGERS, 'BOOL', 'BOOLEAN', 'DECIMAL', 'DEC', 'NUMERIC', 'FIXED', 'FLOAT', 'DOUBLE', 'REAL', 'YEAR'])
const CHARACTERS = new Set(['CHAR', 'VARCHAR', 'NCHAR', 'NVARCHAR', 'CHARACTER', 'VARCHARACTER', 'NATIONAL', 'TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT', 'LONG'])
const LARGE = new Set(['TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT', 'TINYBLOB', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB', 'LONG'])
const GEOMETRIES = new Set(['GEOMETRY', 'POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING', 'MULTIPOLYGON', 'GEOMETRYCOLLECTION', 'GEOMCOLLECTION'])

export const baseType = (type: string) => (/^\s*([a-z]\w*)/i.exec(type)?.[1] ?? '').toUpperCase()
export const isKnownType = (type: string) => BASE_TYPES.has(baseType(type))
export const isInteger = (type: string) => INTEGERS.has(baseType(type))
export const isNumber = (type: string) => NUMBERS.has(baseType(type))
export const isCharacter = (type: string) => CHARACTERS.has(baseType(type))
export const isListed = (type: string) => ['ENUM', 'SET'].includes(baseType(type))
/** Types that take a character set. */
export const hasCharset = (type: string) => isCharacter(type) || isListed(type)
/** TEXT and BLOB: an index takes a prefix of them, and a literal is not their default. */
export const isLarge = (type: string) => LARGE.has(baseType(type))
export const isGeometry = (type: string) => GEOMETRIES.has(baseType(type))
export const takesPrefix = (type: string) => isCharacter(type) || isLarge(type) || ['BINARY', 'VARBINARY'].includes(baseType(type))

/** The tokens between the type's parentheses, or `null` without any. */
function inner(type: string, rules?: QuoteRules) {
  const tokens = meaningful(sqlTokens(type, rules))
  const open = tokens.findIndex((token) => isSign(token, '('))
  const close = tokens.findLastIndex((token) => isSign(token, ')'))
  return open < 0 || close < open ? null : tokens.slice(open + 1, close)
}

/** What stands between the parentheses of a type, one entry an argument. */
export function typeArguments(type: string, rules?: QuoteRules): string[] | null {
  const tokens = inner(type, rules)
  return tokens === null ? null : operationsOf(tokens).map((part) => part.map(({ text }) => text).join(''))
}

/** The members of an ENUM or SET; `null` when they are not a list of literals. */
export function membersOf(type: string, rules?: QuoteRules): string[] | null {
  const tokens = inner(type, rules)
  if (tokens === null) return null
  const members = operationsOf(tokens).map(([first, ...rest]) => (first?.kind === 'string' && first.closed && rest.length === 0 ? textOf(first.text, rules) : null))
  return members.includes(null) ? null : (members as string[])
}

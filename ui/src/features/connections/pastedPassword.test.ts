import { describe, expect, it } from 'vitest'
import { looksLikeConnection, pastedPassword, shellWords } from './pastedPassword'

describe('the password in a pasted text', () => {
  it.each([
    ['mysql://dba:secret@db.internal:3306/shop', 'secret'],
    ['mysql://dba:p%40ss%2Fword@db.internal/shop', 'p@ss/word'],
    ['mysql://dba:p@ss@db.internal/shop', 'p@ss'],
    ['mysql://dba:a:b:c@db.internal', 'a:b:c'],
    ['mysql://dba:100%@db.internal', '100%'],
    ['mysql://dba:p/w?x@db.internal/shop', 'p/w?x'],
    ['mysql://dba:a%40%@db.internal', 'a@%'],
    ['mysql://dba:@db.internal', null],
    ['mysql://dba@db.internal:3306/shop', null],
    ['mysql://db.internal:3306/shop', null],
    ['mysql -h db.internal -u dba -psecret shop', 'secret'],
    ['mysql -h db.internal -u dba -p shop', null],
    ["mysql -udba '-pwith space' -h db", 'with space'],
    ['mysql --password="a\\"b$c" --host=db', 'a"b$c'],
    ["mysql -h db --password='it'\\''s'", "it's"],
    ['mysql --host=db --password= -u dba', null],
    ['mysql -pfirst --password=last -h db', 'last'],
    ['$ mysql -h db -psecret | grep -pother', 'secret'],
    ['mysql -P 3307 -h db -u dba', null],
  ])('%s → %s', (text, password) => {
    expect(pastedPassword(text)).toBe(password)
  })
})

describe('shell words', () => {
  it('are split as a shell splits them', () => {
    expect(shellWords('a "b c" \'d e\'f \\ g ""')).toEqual(['a', 'b c', 'd ef', ' g', ''])
    expect(shellWords('mysql \\\n  -h db')).toEqual(['mysql', '-h', 'db'])
  })
})

describe('a text worth asking about', () => {
  it('is a URL or a client line, not a host name', () => {
    expect(['mysql://a', ' mariadb://a', 'mysql -h a', 'mysqlsh -u b', '/usr/bin/mysql --host=a'].every(looksLikeConnection)).toBe(true)
    expect(['mysql.internal', 'db', 'https://a', '10.0.0.1'].some(looksLikeConnection)).toBe(false)
  })
})

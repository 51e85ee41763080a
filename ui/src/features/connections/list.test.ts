import { describe, expect, it } from 'vitest'
import { addressOf, grantLine, landing, matches, reachOf, rowsOf } from './list'
import { sampleConnection } from './sample'

const connections = [
  sampleConnection({ id: 'a', name: 'shop-10', environment: 'test' }),
  sampleConnection({ id: 'b', name: 'shop-9', environment: 'test' }),
  sampleConnection({ id: 'c', name: 'billing', environment: 'production', host: 'db.internal', description: 'ledger of the EU' }),
]

describe('the rows', () => {
  it('stand under their environment, production first, names in natural order', () => {
    expect(rowsOf(connections, '').map((row) => row.key)).toEqual(['group-production', 'c', 'group-test', 'b', 'a'])
  })

  it('leave out groups in which nothing is found', () => {
    expect(rowsOf(connections, 'LEDGER db.int').map((row) => row.key)).toEqual(['group-production', 'c'])
    expect(rowsOf(connections, 'nothing')).toEqual([])
  })

  it('are found by address, user and database', () => {
    expect(['10.2.0.11:3306', 'dba', 'shop'].every((query) => matches(connections[0]!, query))).toBe(true)
  })
})

describe('a move of the selection', () => {
  const rows = rowsOf(connections, '')
  it('passes over headings, whichever way it goes', () => {
    expect(landing(rows, 'c', 'group-test')).toBe('b')
    expect(landing(rows, 'b', 'group-test')).toBe('c')
    expect(landing(rows, 'c', 'group-production')).toBe('c')
    expect(landing(rows, null, 'group-production')).toBe('c')
    expect(landing(rows, 'c', 'a')).toBe('a')
  })
})

describe('what is known of reaching a server', () => {
  const connection = sampleConnection()
  it('is the newer of the passed and the failed test', () => {
    expect(reachOf(connection, undefined)).toBe('reached')
    expect(reachOf(connection, connection.tested!.at + 1)).toBe('failed')
    expect(reachOf(connection, connection.tested!.at - 1)).toBe('reached')
    expect(reachOf({ ...connection, tested: null }, undefined)).toBe('untested')
  })
})

it('writes the grant for the account as the server matched it', () => {
  expect(grantLine(['PROCESS', 'REPLICATION SLAVE'], "'dba'@'%'")).toBe("GRANT PROCESS, REPLICATION SLAVE ON *.* TO 'dba'@'%';")
})

it('brackets an IPv6 address', () => {
  expect(addressOf({ host: '::1', port: 3306 })).toBe('[::1]:3306')
  expect(addressOf({ host: 'db', port: 3307 })).toBe('db:3307')
})

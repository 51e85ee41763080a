import { expect, it } from 'vitest'
import type { ImportAction } from '@/ipc'
import { inReadingOrder, tally } from './importing'

const entry = (name: string, action: ImportAction) => ({ name, host: 'db', port: 3306, user: 'dba', has_secret: false, action })
const entries = [
  entry('same', { kind: 'skip' }),
  entry('b', { kind: 'add' }),
  entry('a', { kind: 'add' }),
  entry('bad', { kind: 'refuse', field: 'port', reason: 'port_range' }),
  entry('moved', { kind: 'change', fields: ['host'] }),
]

it('counts what an import would do', () => {
  expect(tally(entries)).toEqual({ add: 2, change: 1, skip: 1, refuse: 1 })
})

it('shows refusals and changes before what is plain', () => {
  expect(inReadingOrder(entries).map(({ name }) => name)).toEqual(['bad', 'moved', 'a', 'b', 'same'])
})

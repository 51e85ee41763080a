import { describe, expect, it } from 'vitest'
import { isNarrowed, NOTHING, readQuery, toFilter, writeQuery } from './filter'
import type { Asked } from './filter'

describe('the filter in the address', () => {
  it('is empty when nothing is asked', () => {
    expect(writeQuery(NOTHING)).toEqual({})
    expect(readQuery({})).toEqual(NOTHING)
    expect(isNarrowed(NOTHING)).toBe(false)
  })

  it('comes back as it went', () => {
    const asked: Asked = {
      range: 'days', days: ['2026-01-01', '2026-01-31'], states: ['failed', 'needs_cleanup'], environment: 'production', connection: 'c1',
      database: 'shop', table: 'ord', text: "备注 100% & '#'", page: 4, size: 200, run: '20260115-001',
    }
    expect(readQuery(writeQuery(asked) as never)).toEqual(asked)
    expect(isNarrowed(asked)).toBe(true)
  })

  it('drops what it does not know', () => {
    expect(readQuery({ state: 'failed,exploded', env: 'moon', size: '7', page: '-3', range: 'ever', from: 'x', to: '2026-01-01' })).toEqual({ ...NOTHING, states: ['failed'] })
    expect(readQuery({ range: 'days' }).range).toBe('all')
  })
})

describe('what is asked of the core', () => {
  const now = Date.parse('2026-03-10T15:00:00')

  it('leaves out what is empty', () => {
    expect(toFilter(NOTHING, now)).toEqual({ states: [], environment: null, connection_id: null, database: null, table: null, text: null, from: null, to: null })
  })

  it('counts ranges from now, and today from midnight', () => {
    expect(toFilter({ ...NOTHING, range: '7d' }, now).from).toBe(now - 7 * 86_400_000)
    expect(toFilter({ ...NOTHING, range: 'today' }, now).from).toBe(Date.parse('2026-03-10T00:00:00'))
  })

  it('includes the whole last day', () => {
    const { from, to } = toFilter({ ...NOTHING, range: 'days', days: ['2026-01-31', '2026-01-31'] }, now)
    expect([from, to]).toEqual([Date.parse('2026-01-31T00:00:00'), Date.parse('2026-02-01T00:00:00')])
  })
})

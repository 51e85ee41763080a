import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useDraft } from './draft'
import { countBySeverity, sortFindings } from './findings'
import { BUILT_IN, differing, effective } from './options'
import { sampleFinding, samplePlan, sampleRequest, sampleSuggestion } from './sample'

describe('a draft', () => {
  beforeEach(() => setActivePinia(createPinia()))

  const checked = () => {
    const draft = useDraft()
    draft.repeat(sampleRequest())
    const asked = draft.request!
    draft.keep(samplePlan({ request: asked }), asked)
    return draft
  }

  it('has no request before connection, database and table are chosen', () => {
    const draft = useDraft()
    draft.chooseConnection('c1')
    draft.chooseDatabase('shop')
    expect(draft.request).toBeNull()
    draft.table = 'orders'
    expect(draft.request?.table).toEqual({ database: 'shop', table: 'orders' })
  })

  it('makes its plan out of date with one changed letter, and current again without it', () => {
    const draft = checked()
    expect(draft.outdated).toBe(false)
    const clause = draft.clause
    draft.clause += ' '
    expect(draft.outdated).toBe(true)
    draft.clause = clause
    expect(draft.outdated).toBe(false)
  })

  it('makes its plan out of date with another option, table or hold', () => {
    for (const change of [
      (draft: ReturnType<typeof checked>) => (draft.overrides = { ...draft.overrides, max_lag_s: 5 }),
      (draft: ReturnType<typeof checked>) => (draft.table = 'customers'),
      (draft: ReturnType<typeof checked>) => (draft.holdCutover = true),
      (draft: ReturnType<typeof checked>) => draft.chooseDatabase('reports'),
      (draft: ReturnType<typeof checked>) => (draft.kind = 'reclaim'),
    ]) {
      setActivePinia(createPinia())
      const draft = checked()
      change(draft)
      expect(draft.outdated, String(change)).toBe(true)
    }
  })

  it('repeats what a run was asked for, byte for byte, and forgets the plan', () => {
    const draft = checked()
    const clause = "ADD COLUMN `a\r\n b` INT COMMENT '  '"
    draft.repeat(sampleRequest({ kind: { kind: 'alter', clause }, hold_cutover: true }))
    expect(draft.request).toMatchObject({ kind: { kind: 'alter', clause }, hold_cutover: true })
    expect(draft.plan).toBeNull()
  })

  it('drops database and table with another connection', () => {
    const draft = checked()
    draft.chooseConnection('c2')
    expect([draft.database, draft.table, draft.request]).toEqual([null, null, null])
  })
})

describe('options', () => {
  it('follow the suggestion where the person set nothing', () => {
    const suggested = sampleSuggestion({ options: { ...BUILT_IN, max_lag_s: 3 } })
    expect(effective(suggested, { chunk_time_ms: 50 })).toMatchObject({ max_lag_s: 3, chunk_time_ms: 50 })
    expect(effective(undefined, {})).toEqual(BUILT_IN)
  })

  it('differ only where the value differs', () => {
    expect(differing(BUILT_IN, { max_lag_s: 1, charset: 'latin1', max_load: [{ variable: 'Threads_running', value: 25 }] })).toEqual(['charset'])
  })
})

describe('findings', () => {
  it('come with the gravest first, and what is not proven before what is', () => {
    const found = sortFindings([sampleFinding('A', 'info'), sampleFinding('B', 'danger'), sampleFinding('C', 'warn'), sampleFinding('D', 'danger', { proven: false }), sampleFinding('E', 'block')])
    expect(found.map(({ code }) => code)).toEqual(['E', 'D', 'B', 'C', 'A'])
    expect(countBySeverity(found)).toEqual([
      { severity: 'block', count: 1 },
      { severity: 'danger', count: 2 },
      { severity: 'warn', count: 1 },
      { severity: 'info', count: 1 },
    ])
  })
})

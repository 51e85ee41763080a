import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, ref } from 'vue'
import type { PrepareVerdict, QuoteRules } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import { sampleDiagnosis } from './sample'
import { DEFAULT_RULES } from './sqlTokens'
import { useClauseChecks } from './useClauseChecks'
import type { Mark } from './useClauseChecks'

const diagnosed = vi.fn()
const prepared = vi.fn()
const words = { serverSays: (code: number, message: string) => `${code} ${message}`, destroys: (verb: string) => `destroys ${verb}`, unknown: () => 'unknown' }
let rules: QuoteRules

function begin(clause = 'ADD a INT') {
  const subject = ref({ connectionId: 'c1' as string | null, table: { database: 'shop', table: 'orders' }, clause, setVars: [] as { name: string; value: string }[], serverMode: null as string | null })
  let checks!: ReturnType<typeof useClauseChecks>
  const host = defineComponent({ setup: () => ((checks = useClauseChecks(subject, words)), () => null) })
  const scope = mount(host, { global: { plugins: [i18n] } })
  return { subject, checks, scope }
}
async function rest(ms: number) {
  await vi.advanceTimersByTimeAsync(ms)
  await flushPromises()
}

describe('the checks of a clause while it is typed', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    resetFakes()
    installFakes()
    diagnosed.mockReset()
    prepared.mockReset()
    rules = DEFAULT_RULES
    fake('clauseDiagnose', ({ clause, setVars, serverMode }) => {
      diagnosed(clause, setVars, serverMode)
      return sampleDiagnosis({ rules })
    })
    fake('clausePrepare', ({ clause, setVars }): PrepareVerdict => {
      prepared(clause, setVars)
      return { kind: 'accepted' }
    })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('ask once for many keys, the lexer first and the server when nobody types', async () => {
    const { subject, checks, scope } = begin('')
    for (const key of 'ADD a INT') {
      subject.value = { ...subject.value, clause: subject.value.clause + key }
      await rest(40)
    }
    await rest(150)
    expect(diagnosed.mock.calls).toEqual([['ADD a INT', [], null]])
    expect(prepared).not.toHaveBeenCalled()
    await rest(600)
    expect(prepared.mock.calls).toEqual([['ADD a INT', []]])
    expect(checks.server.value).toEqual({ kind: 'accepted' })
    scope.unmount()
  })

  it('ask anew when the sql_mode becomes known, and when the options set one', async () => {
    const { subject, checks, scope } = begin()
    await rest(800)
    expect(checks.rules.value).toEqual(DEFAULT_RULES)
    rules = { ...DEFAULT_RULES, ansi_quotes: true }
    subject.value = { ...subject.value, serverMode: 'ANSI_QUOTES' }
    await rest(800)
    expect(checks.rules.value.ansi_quotes).toBe(true)
    subject.value = { ...subject.value, setVars: [{ name: 'sql_mode', value: "'NO_BACKSLASH_ESCAPES'" }] }
    await rest(800)
    const own = [{ name: 'sql_mode', value: "'NO_BACKSLASH_ESCAPES'" }]
    expect(diagnosed.mock.calls).toEqual([
      ['ADD a INT', [], null],
      ['ADD a INT', [], 'ANSI_QUOTES'],
      ['ADD a INT', own, 'ANSI_QUOTES'],
    ])
    expect(prepared.mock.calls.at(-1)).toEqual(['ADD a INT', own])
    scope.unmount()
  })

  it('do not ask anew when nothing of it has changed', async () => {
    const { subject, scope } = begin()
    await rest(800)
    subject.value = { ...subject.value, table: { ...subject.value.table }, setVars: [] }
    await rest(800)
    expect([diagnosed.mock.calls.length, prepared.mock.calls.length]).toEqual([1, 1])
    scope.unmount()
  })

  it('keep what the lexer refuses from the server, and mark it where it stands', async () => {
    fake('clauseDiagnose', () => sampleDiagnosis({ problems: [{ reason: 'second_statement', start: 9, end: 16 }], operations: [{ verb: 'DROP COLUMN', start: 0, end: 9, destructive: true, subject: 'a' }] }))
    const { subject, checks, scope } = begin('DROP  备; DROP')
    await rest(800)
    expect(prepared).not.toHaveBeenCalled()
    expect(checks.marks.value.map(({ from, to, severity }) => [subject.value.clause.slice(from, to), severity])).toEqual([['; DROP', 'error'], ['DROP  备', 'warning']])
    subject.value = { ...subject.value, clause: 'DROP' }
    expect(checks.marks.value, 'a mark at the wrong place is worse than none').toEqual([])
    scope.unmount()
  })

  it('show where the server stumbles', async () => {
    fake('clausePrepare', (): PrepareVerdict => ({ kind: 'refused', code: 1064, message: 'near', at: 6 }))
    const { checks, subject, scope } = begin('ADD a VARCHR(3)')
    await rest(800)
    expect(checks.marks.value).toMatchObject([{ severity: 'error', message: '1064 near' }])
    const { from, to } = checks.marks.value[0] as Mark
    expect(subject.value.clause.slice(from, to)).toBe('VARCHR')
    scope.unmount()
  })
})

import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import type { Connection, ConnectionDraft } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { sampleConnection, sampleReport } from './sample'
import { useConnectionForm } from './useConnectionForm'

const error = (code: string, params = {}) => ({ code, message: code, hint: '', detail: null, params })
const scopes: (() => void)[] = []

function form(before: Connection | null = null) {
  const scope = effectScope()
  scopes.push(() => scope.stop())
  return scope.run(() => useConnectionForm(before))!
}

describe('the connection form', () => {
  const saved = vi.fn()
  const tested = vi.fn()

  beforeEach(() => {
    vi.useFakeTimers()
    resetFakes()
    installFakes()
    saved.mockReset()
    tested.mockReset()
    fake('connectionProblems', ({ draft }) => ((draft as ConnectionDraft).name === '' ? [{ field: 'name', reason: 'name_empty', params: {} }] : []))
    fake('connectionTest', ({ draft }) => {
      tested(draft)
      return sampleReport()
    })
    fake('connectionSave', ({ draft, keepUntested }) => {
      saved(draft, keepUntested)
      return sampleConnection()
    })
  })
  afterEach(() => {
    scopes.splice(0).forEach((stop) => stop())
    vi.useRealTimers()
  })

  it('shows problems of touched fields only, 200 ms after typing', async () => {
    const { values, problemOf, touch } = form()
    await vi.advanceTimersByTimeAsync(0)
    await flushPromises()
    expect(problemOf('name')).toBeUndefined()
    touch('name')
    expect(problemOf('name')?.reason).toBe('name_empty')
    values.name = 'shop'
    await vi.advanceTimersByTimeAsync(150)
    expect(problemOf('name')?.reason).toBe('name_empty')
    await vi.advanceTimersByTimeAsync(100)
    expect(problemOf('name')).toBeUndefined()
  })

  it('tests before it saves, once for the same values', async () => {
    const { values, save, tested: proven, report } = form()
    values.name = 'shop'
    values.host = 'db'
    expect(proven.value).toBe(false)
    await save()
    expect(tested).toHaveBeenCalledOnce()
    expect(saved).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ host: 'db' }), false)
    expect(proven.value).toBe(true)
    expect(report.value?.version_text).toContain('9.7.4')
    await save()
    expect(tested).toHaveBeenCalledOnce()
    values.host = 'other'
    expect(proven.value).toBe(false)
    expect(report.value).toBeNull()
  })

  it('saves nothing when the test fails, and tells why until the values change', async () => {
    fake('connectionTest', () => {
      throw error('SERVER_ACCESS_DENIED')
    })
    const { values, save, testError } = form()
    values.name = 'shop'
    await expect(save()).resolves.toBeNull()
    expect(saved).not.toHaveBeenCalled()
    expect(testError.value).toMatchObject({ code: 'SERVER_ACCESS_DENIED' })
    values.user = 'other'
    expect(testError.value).toBeNull()
  })

  it('does not test a saved connection again for a new name', async () => {
    const { values, save } = form(sampleConnection())
    values.name = 'renamed'
    await save()
    expect(tested).not.toHaveBeenCalled()
    expect(saved).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ name: 'renamed', password: { kind: 'unchanged' } }), false)
  })

  it('keeps an untested one only when that is chosen', async () => {
    const { values, saveUntested } = form()
    values.name = 'shop'
    await saveUntested()
    expect(tested).not.toHaveBeenCalled()
    expect(saved).toHaveBeenCalledExactlyOnceWith(expect.anything(), true)
  })

  it('asks for the test again when the core no longer knows of it', async () => {
    const { values, test, save, tested: proven, saveError } = form()
    values.name = 'shop'
    await test()
    fake('connectionSave', () => {
      throw error('CONNECTION_UNTESTED')
    })
    await save()
    expect(proven.value).toBe(false)
    expect(saveError.value).toMatchObject({ code: 'CONNECTION_UNTESTED' })
  })

  it('asks about a host key that nobody accepted, and tests again with the accepted one', async () => {
    const key = { fingerprint: 'SHA256:a', key: 'ssh-ed25519 A' }
    fake('connectionTest', ({ draft }) => {
      tested(draft)
      if ((draft as ConnectionDraft).tunnel?.host_key == null) throw error('SSH_HOST_KEY_UNKNOWN', { host: 'bastion', port: '22', ...key })
      return sampleReport()
    })
    const { values, test, unknownKey, acceptKey, tested: proven } = form()
    values.tunnel.on = true
    await expect(test()).resolves.toBe(false)
    expect(unknownKey.value).toEqual({ server: 'bastion:22', key })
    await expect(acceptKey(key)).resolves.toBe(true)
    expect(tested).toHaveBeenLastCalledWith(expect.objectContaining({ tunnel: expect.objectContaining({ host_key: key }) }))
    expect(unknownKey.value).toBeNull()
    expect(proven.value).toBe(true)
  })

  it('offers nobody to accept a key that has changed', async () => {
    fake('connectionTest', () => {
      throw error('SSH_HOST_KEY_CHANGED', { host: 'bastion', port: '22', pinned: 'SHA256:a', offered: 'SHA256:b' })
    })
    const { values, test, unknownKey, testError } = form()
    values.tunnel.on = true
    await test()
    expect(unknownKey.value).toBeNull()
    expect(testError.value).toMatchObject({ code: 'SSH_HOST_KEY_CHANGED' })
  })

  it('fills itself from a pasted line, the password from the text itself', async () => {
    fake('connectionParsePaste', () => ({ host: 'db', port: 3307, user: 'dba', database: null, tls: null, ca_file: null, had_password: true }))
    const { values, fill } = form()
    await expect(fill('mysql -h db -P 3307 -udba -psecret')).resolves.toBe(true)
    expect(values).toMatchObject({ host: 'db', port: '3307', user: 'dba', password: 'secret' })
    fake('connectionParsePaste', () => null)
    await expect(fill('hello')).resolves.toBe(false)
  })
})

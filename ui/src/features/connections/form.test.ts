import { describe, expect, it } from 'vitest'
import { draftOf, filledFrom, reachOf, valuesOf, wholeNumber } from './form'
import { sampleConnection } from './sample'

describe('the draft of a form', () => {
  it('starts with the defaults', () => {
    expect(draftOf(valuesOf(null))).toMatchObject({
      id: null, port: 3306, connect_timeout_s: 5, charset: 'utf8mb4', tls: 'required', database: null, ca_file: null, docker_host: null, password: { kind: 'empty' },
    })
  })

  it('keeps a saved password unless one is typed or it is removed', () => {
    const values = valuesOf(sampleConnection({ password: 'stored' }))
    expect(draftOf(values).password).toEqual({ kind: 'unchanged' })
    expect(draftOf({ ...values, password: ' new ' }).password).toEqual({ kind: 'set', value: ' new ' })
    expect(draftOf({ ...values, removePassword: true }).password).toEqual({ kind: 'empty' })
  })

  it('gives a number that cannot be read as one that the core refuses', () => {
    expect(['3306', ' 3306 ', '65535'].map((text) => wholeNumber(text, 65535))).toEqual([3306, 3306, 65535])
    expect(['', 'x', '-1', '3.5', '65536', '1e3', '99999999999'].map((text) => wholeNumber(text, 65535))).toEqual([0, 0, 0, 0, 0, 0, 0])
  })

  it('passes names and passwords verbatim', () => {
    expect(draftOf({ ...valuesOf(null), user: ' dba ', host: 'db ' })).toMatchObject({ user: ' dba ', host: 'db ' })
  })
})

describe('the tunnel of a form', () => {
  const saved = { host: 'bastion', port: 2222, user: 'hop', method: { kind: 'key' as const, path: '/k' }, secret: 'stored' as const, host_key: { fingerprint: 'SHA256:a', key: 'ssh-ed25519 A' } }

  it('is none unless it is switched on, and then has the port of SSH', () => {
    const values = valuesOf(null)
    expect(draftOf(values).tunnel).toBeNull()
    expect(draftOf({ ...values, tunnel: { ...values.tunnel, on: true } }).tunnel).toMatchObject({ port: 22, secret: { kind: 'empty' }, host_key: null })
  })

  it('keeps its secret and its host key as they are saved, and never carries a secret back', () => {
    const values = valuesOf(sampleConnection({ tunnel: saved }))
    expect(draftOf(values).tunnel).toEqual({ ...saved, secret: { kind: 'unchanged' } })
    expect(draftOf({ ...values, tunnel: { ...values.tunnel, secret: 'new' } }).tunnel?.secret).toEqual({ kind: 'set', value: 'new' })
    expect(draftOf({ ...values, tunnel: { ...values.tunnel, method: 'agent' } }).tunnel).toMatchObject({ method: { kind: 'agent' }, secret: { kind: 'empty' } })
  })

  it('is a part of what a test has proven', () => {
    const values = valuesOf(sampleConnection({ tunnel: saved }))
    const tested = reachOf(draftOf(values))
    expect(reachOf(draftOf({ ...values, tunnel: { ...values.tunnel, on: false } }))).not.toBe(tested)
    expect(reachOf(draftOf({ ...values, tunnel: { ...values.tunnel, hostKey: null } }))).not.toBe(tested)
  })
})

describe('a passed test', () => {
  it('holds through a new name, but not for another host, password or TLS mode', () => {
    const values = valuesOf(sampleConnection())
    const tested = reachOf(draftOf(values))
    expect(reachOf(draftOf({ ...values, name: 'other', description: 'x', environment: 'test' }))).toBe(tested)
    for (const change of [{ host: 'b' }, { password: 'x' }, { tls: 'disabled' as const }, { database: 'b' }, { timeout: '9' }])
      expect(reachOf(draftOf({ ...values, ...change }))).not.toBe(tested)
  })
})

describe('a pasted text', () => {
  const pasted = { host: 'db.internal', port: 3307, user: null, database: 'shop', tls: null, ca_file: null, had_password: true }

  it('fills what it says and leaves the rest', () => {
    const filled = filledFrom({ ...valuesOf(null), user: 'dba' }, pasted, 'secret')
    expect(filled).toMatchObject({ name: 'db.internal', host: 'db.internal', port: '3307', user: 'dba', database: 'shop', password: 'secret', tls: 'required' })
  })

  it('keeps a name that was typed', () => {
    expect(filledFrom({ ...valuesOf(null), name: 'main' }, pasted, null).name).toBe('main')
  })
})

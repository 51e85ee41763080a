import { describe, expect, it } from 'vitest'
import { hostOf } from './dockerHostForm'

const typed = { name: 'build', kind: 'ssh' as const, place: 'me@build', ca: '', cert: '', key: '' }

describe('an engine to be added', () => {
  it('gets the scheme of its kind unless an address was typed whole', () => {
    expect(hostOf(typed).endpoint).toEqual({ address: 'ssh://me@build', tls: null })
    expect(hostOf({ ...typed, kind: 'unix', place: ' /run/docker.sock ' }).endpoint.address).toBe('unix:///run/docker.sock')
    expect(hostOf({ ...typed, kind: 'unix', place: 'npipe:////./pipe/docker_engine' }).endpoint.address).toBe('npipe:////./pipe/docker_engine')
  })

  it('shows certificates over TCP alone, and half a pair is left for the core to refuse', () => {
    const tcp = { ...typed, kind: 'tcp' as const, place: 'build:2376' }
    expect(hostOf(tcp).endpoint.tls).toBeNull()
    expect(hostOf({ ...tcp, ca: '/ca.pem' }).endpoint.tls).toEqual({ ca_file: '/ca.pem', client: null })
    expect(hostOf({ ...tcp, ca: '/ca.pem', cert: '/c.pem' }).endpoint.tls).toEqual({ ca_file: '/ca.pem', client: { cert_file: '/c.pem', key_file: '' } })
    expect(hostOf({ ...typed, ca: '/ca.pem' }).endpoint.tls).toBeNull()
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import DockerHostDialog from './DockerHostDialog.vue'
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

describe('the dialog', () => {
  const add = vi.fn(async () => [])
  const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-testid=docker-host-${name}]`)!

  beforeEach(() => {
    resetFakes()
    installFakes()
    add.mockClear()
    fake('dockerHostProblems', ({ host }) => ((host as { name: string }).name === '' ? [{ field: 'name', reason: 'name_empty', params: {} }] : []))
  })
  afterEach(() => (document.body.innerHTML = ''))

  it('says how an address looks, keeps what is wrong, and adds what is right', async () => {
    const dialog = mount(DockerHostDialog, { props: { add }, global: { plugins: [i18n] }, attachTo: document.body })
    await flushPromises()
    expect(document.body.textContent).toContain('user@host or user@host:port')
    const press = async () => {
      document.querySelector<HTMLButtonElement>('[data-testid=confirm-action]')!.click()
      await flushPromises()
    }
    const type = async (name: string, text: string) => {
      field(name).value = text
      field(name).dispatchEvent(new Event('input'))
      await flushPromises()
    }
    await type('address', 'me@build')
    await press()
    expect(add).not.toHaveBeenCalled()
    await type('name', 'build')
    await press()
    expect(add).toHaveBeenCalledWith({ name: 'build', endpoint: { address: 'ssh://me@build', tls: null } })
    expect(dialog.emitted('close')).toHaveLength(1)
  })
})

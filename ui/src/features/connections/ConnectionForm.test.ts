import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection, ConnectionDraft } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import ConnectionForm from './ConnectionForm.vue'
import { sampleConnection, sampleReport } from './sample'

// The whole form is drawn for each of these, which takes its time where the machine is busy.
vi.setConfig({ testTimeout: 60_000 })

const at = (name: string) => `[data-testid=${name}]`

function open(connection: Connection | null = null) {
  return mount(ConnectionForm, { props: { connection }, global: { plugins: [createPinia(), i18n] }, attachTo: document.body })
}

describe('the form on screen', () => {
  const saved = vi.fn()

  beforeEach(() => {
    resetFakes()
    installFakes()
    saved.mockReset()
    fake('connectionProblems', ({ draft }) => {
      const { host, connect_timeout_s: timeout } = draft as ConnectionDraft
      const host_ = host === '' ? [{ field: 'host', reason: 'host_empty', params: {} }] : []
      return [...host_, ...(timeout === 0 ? [{ field: 'connect_timeout_s', reason: 'timeout_range', params: {} }] : [])]
    })
    fake('connectionTest', () => sampleReport({ missing_privileges: ['PROCESS'] }))
    fake('connectionSave', ({ draft, keepUntested }) => {
      saved(draft, keepUntested)
      return sampleConnection()
    })
  })
  afterEach(() => (document.body.innerHTML = ''))

  it('tests, shows the facts with the grant, and then saves by one more press', async () => {
    const wrapper = open()
    await wrapper.find(at('field-name')).setValue('shop')
    await wrapper.find(at('field-host')).setValue('db')
    expect(wrapper.find(at('form-save')).text()).toBe('Test and save')
    await wrapper.find(at('form-test')).trigger('click')
    await flushPromises()
    expect(wrapper.find(at('grant-line')).text()).toBe("GRANT PROCESS ON *.* TO 'dba'@'%';")
    expect(wrapper.find(at('form-save')).text()).toBe('Save')
    expect(wrapper.find(at('form-save-untested')).exists()).toBe(false)
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.emitted('saved')).toHaveLength(1)
    expect(saved).toHaveBeenCalledWith(expect.objectContaining({ name: 'shop', host: 'db' }), false)
    wrapper.unmount()
  })

  it('shows the key of an SSH server that is seen for the first time, and goes on only with a yes', async () => {
    const key = { fingerprint: 'SHA256:abc', key: 'ssh-ed25519 A' }
    const tried = vi.fn()
    fake('connectionTest', ({ draft }) => {
      const { tunnel } = draft as ConnectionDraft
      tried(tunnel?.host_key ?? null)
      if (tunnel?.host_key == null) throw { code: 'SSH_HOST_KEY_UNKNOWN', message: '', hint: '', detail: null, params: { host: 'bastion', port: '22', ...key } }
      return sampleReport()
    })
    const wrapper = open(sampleConnection({ tunnel: { host: 'bastion', port: 22, user: 'hop', method: { kind: 'agent' }, secret: 'empty', host_key: null } }))
    await wrapper.find(at('form-advanced')).trigger('click')
    expect((wrapper.find(at('field-ssh-host')).element as HTMLInputElement).value).toBe('bastion')
    await wrapper.find(at('form-test')).trigger('click')
    await flushPromises()
    expect(document.querySelector(at('host-key-fingerprint'))?.textContent).toBe('SHA256:abc')
    expect(wrapper.find(at('test-passed')).exists()).toBe(false)
    document.querySelector<HTMLElement>(at('confirm-action'))?.click()
    await flushPromises()
    expect(tried.mock.calls).toEqual([[null], [key]])
    expect(wrapper.find(at('test-passed')).exists()).toBe(true)
    expect(wrapper.find(at('ssh-host-key')).text()).toBe('SHA256:abc')
    wrapper.unmount()
  })

  it('asks of a saved SSH secret whether it may stay, as soon as the way changes', async () => {
    const tunnel = { host: 'bastion', port: 22, user: 'hop', method: { kind: 'password' as const }, secret: 'stored' as const, host_key: null }
    fake('connectionProblems', ({ draft }) => {
      const { host, secret } = (draft as ConnectionDraft).tunnel ?? {}
      return host !== 'bastion' && secret?.kind === 'unchanged' ? [{ field: 'ssh_secret', reason: 'ssh_secret_of_another', params: {} }] : []
    })
    const wrapper = open(sampleConnection({ tunnel }))
    await wrapper.find(at('form-advanced')).trigger('click')
    await flushPromises()
    expect(wrapper.text()).not.toContain('ssh_secret_of_another')
    await wrapper.find(at('field-ssh-host')).setValue('another')
    await vi.waitFor(() => expect(wrapper.text()).toContain('type it again'), { timeout: 30_000 })
    await wrapper.find(at('field-ssh-secret')).setValue('new')
    await vi.waitFor(() => expect(wrapper.text()).not.toContain('type it again'), { timeout: 30_000 })
    wrapper.unmount()
  })

  it('tells what is wrong instead of testing, and unfolds what hides it', async () => {
    const wrapper = open(sampleConnection({ host: '', connect_timeout_s: 0 }))
    await wrapper.find(at('form-test')).trigger('click')
    await flushPromises()
    expect(wrapper.text()).toContain('a host name or address is needed')
    expect(wrapper.text()).toContain('1 to 60 seconds')
    expect(wrapper.find(at('test-passed')).exists()).toBe(false)
    wrapper.unmount()
  })

  it('never holds a saved password', () => {
    const wrapper = open(sampleConnection({ password: 'stored' }))
    const field = wrapper.find<HTMLInputElement>(at('field-password'))
    expect(field.element.value).toBe('')
    expect(field.attributes('placeholder')).toBe('unchanged')
    wrapper.unmount()
  })

  it('asks before it saves what was never tested', async () => {
    const wrapper = open()
    await wrapper.find(at('field-host')).setValue('db')
    await wrapper.find(at('form-save-untested')).trigger('click')
    await flushPromises()
    expect(saved).not.toHaveBeenCalled()
    const dialog = [...document.querySelectorAll<HTMLElement>('.el-dialog')].find((shown) => shown.textContent?.includes('marked as untested'))
    dialog?.querySelector<HTMLElement>(at('confirm-action'))?.click()
    await flushPromises()
    expect(saved).toHaveBeenCalledExactlyOnceWith(expect.anything(), true)
    wrapper.unmount()
  })
})

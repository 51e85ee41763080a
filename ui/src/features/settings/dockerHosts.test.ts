import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import type { DockerHost, DockerHostEntry } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import DockerHostsRow from './DockerHostsRow.vue'
import { useDockerHosts } from './useDockerHosts'

const entry = (name: string, part: Partial<DockerHostEntry> = {}): DockerHostEntry => ({
  id: name, name, source: 'standard', endpoint: { address: name, tls: null }, is_default: false, ...part,
})
const far: DockerHost = {
  endpoint: null, address: 'ssh://build', kind: 'remote', version: '27.3.1', operating_system: 'Debian', architecture: 'x86_64', cpus: 8,
  memory_bytes: 1024 ** 3, rootless: false, limits: { memory: true, cpu: true, pids: false }, loopback: { by: 'nowhere', why: 'remote' }, free_bytes: null,
}

describe('the Docker hosts', () => {
  let entries: DockerHostEntry[]

  beforeEach(() => {
    setActivePinia(createPinia())
    resetFakes()
    installFakes()
    entries = [entry('unix:///var/run/docker.sock', { is_default: true }), entry('build', { source: 'own', endpoint: { address: 'ssh://build', tls: null } })]
    fake('dockerHosts', () => entries)
    fake('dockerHostChoose', ({ id }) => (entries = entries.map((one) => ({ ...one, is_default: one.id === id }))))
    fake('dockerHostRemove', ({ id }) => (entries = entries.filter((one) => one.id !== id)))
  })

  async function open() {
    const Page = defineComponent(() => {
      const hosts = useDockerHosts()
      return () => h(DockerHostsRow, { hosts })
    })
    const page = mount(Page, { global: { plugins: [i18n] } })
    await flushPromises()
    const host = (name: string) => page.find(`[data-testid="docker-host-${name}"]`)
    return { page, host }
  }

  it('are listed with where they come from, and one is chosen', async () => {
    const { page, host } = await open()
    expect(page.text()).toContain('standard address')
    expect(host('build').text()).toContain('added')
    await host('build').get('input').trigger('change')
    await flushPromises()
    expect(entries.find((one) => one.is_default)?.id).toBe('build')
  })

  it('say what they are when they are tested, and what they cannot do', async () => {
    fake('dockerHostTest', () => far)
    const { host } = await open()
    await host('build').get('button').trigger('click')
    await flushPromises()
    const text = host('build').text()
    expect(text).toContain('Docker 27.3.1 answers')
    expect(text).toContain('127.0.0.1 are out of reach')
    expect(text).toContain('does not enforce limits of: processes')
    expect(text).toContain('no runner image yet')
  })

  it('show why one does not answer, and only added ones can be forgotten', async () => {
    fake('dockerHostTest', () => {
      throw { code: 'DOCKER_UNREACHABLE', message: '', hint: '', detail: 'ssh: Permission denied (publickey).', params: {} }
    })
    const { host } = await open()
    await host('build').get('button').trigger('click')
    await flushPromises()
    expect(host('build').text()).toContain('Docker')
    expect(host('build').find('.facts[role=status]').exists()).toBe(false)
    expect(host('unix:///var/run/docker.sock').findAll('.line button')).toHaveLength(1)
    await host('build').findAll('.line button').at(-1)!.trigger('click')
    await flushPromises()
    expect(host('build').exists()).toBe(false)
  })
})

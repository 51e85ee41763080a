import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { AppStatus, VaultStatus } from '@/ipc'
import { fake, fakeEvent, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import App from './App.vue'
import { places } from './navigation'

const status = (vault: VaultStatus, first_start = false): AppStatus => ({ version: '0.1.0', vault, first_start, data: { path: '/data', set_aside: null, backups: [] } })
const open: VaultStatus = { kind: 'unlocked', protection: 'master_password' }
const trouble = { code: 'STORE_FULL', message: 'full', hint: '', detail: null, params: {} }

async function start() {
  const pinia = createPinia()
  setActivePinia(pinia)
  const page = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      ...places.map(({ name }) => ({ path: `/${name}`, name, component: page })),
      { path: '/welcome', name: 'welcome', component: page, meta: { bare: true } },
    ],
  })
  await router.push('/connections')
  const wrapper = mount(App, { global: { plugins: [pinia, i18n, router] }, attachTo: document.body })
  await flushPromises()
  return { wrapper, router }
}

describe('the start', () => {
  beforeEach(() => {
    resetFakes()
    installFakes()
    fake('runsLive', () => [])
    fake('history', () => ({ runs: [], total: 0, figures: { total: 0, completed: 0, ended_otherwise: 0, mean_duration_ms: null, rows_copied: 0 } }))
  })
  afterEach(() => (document.body.innerHTML = ''))

  it('leads to the welcome while no protection is chosen', async () => {
    fake('appStatus', () => status({ kind: 'unset' }, true))
    const { wrapper, router } = await start()
    expect(router.currentRoute.value.name).toBe('welcome')
    wrapper.unmount()
  })

  it('tells why the data cannot be opened, and tries again', async () => {
    fake('appStatus', () => {
      throw trouble
    })
    const { wrapper } = await start()
    expect(wrapper.find('[data-testid=start-failure]').text()).toContain('The disk with the data file is full')
    fake('appStatus', () => status(open))
    await wrapper.find('[data-testid=start-failure] button').trigger('click')
    await flushPromises()
    expect(wrapper.find('[data-testid=start-failure]').exists()).toBe(false)
    expect(wrapper.find('nav').exists()).toBe(true)
    wrapper.unmount()
  })

  it('shows the lock over a locked vault and takes it away when the core says so', async () => {
    fake('appStatus', () => status({ kind: 'locked', protection: 'master_password' }))
    const { wrapper } = await start()
    expect(wrapper.find('[data-testid=lock-screen]').exists()).toBe(true)
    await fakeEvent('core-event', { kind: 'vault_changed', status: open })
    await flushPromises()
    expect(wrapper.find('[data-testid=lock-screen]').exists()).toBe(false)
    wrapper.unmount()
  })

  it('says that events cannot be stored, as long as they cannot', async () => {
    fake('appStatus', () => status(open))
    const { wrapper } = await start()
    await fakeEvent('core-event', { kind: 'store_trouble', run: null, error: trouble })
    await flushPromises()
    expect(wrapper.find('[data-testid=store-banner]').text()).toContain('Runs go on')
    await fakeEvent('core-event', { kind: 'store_recovered' })
    await flushPromises()
    expect(wrapper.find('[data-testid=store-banner]').exists()).toBe(false)
    wrapper.unmount()
  })
})

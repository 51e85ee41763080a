import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useAppStatus } from '@/features/settings/appStatus'
import type { AppStatus, KeyringProbe, VaultStatus } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import WelcomePage from './WelcomePage.vue'

const at = (name: string) => `[data-testid=${name}]`

async function welcome() {
  const pinia = createPinia()
  setActivePinia(pinia)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/welcome', name: 'welcome', component: WelcomePage },
      { path: '/connections/:id?', name: 'connections', component: { render: () => null } },
    ],
  })
  await router.push('/welcome')
  await useAppStatus().load()
  const wrapper = mount(WelcomePage, { global: { plugins: [pinia, i18n, router] } })
  return { wrapper, router }
}

describe('the first start', () => {
  const setUp = vi.fn()

  beforeEach(() => {
    resetFakes()
    installFakes()
    setUp.mockReset()
    fake('appStatus', (): AppStatus => ({ version: '0.1.0', vault: { kind: 'unset' }, first_start: true, data: { path: '/d', set_aside: null, backups: [] } }))
    fake('connectionProblems', () => [])
    fake('vaultSetUp', ({ protection, password }): VaultStatus => {
      setUp(protection, password)
      return { kind: 'unlocked', protection: protection as 'keyring' }
    })
  })

  it('takes the keyring when it works, and the connection can wait', async () => {
    fake('vaultProbe', (): KeyringProbe => ({ kind: 'works' }))
    const { wrapper, router } = await welcome()
    expect(useAppStatus().needsWelcome).toBe(true)
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.find(at('protection-keyring')).attributes('aria-checked')).toBe('true')
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(setUp).toHaveBeenCalledExactlyOnceWith('keyring', null)
    await wrapper.find(at('form-cancel')).trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.name).toBe('connections')
    expect(useAppStatus().needsWelcome).toBe(false)
  })

  it('takes a master password typed twice where there is no keyring', async () => {
    fake('vaultProbe', (): KeyringProbe => ({ kind: 'unavailable', why: 'no session bus' }))
    const { wrapper } = await welcome()
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.text()).toContain('Not usable here: no session bus')
    expect(wrapper.find(at('protection-keyring')).attributes('disabled')).toBeDefined()
    await wrapper.find(at('master-password')).setValue('correct horse')
    await wrapper.find(at('master-password-again')).setValue('correct')
    expect(wrapper.find(at('welcome-set-up')).attributes('disabled')).toBeDefined()
    await wrapper.find(at('master-password-again')).setValue('correct horse')
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(setUp).toHaveBeenCalledExactlyOnceWith('master_password', 'correct horse')
    expect(wrapper.find(at('connection-form')).exists()).toBe(true)
  })
})

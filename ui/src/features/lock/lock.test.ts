import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { VaultProtection, VaultStatus } from '@/ipc'
import { fake, fakeEvent, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import LockScreen from './LockScreen.vue'
import { useLock } from './store'

const refuse = (code: string) => () => {
  throw { code, message: code, hint: '', detail: null, params: {} }
}

function screen(protection: VaultProtection) {
  const pinia = createPinia()
  setActivePinia(pinia)
  const lock = useLock()
  lock.take({ kind: 'locked', protection })
  return { lock, wrapper: mount(LockScreen, { global: { plugins: [pinia, i18n] } }) }
}

describe('the lock', () => {
  beforeEach(() => {
    resetFakes()
    installFakes()
  })

  it('opens with the master password and says when it is wrong', async () => {
    fake('vaultUnlock', ({ password }): VaultStatus => (password === 'master' ? { kind: 'unlocked', protection: 'master_password' } : refuse('VAULT_WRONG_PASSWORD')()))
    const { lock, wrapper } = screen('master_password')
    const field = wrapper.find<HTMLInputElement>('[data-testid=lock-password]')
    await field.setValue('guess')
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.text()).toContain('This is not the master password')
    expect(field.element.value).toBe('')
    await field.setValue('master')
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(lock.locked).toBe(false)
  })

  it('tells a damaged vault from a wrong password', async () => {
    fake('vaultUnlock', refuse('VAULT_DAMAGED'))
    const { wrapper } = screen('master_password')
    await wrapper.find('[data-testid=lock-password]').setValue('master')
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.text()).toContain('failed its integrity check')
    expect(wrapper.text()).not.toContain('This is not the master password')
  })

  it('asks the keyring again, without a password field', async () => {
    fake('vaultUnlock', refuse('KEYRING_UNAVAILABLE'))
    const { lock, wrapper } = screen('keyring')
    expect(wrapper.find('[data-testid=lock-password]').exists()).toBe(false)
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.text()).toContain('does not answer')
    fake('vaultUnlock', ({ password }): VaultStatus => (password === null ? { kind: 'unlocked', protection: 'keyring' } : refuse('INTERNAL')()))
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(lock.locked).toBe(false)
  })

  it('follows what the core tells, and is offered only where it protects', async () => {
    const { lock } = screen('keyring')
    await lock.listen()
    await fakeEvent('core-event', { kind: 'vault_changed', status: { kind: 'unlocked', protection: 'keyring' } })
    expect([lock.locked, lock.lockable]).toEqual([false, false])
    await fakeEvent('core-event', { kind: 'vault_changed', status: { kind: 'unlocked', protection: 'master_password' } })
    expect(lock.lockable).toBe(true)
  })
})

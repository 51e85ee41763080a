import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServerSession } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import EndSession from './EndSession.vue'

const session: ServerSession = {
  id: 812, user: 'app', host: '10.0.0.5:40112', database: 'shop', command: 'Sleep', state: null, seconds: 20, statement: 'SELECT * FROM orders',
  transaction: { started_at: 1_000, seconds: 900, rows_modified: 12 },
}
const killed = vi.fn()

describe('ending a session', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    resetFakes()
    installFakes()
    killed.mockReset()
    fake('sessionShow', () => session)
    fake('sessionKill', ({ shown }) => {
      killed(shown)
      return 'gone' as const
    })
  })
  afterEach(() => document.body.replaceChildren())

  const action = () => document.querySelector<HTMLButtonElement>('[data-testid="confirm-action"]')!

  async function ask() {
    const button = mount(EndSession, { props: { connection: 'c1', session: 812 }, global: { plugins: [i18n] }, attachTo: document.body })
    await button.get('[data-testid="finding-kill"]').trigger('click')
    await flushPromises()
    return button
  }

  it('shows the session first, and hands on exactly what was shown', async () => {
    const button = await ask()
    expect(document.body.textContent).toContain('SELECT * FROM orders')
    expect(killed).not.toHaveBeenCalled()
    action().click()
    await flushPromises()
    expect(killed).toHaveBeenCalledWith(session)
    expect(button.emitted('ended')).toHaveLength(1)
  })

  it('offers nothing for a session that is gone', async () => {
    fake('sessionShow', () => {
      throw { code: 'SESSION_CHANGED', message: '', hint: '', detail: null, params: { id: '812' } }
    })
    await ask()
    expect(action().disabled).toBe(true)
    expect(killed).not.toHaveBeenCalled()
  })

  it('stays open when the session went on to other work', async () => {
    fake('sessionKill', () => {
      throw { code: 'SESSION_CHANGED', message: '', hint: '', detail: null, params: { id: '812' } }
    })
    const button = await ask()
    action().click()
    await flushPromises()
    expect(button.emitted('ended')).toBeUndefined()
    expect(document.body.textContent).toContain('is not the one that was shown')
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sampleView } from '@/features/runs/sample'
import { useRuns } from '@/features/runs/store'
import { i18n } from '@/locales'
import ClosingDialog from './ClosingDialog.vue'

const window = vi.hoisted(() => ({ asked: null as (() => void) | null, closed: 0 }))
vi.mock('@/ipc/closing', () => ({
  insteadOfClosing: (asked: () => void) => {
    window.asked = asked
    return Promise.resolve(() => (window.asked = null))
  },
  closeWindow: () => {
    window.closed += 1
    return Promise.resolve()
  },
}))

const said = () => document.body.textContent ?? ''
const press = async (label: string) => {
  const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent?.trim() === label)
  expect(button, label).toBeDefined()
  button?.click()
  await flushPromises()
}

async function shown() {
  const pinia = createPinia()
  setActivePinia(pinia)
  const wrapper = mount(ClosingDialog, { global: { plugins: [pinia, i18n] }, attachTo: document.body })
  await flushPromises()
  return { wrapper, runs: useRuns() }
}

describe('closing the window', () => {
  beforeEach(() => {
    localStorage.clear()
    Object.assign(window, { asked: null, closed: 0 })
  })
  afterEach(() => {
    document.body.innerHTML = ''
    i18n.global.locale.value = 'en'
  })

  it('asks nothing while nothing is under way, and not any more once it has ended', async () => {
    const { wrapper, runs } = await shown()
    runs.fold(sampleView({ id: '1', state: { name: 'completed' } }))
    await flushPromises()
    expect(window.asked).toBeNull()
    runs.fold(sampleView({ id: '2', last_seq: 1 }))
    await flushPromises()
    expect(window.asked).not.toBeNull()
    runs.fold(sampleView({ id: '2', last_seq: 2, state: { name: 'completed' } }))
    await flushPromises()
    expect(window.asked).toBeNull()
    wrapper.unmount()
  })

  it('tells how many changes go on, and what needs MySQLer to run, in both languages', async () => {
    const { wrapper, runs } = await shown()
    runs.fold(sampleView({ id: '1' }))
    runs.fold(sampleView({ id: '2', state: { name: 'awaiting_cutover', since: 0 } }))
    await flushPromises()
    window.asked?.()
    await flushPromises()
    expect(said()).toContain('2 changes are under way')
    expect(said()).toContain('takes them up again at the next start')
    expect(said()).toContain('pauses at the end of a window')
    i18n.global.locale.value = 'zh-CN'
    await flushPromises()
    expect(said()).toContain('有 2 项变更正在进行')
    await press('留下')
    expect(window.closed).toBe(0)
    expect(window.asked, 'told again the next time').not.toBeNull()
    wrapper.unmount()
  })

  it('closes on that word, and tells it no more to who has heard enough', async () => {
    const { wrapper, runs } = await shown()
    runs.fold(sampleView({ id: '1' }))
    await flushPromises()
    window.asked?.()
    await flushPromises()
    document.querySelector<HTMLInputElement>('input[type=checkbox]')?.click()
    await flushPromises()
    await press('Close the window')
    expect(window.closed).toBe(1)
    expect(window.asked).toBeNull()
    wrapper.unmount()
    const again = await shown()
    again.runs.fold(sampleView({ id: '1' }))
    await flushPromises()
    expect(window.asked, 'kept on this computer').toBeNull()
    again.wrapper.unmount()
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { sampleConnection } from '@/features/connections/sample'
import type { LeftoverReport } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import LeftoversSection from './LeftoversSection.vue'
import { byTable, chosen, toggled } from './leftovers'
import { sampleLeftovers, sampleOld, sampleShadow, sampleTrigger } from './sample'

const at = (name: string) => `[data-testid=${name}]`
const { found } = sampleLeftovers()
const none = new Set<string>()

describe('what a pick brings along', () => {
  it('picks the triggers with the table that they write to', () => {
    expect([...toggled(found, none, '0000new')].sort()).toEqual(['0000del', '0000ins', '0000new', '0000upd'])
  })

  it('keeps the table with a trigger that stays', () => {
    const all = toggled(found, none, '0000new')
    expect([...toggled(found, all, '0000ins')].sort()).toEqual(['0000del', '0000upd'])
  })

  it('never picks what is not proven, and always takes what is on record', () => {
    expect(toggled(found, none, '0000old').size).toBe(0)
    const mixed = [sampleShadow({ verdict: 'ours' }), sampleOld(), sampleTrigger('ins', { verdict: 'live' })]
    expect(chosen(mixed, new Set(['0000old', '0000ins'])).map(({ id }) => id)).toEqual(['0000new'])
  })

  it('groups by table', () => {
    const groups = byTable([...found, sampleOld({ table: null })])
    expect(groups.map(({ table, found: members }) => [table, members.length])).toEqual([
      ['shop.orders', 5],
      [null, 1],
    ])
  })
})

describe('the section on a connection', () => {
  const removed = vi.fn()

  beforeEach(() => {
    resetFakes()
    installFakes()
    removed.mockReset()
  })
  afterEach(() => (document.body.innerHTML = ''))

  async function open(report: LeftoverReport) {
    fake('leftovers', () => report)
    fake('leftoversRemove', (args) => {
      removed(args)
      return { removals: [{ id: '0000new', object: report.found[3]!.object, outcome: { name: 'refused' as const, why: { what: 'live', params: {} } } }], left: sampleLeftovers([]) }
    })
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { template: '<i />' } }] })
    const wrapper = mount(LeftoversSection, { props: { connection: sampleConnection() }, global: { plugins: [createPinia(), i18n, router] }, attachTo: document.body })
    expect(wrapper.findAll(at('leftover-row'))).toHaveLength(0)
    await wrapper.find(at('leftovers-check')).trigger('click')
    await flushPromises()
    return wrapper
  }

  it('removes what was picked, after showing the statements in their order', async () => {
    const wrapper = await open(sampleLeftovers())
    expect(wrapper.findAll(at('leftover-row'))).toHaveLength(5)
    expect(wrapper.find(at('leftovers-remove')).exists()).toBe(false)
    const boxes = wrapper.findAll('input[type=checkbox]')
    expect((boxes[4]!.element as HTMLInputElement).disabled).toBe(true)
    await boxes[3]!.setValue(true)
    const button = wrapper.find(at('leftovers-remove'))
    expect(button.text()).toBe('Drop 3 triggers and `_orders_new`…')
    await button.trigger('click')
    await flushPromises()
    const statements = document.querySelector(at('leftovers-sql'))!.textContent!.split('\n')
    expect(statements).toHaveLength(4)
    expect(statements[3]).toBe('DROP TABLE IF EXISTS `shop`.`_orders_new`;')
    expect(removed).not.toHaveBeenCalled()
    ;(document.querySelector(at('confirm-action')) as HTMLElement).click()
    await flushPromises()
    expect(removed).toHaveBeenCalledWith({ id: 'c1', database: null, pick: { kind: 'these', ids: ['0000del', '0000ins', '0000upd', '0000new'] } })
    expect(wrapper.find(at('leftovers-refused')).text()).toContain('It is at work')
    expect(wrapper.find(at('leftovers-none')).exists()).toBe(true)
  })

  it('offers nothing to remove where nothing is proven, and says what could not be seen', async () => {
    const wrapper = await open({ ...sampleLeftovers([sampleOld()]), unseen: [{ what: 'sessions_hidden', params: {} }] })
    expect(wrapper.find(at('leftovers-remove')).exists()).toBe(false)
    expect(wrapper.text()).toContain('needs PROCESS')
    expect(wrapper.text()).toContain('Its name alone')
  })

  it('says that a server was not looked through, and tries again', async () => {
    fake('leftovers', () => {
      throw { code: 'SERVER_TIMEOUT', message: '' }
    })
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { template: '<i />' } }] })
    const wrapper = mount(LeftoversSection, { props: { connection: sampleConnection() }, global: { plugins: [createPinia(), i18n, router] } })
    await wrapper.find(at('leftovers-check')).trigger('click')
    await flushPromises()
    expect(wrapper.find(at('leftovers-error')).exists()).toBe(true)
    expect(wrapper.find(at('leftovers-none')).exists()).toBe(false)
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sampleConnection, sampleReport } from '@/features/connections/sample'
import { useConnections } from '@/features/connections/store'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import { agreementTo, isSchema, obstacleOf } from './continuing'
import { useDraft } from './draft'
import { BUILT_IN } from './options'
import { fakeOptions } from './options/options.fake'
import OptionsForm from './OptionsForm.vue'
import { sampleSuggestion } from './sample'

vi.setConfig({ testTimeout: 60_000 })

describe('what is in the way of continuing', () => {
  it('is named before the check where it is known', () => {
    expect(obstacleOf('auto', 'my_sql', BUILT_IN)).toBeNull()
    expect(obstacleOf('pt-osc', null, BUILT_IN)).toBeNull()
    expect(obstacleOf('direct', 'my_sql', BUILT_IN)?.code).toBe('CONTINUE_NOT_BY_SERVER')
    expect(obstacleOf('auto', 'maria_db', BUILT_IN)?.code).toBe('CONTINUE_NOT_ON_MARIADB')
    expect(obstacleOf('auto', null, { ...BUILT_IN, foreign_keys_method: 'drop_swap' })?.params.option).toContain('drop_swap')
    expect(obstacleOf('auto', null, { ...BUILT_IN, others: [{ name: 'preserve-triggers', value: null }] })?.params.option).toBe('--preserve-triggers')
  })

  it('takes names that the tool can carry', () => {
    expect(['percona', 'a_1'].every(isSchema)).toBe(true)
    expect(['', 'a.b', 'a-b', '库', 'x'.repeat(65)].some(isSchema)).toBe(false)
  })
})

describe('the switch of one change', () => {
  beforeEach(() => {
    resetFakes()
    installFakes()
    fakeOptions()
    fake('suggestedOptions', () => sampleSuggestion())
    setActivePinia(createPinia())
  })
  afterEach(() => (document.body.innerHTML = ''))

  async function open(suggestion = sampleSuggestion(), flavour: 'my_sql' | 'maria_db' = 'my_sql') {
    const connection = sampleConnection({ id: 'c1', tested: { at: 1, report: sampleReport({ flavour }) } })
    fake('connectionsList', () => [connection])
    await useConnections().load()
    const draft = useDraft()
    draft.chooseConnection('c1')
    draft.chooseDatabase('shop')
    draft.table = 'orders'
    draft.suggested = suggestion
    const form = mount(OptionsForm, { props: { busy: false, failed: false }, global: { plugins: [i18n] }, attachTo: document.body })
    await flushPromises()
    await form.find('[data-testid=options-toggle]').trigger('click')
    await flushPromises()
    const toggle = () => form.find('[data-testid=change-continuable]')
    return { draft, form, toggle, press: () => toggle().trigger('click'), count: () => form.find('[data-testid=options-count]').text() }
  }

  it('puts the agreement into the request, lets its schema be chosen, and takes it back', async () => {
    const { draft, form, press, count } = await open()
    expect(draft.request?.options.history ?? null).toBeNull()
    await press()
    expect(draft.request?.options.history).toEqual(agreementTo('percona'))
    expect(count()).toBe('1 differs from its default')
    const schema = form.find('input[data-testid=change-history-schema]')
    await schema.setValue('ops')
    await schema.trigger('change')
    expect(draft.request?.options.history).toEqual(agreementTo('ops'))
    await schema.setValue('no.name')
    await schema.trigger('change')
    expect(draft.request?.options.history, 'what the tool cannot carry is not taken').toEqual(agreementTo('ops'))
    await press()
    expect(draft.overrides).toEqual({})
    form.unmount()
  })

  it('leaves a single change out of what the settings agree to', async () => {
    const standing = { ...BUILT_IN, history: agreementTo('ops') }
    const { draft, form, press, count } = await open(sampleSuggestion({ options: standing, base: standing }))
    expect(draft.request?.options.history).toEqual(agreementTo('ops'))
    expect(count()).not.toContain('1')
    await press()
    expect(draft.request?.options.history).toBeNull()
    expect(count()).toBe('1 differs from its default')
    await press()
    expect(draft.overrides).toEqual({})
    form.unmount()
  })

  it('can be taken back where it came to be of no use, and stays with its server', async () => {
    const { draft, form, toggle, press } = await open()
    await press()
    draft.engine = 'direct'
    await flushPromises()
    expect(toggle().classes()).toContain('is-checked')
    await press()
    expect(draft.overrides).toEqual({})
    expect(toggle().classes()).toContain('is-disabled')
    draft.engine = 'auto'
    await flushPromises()
    await press()
    draft.chooseConnection('c2')
    expect(draft.overrides).toEqual({})
    form.unmount()
  })

  it('says why it is not to be had', async () => {
    const { draft, form, toggle } = await open(undefined, 'maria_db')
    expect(toggle().classes()).toContain('is-disabled')
    expect(form.find('[data-testid=continuable-why]').text()).toContain('on MariaDB')
    draft.engine = 'direct'
    await flushPromises()
    expect(form.find('[data-testid=continuable-why]').text()).toContain('by the server itself')
    form.unmount()
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChangeOptions, OptionSetting } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import CommandPreview from '../CommandPreview.vue'
import { useDraft } from '../draft'
import { BUILT_IN, changedRows, overridesFor } from '../options'
import OptionsForm from '../OptionsForm.vue'
import { samplePlan, sampleRequest, sampleSuggestion } from '../sample'
import { marked } from './marks'
import { fakeOptions, SAMPLE_SPECS } from './options.fake'
import { matches, rowsOf, withSetting } from './rows'

const set = (name: string, value: string | null = null): OptionSetting => ({ name, value })
const specOf = (name: string) => SAMPLE_SPECS.find((one) => one.name === name)!

// A whole form is drawn in each test, which a busy machine does slowly.
vi.setConfig({ testTimeout: 30_000 })

describe('rows', () => {
  it('hold every option once, those with a field of their own first in their group', () => {
    const rows = rowsOf(SAMPLE_SPECS)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    expect(rows.filter(({ group }) => group === 'pace').map(({ id }) => id)).toEqual(['chunk_time_ms', 'chunk_size', 'chunk-size-limit', 'chunk-index', 'sleep'])
    expect(rows).toHaveLength(SAMPLE_SPECS.length + 1)
  })

  it('are found by every word, with or without dashes', () => {
    expect(matches(['chunk-index', 'Index by which the table is walked'], '--chunk TABLE')).toBe(true)
    expect(matches(['chunk-index', 'Index'], 'chunk lag')).toBe(false)
  })

  it('set a guard off by its negation, and keep the place of what is edited', () => {
    const others = [set('chunk-index', 'a'), set('sleep', '1')]
    expect(withSetting(others, specOf('chunk-index'), ['b'])).toEqual([set('chunk-index', 'b'), set('sleep', '1')])
    expect(withSetting([], specOf('check-plan'), [null])).toEqual([set('no-check-plan')])
    expect(withSetting([set('no-check-plan')], specOf('check-plan'), [])).toEqual([])
  })

  it('are changed only where the value differs, further options one by one', () => {
    const defaults = { ...BUILT_IN, others: [set('sleep', '1')] }
    expect(changedRows(defaults, { ...defaults, charset: 'gbk', others: [set('no-check-plan')] })).toEqual(['charset', 'check-plan', 'sleep'])
    expect(overridesFor(defaults, { ...defaults, max_lag_s: 9 })).toEqual({ max_lag_s: 9 })
  })
})

describe('marks in the command', () => {
  const text = (command: string, rows: string[]) => marked(command, rows).filter((segment) => segment.marked).map((segment) => segment.text)
  const COMMAND = "docker run -i \\\n  image run \\\n  --execute \\\n  --max-lag 10s \\\n  --set-vars 'a=1,b='\\''x y'\\''' \\\n  --no-check-plan \\\n  --alter '\n  --max-lag 5 \\\n' \\\n  'h=db,t=x'"

  it('cover an option with its value, and nothing inside a quoted clause', () => {
    expect(text(COMMAND, ['max_lag_s'])).toEqual(['--max-lag 10s'])
    expect(text(COMMAND, ['lock_wait_timeout_s', 'check-plan'])).toEqual(["--set-vars 'a=1,b='\\''x y'\\'''", '--no-check-plan'])
  })

  it('leave the text as it is', () => {
    expect(marked(COMMAND, ['max_lag_s', 'check-plan', 'set_vars']).map((segment) => segment.text).join('')).toBe(COMMAND)
    expect(text(COMMAND, [])).toEqual([])
  })
})

describe('the form', () => {
  beforeEach(() => {
    resetFakes()
    installFakes()
    fakeOptions()
    fake('connectionsList', () => [])
    fake('suggestedOptions', () => sampleSuggestion())
    setActivePinia(createPinia())
  })
  afterEach(() => {
    document.body.innerHTML = ''
  })

  async function open() {
    const draft = useDraft()
    draft.chooseConnection('c1')
    draft.chooseDatabase('shop')
    draft.suggested = sampleSuggestion()
    const form = mount(OptionsForm, { props: { busy: false, failed: false }, global: { plugins: [i18n] }, attachTo: document.body })
    await flushPromises()
    await form.find('[data-testid=options-toggle]').trigger('click')
    await flushPromises()
    return { draft, form, row: (id: string) => form.find(`[data-testid="option-${id}"]`) }
  }
  const click = async (testid: string) => {
    document.querySelector<HTMLElement>(`[data-testid="${testid}"]`)!.click()
    await flushPromises()
  }
  const values = (draft: ReturnType<typeof useDraft>): ChangeOptions => ({ ...BUILT_IN, ...draft.overrides })

  it('shows the main options, and every other one where it is looked for', async () => {
    const { form, row } = await open()
    expect([row('chunk_time_ms').exists(), row('chunk-index').exists()]).toEqual([true, false])
    await form.find('input[type=text][aria-label="Search all options"]').setValue('pause')
    expect([row('chunk_time_ms').exists(), row('pause-file').exists()]).toEqual([false, true])
    expect(row('pause-file').find('input').exists()).toBe(false)
    expect(row('pause-file').text()).toContain('act at once')
    await form.find('input[aria-label="Search all options"]').setValue('no such thing')
    expect(form.text()).toContain('No option fits “no such thing”.')
    form.unmount()
  })

  it('hands a further option on as it was typed, counts it, and takes it away again', async () => {
    const { draft, form, row } = await open()
    await form.find('input[aria-label="Search all options"]').setValue('chunk-index')
    await row('chunk-index').find('input').setValue('  PRIMARY')
    expect(values(draft).others).toEqual([set('chunk-index', '  PRIMARY')])
    expect(form.find('[data-testid=options-count]').text()).toBe('1 differs from its default')
    await form.find('input[aria-label="Search all options"]').setValue('')
    expect(row('chunk-index').exists(), 'what will run is never out of sight').toBe(true)
    await row('chunk-index').find('button').trigger('click')
    expect(draft.overrides).toEqual({})
    form.unmount()
  })

  it('says what a dangerous option can lose before it is turned on', async () => {
    const { draft, form, row } = await open()
    await form.find('input[aria-label="Search all options"]').setValue('drop-old-table')
    expect(row('drop-old-table').text()).toContain('keep their room on the source')
    await row('drop-old-table').find('.el-switch').trigger('click')
    expect(values(draft).others).toEqual([set('no-drop-old-table')])
    form.unmount()
  })

  it('tells what the core has against a value at its row', async () => {
    const { form, row } = await open()
    await form.find('input[aria-label="Search all options"]').setValue('sleep')
    await row('sleep').find('input').setValue('often')
    await vi.waitFor(() => expect(row('sleep').find('[role=alert]').text()).toContain('a value in this form'), { timeout: 3000 })
    form.unmount()
  })

  it('tells at its row which other option one cannot stand beside', async () => {
    fake('optionProblems', () => [{ option: 'chunk-size', reason: 'clash', params: { other: '--chunk-time' } }])
    const { form, row } = await open()
    await vi.waitFor(() => expect(row('chunk_size').find('[role=alert]').text()).toBe('it cannot stand beside --chunk-time'), { timeout: 3000 })
    expect(form.findAll('[role=alert]')).toHaveLength(1)
    form.unmount()
  })

  it('marks what differs, shows it alone on request, and takes all of it back', async () => {
    const { draft, form, row } = await open()
    await row('max_lag_s').find('input').setValue('9')
    await row('max_lag_s').find('input').trigger('change')
    expect(values(draft).max_lag_s).toBe(9)
    expect(row('max_lag_s').text()).toContain('Default: 1 s')
    expect(row('max_lag_s').text()).toContain('Reset')
    expect(row('charset').text()).not.toContain('Reset')
    form.findComponent({ name: 'ElSegmented' }).vm.$emit('update:modelValue', 'changed')
    await flushPromises()
    expect([row('max_lag_s').exists(), row('charset').exists()]).toEqual([true, false])
    await form.findAll('button').find((button) => button.text() === 'Reset all')!.trigger('click')
    expect(draft.overrides).toEqual({})
    expect(form.find('[data-testid=options-count]').text()).toBe('all at their defaults')
    form.unmount()
  })

  it('takes a preset whole, and tells when it was edited since', async () => {
    const { draft, form } = await open()
    draft.overrides = { max_lag_s: 7 }
    await flushPromises()
    expect(form.find('[data-testid=preset-save]').exists()).toBe(true)
    const select = form.findComponent({ name: 'ElSelect' })
    select.vm.$emit('update:modelValue', 'p-night')
    await flushPromises()
    expect(draft.overrides).toEqual({ chunk_time_ms: 800, others: [set('check-interval', '5')] })
    expect(form.find('[data-testid=preset-save]').exists(), 'it is the preset, unedited').toBe(false)
    await click('preset-default')
    expect(form.text()).toContain('夜间大表')
    form.unmount()
  })

  it('saves what differs under a name, and deletes it with a question', async () => {
    const saved = vi.fn()
    const { draft, form } = await open()
    draft.overrides = { max_lag_s: 7 }
    await flushPromises()
    fake('presetSave', ({ name, settings }) => {
      saved(name, settings)
      return { id: 'p1', name: String(name), built_in: false, settings: settings as OptionSetting[], updated_at: 1 }
    })
    await click('preset-save')
    const input = document.querySelector<HTMLInputElement>('input[data-testid=preset-name], [data-testid=preset-name] input')!
    input.value = 'night'
    input.dispatchEvent(new Event('input'))
    await flushPromises()
    await click('confirm-action')
    expect(saved).toHaveBeenCalledExactlyOnceWith('night', [set('max-lag', '7')])
    form.unmount()
  })

  it('updates, renames and deletes a preset of one’s own, and none that is built in', async () => {
    const { draft, form } = await open()
    expect(form.find('[data-testid=preset-remove]').exists(), 'this one is built in').toBe(false)
    form.findComponent({ name: 'ElSelect' }).vm.$emit('update:modelValue', 'p-night')
    await flushPromises()
    draft.overrides = { ...draft.overrides, max_lag_s: 7 }
    await flushPromises()
    await click('preset-update')
    expect(form.find('[data-testid=preset-update]').exists(), 'it is the preset again').toBe(false)
    await click('preset-rename')
    const input = document.querySelector<HTMLInputElement>('input[data-testid=preset-name], [data-testid=preset-name] input')!
    expect(input.value).toBe('夜间大表')
    input.value = 'weekend'
    input.dispatchEvent(new Event('input'))
    await flushPromises()
    await click('confirm-action')
    expect(form.text()).toContain('weekend')
    await click('preset-remove')
    expect(document.querySelector('[data-testid=confirm-action]')?.textContent).toContain('Delete the preset')
    await click('confirm-action')
    expect(form.text()).not.toContain('weekend')
    form.unmount()
  })

  it('takes a pasted command over, and forgets its text at once', async () => {
    const { draft, form } = await open()
    await click('paste-command')
    const area = document.querySelector<HTMLTextAreaElement>('textarea[data-testid=paste-text], [data-testid=paste-text] textarea')!
    area.value = 'pt-online-schema-change --password=s3cr3t D=shop,t=orders'
    area.dispatchEvent(new Event('input'))
    await flushPromises()
    await click('paste-read')
    const dialog = document.querySelector('[data-testid=paste-dialog]')!
    expect(dialog.textContent).toContain('passwords come from the vault')
    expect(document.body.innerHTML).not.toContain('s3cr3t')
    await click('paste-take')
    expect([draft.table, draft.clause]).toEqual(['orders', 'ADD COLUMN note VARCHAR(64)'])
    expect(draft.overrides).toEqual({ max_lag_s: 5, others: [set('check-interval', '3')] })
    form.unmount()
  })

  it('marks in the plan’s command what differs, and nothing in another command', async () => {
    const draft = useDraft()
    const request = sampleRequest({ options: { ...BUILT_IN, chunk_time_ms: 500 } })
    const plan = samplePlan({ request, command: 'docker run image run --chunk-time 0.500 --max-lag 1s' })
    draft.keep(plan, request)
    const preview = mount(CommandPreview, { props: { command: plan.command! }, global: { plugins: [i18n] } })
    expect(preview.findAll('pre mark').map((mark) => mark.text())).toEqual(['--chunk-time 0.500'])
    expect(preview.find('[data-testid=command]').text()).toBe(plan.command)
    await preview.setProps({ command: `${plan.command} --x` })
    expect(preview.findAll('pre mark')).toHaveLength(0)
  })
})

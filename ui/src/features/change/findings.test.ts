import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { i18n } from '@/locales'
import FindingList from './FindingList.vue'
import { withOption } from './findings'
import { BUILT_IN } from './options'
import { sampleFinding } from './sample'

const list = (findings: ReturnType<typeof sampleFinding>[], part: object = {}) => mount(FindingList, { props: { findings, fixable: true, ...part }, global: { plugins: [i18n] }, attachTo: document.body })

describe('a remedy of one click', () => {
  it('sets an option in the kind that the form keeps it in', () => {
    expect(withOption(BUILT_IN, {}, 'chunk_size', '500')).toEqual({ chunk_size: 500 })
    expect(withOption(BUILT_IN, {}, 'max_load', 'Threads_running=28,Threads_connected=900')).toEqual({
      max_load: [{ variable: 'Threads_running', value: 28 }, { variable: 'Threads_connected', value: 900 }],
    })
    expect(withOption(BUILT_IN, {}, 'analyze-before-swap', 'false')).toEqual({ analyze_before_swap: false })
    expect(withOption(BUILT_IN, {}, 'foreign_keys_method', 'drop_swap')).toEqual({ foreign_keys_method: 'drop_swap' })
    expect(withOption(BUILT_IN, { max_lag_s: 9, charset: 'x' }, 'max_lag_s', null)).toEqual({ charset: 'x' })
  })

  it('gives a flag without a value', () => {
    expect(withOption({ ...BUILT_IN, others: [] }, {}, 'preserve-triggers', '')).toEqual({ others: [{ name: 'preserve-triggers', value: null }] })
  })

  it('takes an option without a field away from the others', () => {
    const values = { ...BUILT_IN, others: [{ name: 'force', value: null }, { name: 'where', value: 'a > 1' }] }
    expect(withOption(values, {}, '--force', null)).toEqual({ others: [{ name: 'where', value: 'a > 1' }] })
    expect(withOption(values, {}, 'where', 'a > 2')).toEqual({ others: [{ name: 'force', value: null }, { name: 'where', value: 'a > 2' }] })
  })
})

describe('the list of findings', () => {
  beforeEach(() => {
    document.body.innerHTML = ''
  })

  it('groups them by severity with their numbers, and folds notes and style while anything graver is there', async () => {
    const page = list([
      sampleFinding('W', 'warn', { scope: 'table' }),
      sampleFinding('STYLE', 'warn', { scope: 'lint' }),
      sampleFinding('I', 'info'),
      sampleFinding('B', 'block', { scope: 'rows' }),
      sampleFinding('D', 'danger', { scope: 'clause', proven: false }),
    ])
    const codes = () => page.findAll('[data-testid=finding]').map((row) => row.attributes('data-code'))
    expect(codes()).toEqual(['B', 'D', 'W'])
    expect(page.find('.counts').text()).toMatch(/1 block.*1 danger.*1 warning/)
    expect(page.find('[data-code=D]').text()).toContain('not proven')
    await page.find('[data-testid=fold-lint]').trigger('click')
    expect(codes()).toEqual(['B', 'D', 'W', 'STYLE'])
    page.unmount()
  })

  it('narrows many by what they are about', async () => {
    const page = list(Array.from({ length: 12 }, (_, index) => sampleFinding(`F${index}`, 'warn', { scope: index < 3 ? 'rows' : 'server' })))
    expect(page.findAll('[data-testid=finding]')).toHaveLength(12)
    await page.find('[data-testid=scope-rows]').trigger('click')
    expect(page.findAll('[data-testid=finding]')).toHaveLength(3)
    await page.find('[data-testid=scope-rows]').trigger('click')
    expect(page.findAll('[data-testid=finding]')).toHaveLength(12)
    page.unmount()
  })

  it('shows the query on request and hands the chosen fix on', async () => {
    const fix = { kind: 'replace_clause' as const, clause: 'CHANGE a b INT' }
    const page = list([sampleFinding('D', 'danger', { query: 'SELECT 1', fixes: [fix] })])
    expect(page.text()).not.toContain('SELECT 1')
    await page.find('[data-testid=finding-query]').trigger('click')
    expect(page.text()).toContain('SELECT 1')
    await page.find('[data-testid=finding-fix-replace_clause]').trigger('click')
    expect(page.emitted('fix')).toEqual([[fix]])
    page.unmount()
  })

  it('offers no fix where nothing can be fixed any more', () => {
    const page = list([sampleFinding('D', 'danger', { fixes: [{ kind: 'analyze' }] })], { fixable: false })
    expect(page.find('[data-testid^=finding-fix]').exists()).toBe(false)
    page.unmount()
  })
})

import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { Compared } from '@/ipc'
import { i18n, type Language } from '@/locales'
import { sampleDetail, sampleView } from './sample'
import RunCompared from './RunCompared.vue'
import RunOutcome from './RunOutcome.vue'

const FIGURES: Compared[] = [
  { figure: 'duration', unit: 'ms', forecast: 41_000, fact: 60_000, percent: 146, remark: 'without_pauses' },
  { figure: 'rows', unit: 'count', forecast: 2_000_000, fact: 1_900_000, percent: 95, remark: null },
  { figure: 'binary_log', unit: 'bytes', forecast: 1_073_741_824, fact: 536_870_912, percent: 50, remark: 'others_too' },
  { figure: 'replica_lag', unit: 'ms', forecast: 1000, fact: null, percent: null, remark: 'within_limit' },
]

function rows(language: Language): string[][] {
  i18n.global.locale.value = language
  const table = mount(RunCompared, { props: { figures: FIGURES }, global: { plugins: [i18n] } })
  return table.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text()))
}

describe('the forecast beside the fact', () => {
  afterEach(() => {
    i18n.global.locale.value = 'en'
  })

  it('shows each figure in its unit, with its ratio and what is to be known of it', () => {
    expect(rows('en')).toEqual([
      ['Duration', '41 s', '1 min', '1.46 ×', 'without pauses and waits for a person'],
      ['Rows copied', '2,000,000', '1,900,000', '0.95 ×', ''],
      ['Binary log', '1 GB', '512 MB', '0.50 ×', 'with what others wrote meanwhile'],
      ['Worst replica lag', '1 s', '–', '–', 'no replica was seen further behind'],
    ])
  })

  it('says the same in Chinese', () => {
    const [duration, , binlog, lag] = rows('zh-CN')
    expect(duration?.[0]).toBe('用时')
    expect(binlog?.[4]).toBe('含同期其他写入')
    expect(lag?.slice(2)).toEqual(['–', '–', '未发现延迟超过该值的副本'])
  })

  it('stands in the outcome of a run that has one, and only there', () => {
    const outcome = (compared: Compared[] | undefined) => {
      const view = sampleView({ state: { name: 'completed' }, finished_at: Date.now(), compared, bytes_after: 539 * 1024 * 1024 })
      return mount(RunOutcome, { props: { detail: sampleDetail(view) }, global: { plugins: [i18n], stubs: { SqlView: true } } })
    }
    expect(outcome(FIGURES).find('[data-testid="run-compared"]').exists()).toBe(true)
    expect(outcome(FIGURES).text()).toContain('539 MB')
    expect(outcome([]).find('[data-testid="run-compared"]').exists()).toBe(false)
    expect(outcome(undefined).find('[data-testid="run-compared"]').exists()).toBe(false)
  })
})

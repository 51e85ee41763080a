import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { createPinia } from 'pinia'
import type { Asked, Finding, PlanProgress, Reading } from '@/ipc'
import { i18n, type Language } from '@/locales'
import AskedList from './AskedList.vue'
import CheckProgress from './CheckProgress.vue'
import FindingRow from './FindingRow.vue'

const SCAN: Reading = { how: 'table', table: 'orders', index: null, rows: 2_000_000 }
const BY_INDEX: Reading = { how: 'index', table: 'orders', index: 'by_note', rows: 17 }
const global = { plugins: [createPinia(), i18n] }
const speak = (language: Language) => (i18n.global.locale.value = language)

describe('the evidence behind questions about rows', () => {
  afterEach(() => {
    speak('en')
  })

  it('says while a question is asked what it reads', () => {
    const progress = (reading: Reading | null): PlanProgress => ({ ticket: 't', step: 'DUPLICATES_UNDER_UNIQUE', done: 0, total: 2, reading })
    const shown = (reading: Reading | null) => mount(CheckProgress, { props: { progress: progress(reading) }, global }).find('[data-testid="check-reading"]')
    expect(shown(SCAN).text()).toBe('reads the whole table orders, about 2,000,000 rows: no index serves it')
    expect(shown(null).exists()).toBe(false)
    speak('zh-CN')
    expect(shown(BY_INDEX).text()).toBe('通过索引 by_note 读取 orders 的约 17 行')
  })

  it('keeps every question with its end, its time and what was read', async () => {
    const asked: Asked[] = [
      { code: 'DUPLICATES_UNDER_UNIQUE', sql: 'SELECT 1', outcome: 'clean', took_ms: 1200, reading: SCAN },
      { code: 'NULLS_UNDER_NOT_NULL', sql: 'SELECT 2', outcome: 'timed_out', took_ms: 900, reading: null },
    ]
    const list = mount(AskedList, { props: { asked }, global })
    expect(list.find('li').exists()).toBe(false)
    await list.find('[data-testid="fold-asked"]').trigger('click')
    const ends = list.findAll('li .end').map((end) => end.findAll('span').map((part) => part.text()))
    expect(ends).toEqual([
      ['nothing found', '1.2 s', 'reads the whole table orders, about 2,000,000 rows: no index serves it'],
      ['not answered in time', '900 ms'],
    ])
    expect(list.text()).not.toContain('{')
  })

  it('stands at the finding that the question gave', () => {
    const finding: Finding = {
      code: 'NULLS_UNDER_NOT_NULL', severity: 'block', scope: 'rows', proven: true, params: {}, query: 'SELECT 2', reading: BY_INDEX, remedy: null, fixes: [],
    }
    const row = mount(FindingRow, { props: { finding }, global })
    expect(row.find('[data-testid="finding-reading"]').text()).toBe('reads about 17 rows of orders through the index by_note')
  })
})

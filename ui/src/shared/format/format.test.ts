import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { i18n } from '@/locales'
import * as plain from './format'
import { useFormat } from './useFormat'

function withFormat(language: 'en' | 'zh-CN') {
  i18n.global.locale.value = language
  let format!: ReturnType<typeof useFormat>
  const Probe = defineComponent({
    setup() {
      format = useFormat()
      return () => h('i')
    },
  })
  mount(Probe, { global: { plugins: [i18n] } })
  return format
}

afterEach(() => {
  i18n.global.locale.value = 'en'
})

describe('numbers', () => {
  it('are grouped, and short in headlines', () => {
    expect(plain.formatNumber(3_750_000, 'en')).toBe('3,750,000')
    expect(plain.formatCompact(2_000_000, 'en')).toBe('2.0 M')
    expect(plain.formatCompact(2_000_000, 'zh-CN')).toBe('200 万')
    expect(plain.formatCompact(950, 'en')).toBe('950')
  })

  it('keep the sizes that MySQL people read', () => {
    expect(plain.formatBytes(0, 'en')).toBe('0 B')
    expect(plain.formatBytes(1023, 'en')).toBe('1,023 B')
    expect(plain.formatBytes(1536, 'en')).toBe('1.5 KB')
    expect(plain.formatBytes(539 * 1024 ** 2, 'en')).toBe('539 MB')
    expect(plain.formatBytes(0.6 * 1024 ** 3, 'en')).toBe('614 MB')
    expect(plain.formatBytes(-(5 * 1024 ** 3), 'en')).toBe('-5 GB')
    expect(plain.formatPercent(0.7512, 'en')).toBe('75.1 %')
  })
})

describe('times', () => {
  it('run as a clock', () => {
    expect(plain.formatClock(330_000)).toBe('05:30')
    expect(plain.formatClock(3_723_000)).toBe('1:02:03')
    expect(plain.formatClock(-5)).toBe('00:00')
  })

  it.each([
    [0, '0 ms', '0 毫秒'],
    [180, '180 ms', '180 毫秒'],
    [4200, '4.2 s', '4.2 秒'],
    [9990, '10 s', '10 秒'],
    [330_000, '5 min 30 s', '5 分 30 秒'],
    [3_600_000, '1 h', '1 小时'],
    [7_500_000, '2 h 5 min', '2 小时 5 分'],
    [90_000_000, '1 d 1 h', '1 天 1 小时'],
  ])('%i ms read as %s and %s', (ms, english, chinese) => {
    expect(withFormat('en').duration(ms)).toBe(english)
    expect(withFormat('zh-CN').duration(ms)).toBe(chinese)
  })

  it('stand relative to a given now', () => {
    const now = Date.UTC(2026, 0, 15, 12)
    const en = withFormat('en')
    expect(en.relative(now - 3000, now)).toBe('just now')
    expect(en.relative(now - 5 * 60_000, now)).toBe('5 minutes ago')
    expect(en.relative(now + 2 * 3_600_000, now)).toBe('in 2 hours')
    expect(en.relative(new Date(now - 86_400_000), now)).toBe('yesterday')
    expect(withFormat('zh-CN').relative(now - 5 * 60_000, now)).toBe('5分钟前')
  })
})

describe('rates', () => {
  it('carry their unit', () => {
    expect(withFormat('en').rowRate(5420)).toBe('5,420 rows/s')
    expect(withFormat('en').rowRate(0.53)).toBe('0.5 rows/s')
    expect(withFormat('zh-CN').byteRate(2048)).toBe('2 KB/秒')
  })
})

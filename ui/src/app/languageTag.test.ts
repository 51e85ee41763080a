import { describe, expect, it } from 'vitest'
import { isLanguageTag, mendLanguageTag } from './languageTag'

describe('the language that the system tells', () => {
  it.each(['c', 'C', '', 'posix_x', 'zh_CN'])('%j is none', (tag) => {
    expect(isLanguageTag(tag)).toBe(false)
    const nav = { language: tag }
    mendLanguageTag(nav)
    expect(nav.language).toBe('en-US')
    expect(() => new Intl.NumberFormat(nav.language)).not.toThrow()
  })

  it.each(['en', 'zh-CN', 'de-AT'])('%j stays', (tag) => {
    const nav = { language: tag }
    mendLanguageTag(nav)
    expect(nav.language).toBe(tag)
  })
})

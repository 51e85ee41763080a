import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { i18n } from '@/locales'
import { languageOf, usePreferences } from './preferences'

describe('the language', () => {
  it('follows the first system language that is spoken here', () => {
    expect(languageOf('system', ['fr-FR', 'zh-TW', 'en-US'])).toBe('zh-CN')
    expect(languageOf('system', ['en-GB', 'zh-CN'])).toBe('en')
    expect(languageOf('system', ['fr-FR'])).toBe('en')
  })

  it('is the chosen one, whatever the system speaks', () => {
    expect(languageOf('en', ['zh-CN'])).toBe('en')
  })
})

describe('a change of preference', () => {
  beforeEach(() => {
    localStorage.clear()
    setActivePinia(createPinia())
  })

  it('shows at once on the document and stays', async () => {
    const preferences = usePreferences()
    preferences.themeChoice = 'dark'
    preferences.languageChoice = 'zh-CN'
    preferences.density = 'comfortable'
    expect(document.documentElement.dataset.theme).toBe('dark')
    expect(document.documentElement.dataset.density).toBe('comfortable')
    expect(document.documentElement.lang).toBe('zh-CN')
    expect(i18n.global.locale.value).toBe('zh-CN')
    expect(preferences.elementLocale.name).toBe('zh-cn')
    expect(preferences.rowHeight).toBe(40)
    await nextTick()
    expect(localStorage.getItem('mysqler.theme')).toBe('dark')
    preferences.languageChoice = 'en'
    expect(i18n.global.locale.value).toBe('en')
  })
})

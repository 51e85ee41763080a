/** What the window looks like on this computer: theme, language, density, rail. Changes apply at once and stay. */
import { usePreferredDark, usePreferredLanguages, useStorage } from '@vueuse/core'
import en from 'element-plus/es/locale/lang/en'
import zhCN from 'element-plus/es/locale/lang/zh-cn'
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { i18n } from '@/locales'
import type { Language } from '@/locales'
import { preferenceStorage } from './storage'

export type ThemeChoice = 'light' | 'dark' | 'system'
export type LanguageChoice = Language | 'system'
export type Density = 'compact' | 'comfortable'

/** A Chinese of any kind reads zh-CN better than English. */
export function languageOf(choice: LanguageChoice, preferred: readonly string[]): Language {
  if (choice !== 'system') return choice
  const known = preferred.find((tag) => /^(zh|en)\b/i.test(tag))
  return known !== undefined && /^zh\b/i.test(known) ? 'zh-CN' : 'en'
}

export const usePreferences = defineStore('preferences', () => {
  const storage = preferenceStorage()
  const themeChoice = useStorage<ThemeChoice>('mysqler.theme', 'system', storage)
  const languageChoice = useStorage<LanguageChoice>('mysqler.language', 'system', storage)
  const density = useStorage<Density>('mysqler.density', 'compact', storage)
  const railCollapsed = useStorage('mysqler.rail-collapsed', false, storage)
  const prefersDark = usePreferredDark()
  const preferredLanguages = usePreferredLanguages()

  const theme = computed(() => (themeChoice.value === 'system' ? (prefersDark.value ? 'dark' : 'light') : themeChoice.value))
  const language = computed(() => languageOf(languageChoice.value, preferredLanguages.value))
  const elementLocale = computed(() => (language.value === 'zh-CN' ? zhCN : en))
  /** In pixels, for virtual lists: the same as `--row-height`. */
  const rowHeight = computed(() => (density.value === 'compact' ? 32 : 40))

  watch(theme, (value) => (document.documentElement.dataset.theme = value), { immediate: true, flush: 'sync' })
  watch(density, (value) => (document.documentElement.dataset.density = value), { immediate: true, flush: 'sync' })
  watch(
    language,
    (value) => {
      document.documentElement.lang = value
      i18n.global.locale.value = value
    },
    { immediate: true, flush: 'sync' },
  )

  return { themeChoice, languageChoice, density, railCollapsed, theme, language, elementLocale, rowHeight }
})

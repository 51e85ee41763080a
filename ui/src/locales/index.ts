/** The texts of the window: vue-i18n with keys that the compiler checks. */
import { createI18n, useI18n } from 'vue-i18n'
import en from './en'
import zhCN from './zh-CN'

export type Language = 'en' | 'zh-CN'

type Leaves<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? Key : `${Key}.${Leaves<Tree[Key]>}`
}[keyof Tree & string]

/** Every key of the English texts; `locales.test.ts` proves that the Chinese ones have the same. */
export type MessageKey = Leaves<typeof en>

/** `count` also chooses between the singular and plural forms of a message. */
export type MessageParams = Record<string, string | number>

export type Translate = (key: MessageKey, params?: MessageParams) => string

export const i18n = createI18n({
  legacy: false,
  globalInjection: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en, 'zh-CN': zhCN },
  pluralRules: { 'zh-CN': () => 0 },
})

/** The translate function of a component: `const t = useText()`, then `t('runs.title')`. */
export function useText(): Translate {
  const { t } = useI18n({ useScope: 'global' })
  return (key, params = {}) => (typeof params.count === 'number' ? t(key, params, params.count) : t(key, params))
}

/** The language of the texts on screen now. */
export function useLanguage() {
  return useI18n({ useScope: 'global' }).locale
}

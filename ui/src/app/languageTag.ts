/**
 * A system without a locale (LANG=C) gives the web view a language that is no language tag, and libraries hand it to
 * `Intl`, which throws on it. The window then speaks of itself as English, as such a system does.
 */
export function mendLanguageTag(nav: { readonly language: string } = navigator) {
  if (isLanguageTag(nav.language)) return
  Object.defineProperty(nav, 'language', { value: 'en-US', configurable: true })
}

export function isLanguageTag(tag: string): boolean {
  try {
    return tag !== '' && Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

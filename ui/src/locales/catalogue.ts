/**
 * Finding and error texts that the core owns, rendered in the language on screen.
 *
 * They are not vue-i18n messages: that syntax gives `@`, `|` and `{'…'}` a meaning, and these texts quote SQL.
 */
import { useLanguage } from './index'
import type { Language } from './index'

export type CatalogueParams = Record<string, unknown>
type Messages = Record<string, string>

const files = import.meta.glob<Messages>('@catalogue/*.json', { eager: true, import: 'default' })

/** The messages of one language, by flat key such as `error.SERVER_UNREACHABLE.message`. */
export function catalogue(language: Language): Messages {
  const found = Object.entries(files).find(([path]) => path.endsWith(`/${language}.json`))
  return found?.[1] ?? {}
}

/**
 * Puts `params` into `{name}` places; a place without a value stays as it is, so that it is seen. Of a text in two forms,
 * `one row | {count} rows`, the first is told for a `count` of 1, the other for any other.
 */
export function interpolate(text: string, params: CatalogueParams = {}): string {
  const [one, many] = params.count === undefined ? [text] : text.split(' | ', 2)
  return ((String(params.count) === '1' ? one : many) ?? text).replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name]
    return value === undefined || value === null ? place : Array.isArray(value) ? value.join(', ') : String(value)
  })
}

/** Places that hold quantities, and never a number that only names something, such as a port or a session. */
const QUANTITIES = new Set(['rows', 'bytes', 'rows_modified', 'count', 'megabytes', 'free_mb', 'size_mb'])

/** Long quantities in groups, as everywhere else in the window: `565182464` → `565,182,464`. */
const grouped = (params: CatalogueParams, language: string): CatalogueParams =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, QUANTITIES.has(name) && /^\d{4,15}$/.test(String(value)) ? new Intl.NumberFormat(language).format(Number(value)) : value]),
  )

export function useCatalogue() {
  const language = useLanguage()
  const lookup = (key: string) => catalogue(language.value as Language)[key] ?? catalogue('en')[key]
  return {
    has: (key: string) => lookup(key) !== undefined,
    /** The text of `key`; an unknown key gives `fallback`, or the key itself. */
    render: (key: string, params?: CatalogueParams, fallback?: string) => {
      const text = lookup(key)
      if (text === undefined) return fallback ?? key
      // A reason may be the name of a text of its own.
      const why = lookup(`why.${String(params?.why)}`)
      const given = grouped(params ?? {}, language.value)
      return interpolate(text, why === undefined ? given : { ...given, why: interpolate(why, given) })
    },
  }
}

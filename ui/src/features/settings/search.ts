/** Which settings match what is typed, in either language; a section is shown while one of its settings is. */
import { computed, inject, provide } from 'vue'
import type { InjectionKey, Ref } from 'vue'
import { useText } from '@/locales'
import type { MessageKey } from '@/locales'
import en from '@/locales/en'

export const SECTIONS = {
  appearance: ['language', 'theme', 'density'],
  vault: ['protection', 'password', 'lockAfter'],
  runner: ['runner', 'localTool', 'docker', 'dockerHosts', 'image', 'imageName', 'memory', 'cpu', 'pids'],
  runs: ['atOnce', 'heavyPerServer', 'dataChecks', 'gateLimit', 'continuable', 'stayAwake'],
  lint: ['lints'],
  data: ['file', 'backups', 'kept'],
  about: ['version', 'licence'],
} as const

export type SectionName = keyof typeof SECTIONS
export const sectionNames = Object.keys(SECTIONS) as SectionName[]

type Texts = { label: string; hint: string }

/** Every word of the query stands in one of the texts. */
export const finds = (query: string, texts: readonly string[]): boolean => {
  const all = texts.join('\n').toLowerCase()
  return query.trim().toLowerCase().split(/\s+/).every((word) => all.includes(word))
}

const KEY: InjectionKey<{ shown: (row: string) => boolean }> = Symbol('settings search')

export function provideSettingsSearch(query: Ref<string>) {
  const t = useText()
  const textsOf = (section: SectionName, row: string) => {
    const english = (en.settings.row as Record<string, Texts>)[row]!
    return [
      t(`settings.section.${section}`),
      en.settings.section[section],
      t(`settings.row.${row}.label` as MessageKey),
      t(`settings.row.${row}.hint` as MessageKey),
      english.label,
      english.hint,
    ]
  }
  const shownRows = computed(() => new Set(sectionNames.flatMap((section) => SECTIONS[section].filter((row) => finds(query.value, textsOf(section, row))))) as Set<string>)
  const shownSections = computed(() => sectionNames.filter((section) => SECTIONS[section].some((row) => shownRows.value.has(row))))
  provide(KEY, { shown: (row) => shownRows.value.has(row) })
  return { shownSections }
}

/** Outside the page with the search, every setting is shown. */
export const useSettingsSearch = () => inject(KEY, { shown: () => true })

/** The sections of the settings in the palette. */
import { useRouter } from 'vue-router'
import { useText } from '@/locales'
import en from '@/locales/en'
import { usePaletteCommands } from '@/shared/palette/palette'
import { sectionNames } from './search'

export function useSettingsCommands() {
  const t = useText()
  const router = useRouter()
  usePaletteCommands(() =>
    sectionNames.map((section) => ({
      id: `settings-${section}`,
      title: t(`settings.section.${section}`),
      keywords: `${en.settings.title} ${en.settings.section[section]}`,
      group: t('settings.title'),
      icon: 'settings' as const,
      run: () => router.push({ name: 'settings', query: { section } }),
    })),
  )
}

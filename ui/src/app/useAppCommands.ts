/** The palette's commands and the shortcuts that exist on every page. */
import { useRouter } from 'vue-router'
import { useConnectionCommands } from '@/features/connections/useConnectionCommands'
import { useLock } from '@/features/lock/store'
import { useRunCommands } from '@/features/runs/useRunCommands'
import { useSettingsCommands } from '@/features/settings/useSettingsCommands'
import { useText } from '@/locales'
import en from '@/locales/en'
import { useShortcut } from '@/shared/keyboard/useShortcut'
import { usePaletteCommands } from '@/shared/palette/palette'
import type { PaletteCommand } from '@/shared/palette/palette'
import { usePreferences } from '@/shared/preferences/preferences'
import { places } from './navigation'

export function useAppCommands() {
  const t = useText()
  const router = useRouter()
  const preferences = usePreferences()
  const lock = useLock()

  useRunCommands()
  useShortcut('mod+n', () => void router.push({ name: 'change' }))

  useConnectionCommands()
  useSettingsCommands()
  usePaletteCommands(() => {
    const app = (
      id: keyof typeof en.app.palette,
      icon: PaletteCommand['icon'],
      run: () => unknown,
    ): PaletteCommand => ({ id, icon, run, title: t(`app.palette.${id}`), keywords: en.app.palette[id], group: t('app.palette.app') })
    return [
      ...places.map(({ name, icon, keys }) => ({
        id: `go-${name}`,
        title: t(`app.rail.${name}`),
        keywords: en.app.rail[name],
        group: t('app.palette.go'),
        icon,
        keys,
        run: () => router.push({ name }),
      })),
      app('themeLight', 'sun', () => (preferences.themeChoice = 'light')),
      app('themeDark', 'moon', () => (preferences.themeChoice = 'dark')),
      app('themeSystem', 'settings', () => (preferences.themeChoice = 'system')),
      app('languageEn', 'language', () => (preferences.languageChoice = 'en')),
      app('languageZh', 'language', () => (preferences.languageChoice = 'zh-CN')),
      app('densityCompact', 'list', () => (preferences.density = 'compact')),
      app('densityComfortable', 'list', () => (preferences.density = 'comfortable')),
      ...(lock.lockable ? [app('lock', 'lock', () => lock.lock())] : []),
    ]
  })
}

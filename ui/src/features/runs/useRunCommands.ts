/** Runs in the command palette: those that live and those that ended last. */
import { useRouter } from 'vue-router'
import { useText } from '@/locales'
import { usePaletteCommands } from '@/shared/palette/palette'
import { lookOf } from './look'
import { useRuns } from './store'
import { useStateWords } from './useStateWords'

export function useRunCommands() {
  const t = useText()
  const router = useRouter()
  const runs = useRuns()
  const words = useStateWords()
  usePaletteCommands(() =>
    [...runs.waiting, ...runs.running, ...runs.recent].map((view) => ({
      id: `run-${view.id}`,
      title: `#${view.id} ${words.table(view)}`,
      keywords: `${view.clause} ${view.connection_name}`,
      group: t('runs.palette.group'),
      icon: lookOf(view.state.name).icon,
      aside: words.state(view.state),
      run: () => router.push({ name: 'run', params: { id: view.id } }),
    })),
  )
}

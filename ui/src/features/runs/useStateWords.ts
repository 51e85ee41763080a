/** The words of a run's state, the phase within it included: never told by colour alone. */
import type { RunState, RunView } from '@/ipc'
import { useText } from '@/locales'
import { useCatalogue } from '@/locales/catalogue'

export function useStateWords() {
  const t = useText()
  const catalogue = useCatalogue()
  const state = (of: RunState): string => {
    const word = catalogue.render(`state.${of.name}`)
    return of.name === 'running' || of.name === 'paused' ? `${word} · ${catalogue.render(`phase.${of.phase}`)}` : word
  }
  return {
    state,
    kind: (name: string) => catalogue.render(`state.${name}`),
    phase: (name: string) => catalogue.render(`phase.${name}`),
    wait: (name: string) => catalogue.render(`wait.${name}`),
    change: (view: Pick<RunView, 'clause' | 'reclaim'>) => (view.reclaim ? t('runs.reclaim') : view.clause),
    table: (view: Pick<RunView, 'table'>) => `${view.table.database}.${view.table.table}`,
  }
}

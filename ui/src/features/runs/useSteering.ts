/** What is changed about a run while it works; a refusal is told where it was asked, the outcome comes as an event. */
import { ref } from 'vue'
import { commands } from '@/ipc'
import type { OptionSetting } from '@/ipc'
import { useCatalogue } from '@/locales/catalogue'
import { errorTexts, toAppError } from '@/shared/ui/appError'
import { toast } from '@/shared/ui/toast'

export type Steer = 'count' | 'compare' | 'endCompare' | 'hold' | 'cutoverAt' | 'tune'

export function useSteering(id: () => string) {
  const catalogue = useCatalogue()
  const busy = ref<Steer | null>(null)

  /** True when the request was taken. */
  async function ask(what: Steer, call: () => Promise<unknown>): Promise<boolean> {
    if (busy.value !== null) return false
    busy.value = what
    try {
      await call()
      return true
    } catch (reason) {
      const error = toAppError(reason)
      const { message, hint } = errorTexts(error, catalogue)
      const params = error.params ?? {}
      const why = params.reason === undefined ? '' : catalogue.render(`reason.${params.reason}`, params)
      toast.error([message, why, hint].filter(Boolean).join('. '))
      return false
    } finally {
      busy.value = null
    }
  }

  return {
    busy,
    count: () => ask('count', () => commands.runCount(id())),
    compare: () => ask('compare', () => commands.runCompare(id())),
    endCompare: () => ask('endCompare', () => commands.runCompareEnd(id())),
    hold: () => ask('hold', () => commands.runHold(id())),
    cutoverAt: (at: number | null) => ask('cutoverAt', () => commands.runCutoverAt(id(), at)),
    tune: (settings: OptionSetting[]) => ask('tune', () => commands.runTune(id(), settings)),
  }
}

/** What a person can ask of a run; a refusal is told where it was asked, the outcome comes as an event. */
import { ref } from 'vue'
import { commands } from '@/ipc'
import { useCatalogue } from '@/locales/catalogue'
import { errorTexts, toAppError } from '@/shared/ui/appError'
import { toast } from '@/shared/ui/toast'
import type { Control } from './look'

/** A stop that keeps what was copied is chosen where the stop is confirmed. */
type Action = Control | 'stopKeep'

export function useRunActions() {
  const catalogue = useCatalogue()
  const busy = ref<Action | null>(null)
  const ask: Record<Action, (id: string) => Promise<unknown>> = {
    pause: commands.runPause,
    resume: commands.runResume,
    cutover: commands.runCutover,
    stop: commands.runStop,
    stopKeep: commands.runStopKeep,
    cleanup: commands.runCleanup,
    startNow: commands.runStartNow,
  }

  /** True when the request was taken. */
  async function act(control: Action, id: string): Promise<boolean> {
    if (busy.value !== null) return false
    busy.value = control
    try {
      await ask[control](id)
      return true
    } catch (reason) {
      const { message, hint } = errorTexts(toAppError(reason), catalogue)
      toast.error([message, hint].filter(Boolean).join('. '))
      return false
    } finally {
      busy.value = null
    }
  }
  return { busy, act }
}

/** Copies a connection under a free name and says which name that became. */
import { commands } from '@/ipc'
import type { Connection } from '@/ipc'
import { useText } from '@/locales'
import { useCatalogue } from '@/locales/catalogue'
import { errorTexts, toAppError } from '@/shared/ui/appError'
import { toast } from '@/shared/ui/toast'
import { useConnections } from './store'

export function useDuplicate() {
  const t = useText()
  const catalogue = useCatalogue()
  const store = useConnections()
  return async (id: string): Promise<Connection | null> => {
    try {
      const made = await commands.connectionDuplicate(id)
      await store.load()
      toast.ok(t('connections.duplicated', { name: made.name }))
      return made
    } catch (error) {
      toast.error(errorTexts(toAppError(error), catalogue).message)
      return null
    }
  }
}

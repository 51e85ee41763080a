/** Remedies of one click: what changes the form only makes the check out of date, what changes the server asks it again. */
import { shallowRef } from 'vue'
import { commands } from '@/ipc'
import type { Fix } from '@/ipc'
import { useText } from '@/locales'
import { toast } from '@/shared/ui/toast'
import { useDraft } from './draft'
import { withOption } from './findings'
import type { Overrides } from './options'

export function useFixes(checkAgain: () => void) {
  const t = useText()
  const draft = useDraft()
  /** The one that is being applied. */
  const fixing = shallowRef<Fix | null>(null)

  async function analyze(fix: Fix) {
    const request = draft.planned
    if (request === null) return
    fixing.value = fix
    try {
      await commands.tableAnalyze(request.connection_id, request.table)
      toast.ok(t('change.check.analyzed', { table: `${request.table.database}.${request.table.table}` }))
      checkAgain()
    } catch (reason) {
      toast.error(String((reason as { message?: string }).message ?? reason))
    } finally {
      fixing.value = null
    }
  }

  function apply(fix: Fix) {
    if (fixing.value !== null) return
    switch (fix.kind) {
      case 'analyze':
        return void analyze(fix)
      case 'replace_clause':
        draft.kind = 'alter'
        draft.clause = fix.clause
        return toast.ok(t('change.fix.clauseReplaced'))
      case 'set_option': {
        const request = draft.request
        if (request === null) return
        draft.overrides = withOption(request.options, draft.overrides, fix.option, fix.value) as Overrides
        return checkAgain()
      }
      case 'choose_engine':
        draft.engine = fix.engine
        return checkAgain()
      case 'kill_session':
        // Its button shows the session first and asks by itself.
        return
    }
  }
  return { apply, fixing }
}

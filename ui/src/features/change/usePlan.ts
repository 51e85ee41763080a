/** Checking: asks for a plan of what stands in the form. A check that is cancelled or overtaken has its answer ignored. */
import { computed, onScopeDispose, ref } from 'vue'
import { commands } from '@/ipc'
import type { ChangeRequest, Confirmation, Plan, RunView, Schedule } from '@/ipc'
import { useLoad } from '@/shared/async/useLoad'
import { useDraft } from './draft'
import { usePlanProgress } from './planProgress'

export function usePlan() {
  const draft = useDraft()
  /** Of the plan in the making: its progress is told under it, and it is cancelled by it. */
  const ticket = ref('')
  const told = usePlanProgress()
  const asked = useLoad((request: ChangeRequest) => {
    ticket.value = crypto.randomUUID()
    return commands.plan(request, ticket.value)
  })
  const progress = computed(() => (asked.busy.value && told.latest?.ticket === ticket.value ? told.latest : null))
  const started = useLoad(commands.runStart)
  const since = ref(0)

  onScopeDispose(() => {
    if (asked.busy.value) cancel()
  })

  async function check(): Promise<Plan | undefined> {
    const request = draft.request
    if (request === null || asked.busy.value) return undefined
    since.value = Date.now()
    const plan = await asked.load(request)
    if (plan !== undefined) draft.keep(plan, request)
    return plan
  }
  /** The same change, run up to the copy only: a plan of its own, since what runs is what was planned. */
  async function planDryRun(): Promise<Plan | undefined> {
    const planned = draft.planned
    if (planned === null || asked.busy.value) return undefined
    since.value = Date.now()
    const request: ChangeRequest = { ...planned, dry_run: true }
    return asked.load(request)
  }
  /** Its questions end on the server too; a core that does not answer has none to end. */
  function cancel() {
    void commands.planCancel(ticket.value).catch(() => undefined)
    asked.reset()
  }
  const start = (plan: Plan, confirmation: Confirmation, schedule: Schedule): Promise<RunView | undefined> => started.load(plan.id, confirmation, schedule)

  return {
    check, planDryRun, start, since, progress, cancel,
    busy: asked.busy,
    error: asked.error,
    starting: started.busy,
    startError: started.error,
    forgetStartError: started.reset,
    ready: computed(() => draft.request !== null && (draft.kind === 'reclaim' || draft.clause.trim() !== '')),
  }
}

export const isBlocked = (plan: Plan) => (plan.launch === null && plan.direct == null) || plan.findings.some(({ severity }) => severity === 'block')

/** The change that is being written. It outlives the page, so that looking something up elsewhere loses no typed word. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ChangeRequest, EngineChoice, HistoryUse, Plan, RunnerKind, SuggestedOptions } from '@/ipc'
import { effective, same } from './options'
import type { Overrides } from './options'

/** The same agreement to a history table, and nothing taken over: what an earlier run went on from is its own. */
const anew = (use: HistoryUse): HistoryUse => ({ ...use, continues: null, skips_comparison: false })

export const useDraft = defineStore('change-draft', () => {
  const connectionId = ref<string | null>(null)
  const database = ref<string | null>(null)
  const table = ref<string | null>(null)
  const kind = ref<'reclaim' | 'alter'>('alter')
  const clause = ref('')
  const overrides = ref<Overrides>({})
  const holdCutover = ref(false)
  const engine = ref<EngineChoice>('auto')
  /** Where pt-osc works; `null` leaves it to the settings. */
  const runner = ref<RunnerKind | null>(null)
  const suggested = shallowRef<SuggestedOptions>()
  const plan = shallowRef<Plan | null>(null)
  /** What the plan was asked for: a difference to what stands in the form now makes the plan out of date. */
  const planned = shallowRef<ChangeRequest | null>(null)

  const request = computed<ChangeRequest | null>(() => {
    if (connectionId.value === null || database.value === null || table.value === null) return null
    return {
      connection_id: connectionId.value,
      table: { database: database.value, table: table.value },
      kind: kind.value === 'reclaim' ? { kind: 'reclaim' } : { kind: 'alter', clause: clause.value },
      options: effective(suggested.value, overrides.value),
      engine: engine.value,
      runner: runner.value,
      dry_run: false,
      hold_cutover: holdCutover.value,
    }
  })
  const outdated = computed(() => plan.value !== null && !same(planned.value, request.value))

  function chooseConnection(id: string | null) {
    if (id === connectionId.value) return
    connectionId.value = id
    // What was agreed to is a table on that server.
    overrides.value = Object.fromEntries(Object.entries(overrides.value).filter(([name]) => name !== 'history'))
    chooseDatabase(null)
    suggested.value = undefined
  }
  function chooseDatabase(name: string | null) {
    if (name === database.value) return
    database.value = name
    table.value = null
  }
  function keep(made: Plan, asked: ChangeRequest) {
    plan.value = made
    planned.value = asked
  }
  /** Takes over what an earlier run was asked for; it goes through plan and preflight like anything else. */
  function repeat(earlier: ChangeRequest) {
    connectionId.value = earlier.connection_id
    database.value = earlier.table.database
    table.value = earlier.table.table
    kind.value = earlier.kind.kind
    clause.value = earlier.kind.kind === 'alter' ? earlier.kind.clause : ''
    overrides.value = { ...earlier.options, ...(earlier.options.history && { history: anew(earlier.options.history) }) }
    holdCutover.value = earlier.hold_cutover
    engine.value = earlier.engine
    runner.value = earlier.runner ?? null
    plan.value = null
    planned.value = null
  }

  return {
    connectionId, database, table, kind, clause, overrides, holdCutover, engine, runner, suggested, plan, planned, request, outdated,
    chooseConnection, chooseDatabase, keep, repeat,
  }
})

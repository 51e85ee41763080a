/** The options as the form edits them: values over defaults, each row's state, and the preset that they came from. */
import { useDebounceFn } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { commands } from '@/ipc'
import type { ChangeOptions, HistoryUse, OptionProblem, OptionSetting, OptionSpec } from '@/ipc'
import { useDraft } from '../draft'
import { BUILT_IN, changedRows, effective, othersOf, overridesFor, plainName, same } from '../options'
import type { FieldName } from '../options'
import { useCatalogueOfOptions } from './catalogue'
import { withSetting } from './rows'

const JUDGED_AFTER = 200

export function useOptions() {
  const draft = useDraft()
  const catalogue = useCatalogueOfOptions()
  void catalogue.start()

  const defaults = computed<ChangeOptions>(() => draft.suggested?.options ?? BUILT_IN)
  const values = computed<ChangeOptions>(() => effective(draft.suggested, draft.overrides))
  const changed = computed(() => changedRows(defaults.value, values.value))
  const problems = shallowRef<OptionProblem[]>([])

  const judge = useDebounceFn(async () => {
    const asked = values.value
    try {
      const found = await commands.optionProblems(asked)
      if (same(asked, values.value)) problems.value = found
    } catch {
      // The check says the same again, and then as findings.
      problems.value = []
    }
  }, JUDGED_AFTER)
  watch(values, () => void judge(), { immediate: true })
  const problemOf = (row: string) => problems.value.find(({ option }) => plainName(option) === row)

  /** Everything in the form is as `wanted` afterwards. */
  function put(wanted: ChangeOptions) {
    draft.overrides = overridesFor(defaults.value, wanted)
  }
  const set = (name: FieldName, value: unknown) => put({ ...values.value, [name]: value })
  const reset = (name: FieldName) => put({ ...values.value, [name]: defaults.value[name] })
  const setOther = (spec: OptionSpec, given: readonly (string | null)[]) => put({ ...values.value, others: withSetting(othersOf(values.value), spec, given) })
  const resetOther = (spec: OptionSpec) =>
    setOther(spec, othersOf(defaults.value).filter(({ name }) => plainName(name) === spec.name).map(({ value }) => value))

  /** The agreement to a history table; without one it stands as it does where nobody agreed to anything. */
  const agreed = computed<HistoryUse | null>({
    get: () => values.value.history ?? null,
    set: (use) => put({ ...values.value, history: use ?? (defaults.value.history ? null : defaults.value.history) }),
  })
  const agreedElse = computed(() => !same(agreed.value, defaults.value.history ?? null))

  function resetAll() {
    draft.overrides = {}
    draft.holdCutover = false
    if (draft.connectionId !== null) delete catalogue.taken[draft.connectionId]
  }

  /** Settings in the tool's words laid over what stands in the form, or over `onto`. */
  async function lay(settings: OptionSetting[], onto: ChangeOptions = values.value): Promise<OptionProblem[]> {
    const applied = await commands.optionsApply(settings, onto)
    put(applied.options)
    return applied.problems
  }

  return { draft, catalogue, defaults, values, changed, problemOf, agreed, agreedElse, set, reset, setOther, resetOther, resetAll, lay, put }
}

/** The preset in the form: which one it is, whether something was changed since, and what can be done with it. */
import { computed, ref, shallowRef, watch } from 'vue'
import { commands } from '@/ipc'
import type { ChangeOptions, ConnectionPreset, Preset } from '@/ipc'
import { useCatalogue } from '@/locales/catalogue'
import { BUILT_IN, same } from '../options'
import type { useOptions } from './useOptions'

const WITHOUT_SERVER = 'gentle'

export function usePresets(options: ReturnType<typeof useOptions>) {
  const { draft, catalogue, values } = options
  const texts = useCatalogue()
  const begins = shallowRef<ConnectionPreset | null>(null)
  const pure = shallowRef<ChangeOptions | null>(null)
  const failure = shallowRef<unknown>(null)
  const busy = ref(false)

  const base = computed<ChangeOptions>(() => draft.suggested?.base ?? BUILT_IN)
  const id = computed(() => (draft.connectionId === null ? undefined : catalogue.taken[draft.connectionId]) ?? draft.suggested?.preset ?? WITHOUT_SERVER)
  const preset = computed<Preset | undefined>(() => catalogue.presets.find((one) => one.id === id.value))
  /** Something was set by hand since the preset was taken. */
  const edited = computed(() => pure.value !== null && !same(pure.value, values.value))
  const isDefault = computed(() => begins.value?.preset === id.value)

  const nameOf = (one: Preset) => (one.built_in ? texts.render(`preset.${one.id}`) : one.name)
  const whatOf = (one: Preset) => (one.built_in ? texts.render(`preset.${one.id}.what`) : one.settings.map(({ name, value }) => `--${name}${value === null ? '' : ` ${value}`}`).join(' '))

  watch(
    () => [preset.value, base.value] as const,
    async ([now, onto]) => {
      pure.value = null
      if (now === undefined) return
      const applied = await commands.optionsApply(now.settings, onto).catch(() => null)
      if (applied !== null && now === preset.value && onto === base.value) pure.value = applied.options
    },
    { immediate: true },
  )
  watch(
    () => draft.connectionId,
    async (connection) => {
      begins.value = null
      if (connection === null) return
      const answer = await catalogue.begins(connection).catch(() => null)
      if (connection === draft.connectionId) begins.value = answer
    },
    { immediate: true },
  )

  async function attempt(work: () => Promise<void>): Promise<boolean> {
    busy.value = true
    failure.value = null
    try {
      await work()
      return true
    } catch (reason) {
      failure.value = reason
      return false
    } finally {
      busy.value = false
    }
  }

  const take = (wanted: string) =>
    attempt(async () => {
      const found = catalogue.presets.find((one) => one.id === wanted)
      if (found === undefined) return
      await options.lay(found.settings, base.value)
      if (draft.connectionId !== null) catalogue.taken[draft.connectionId] = wanted
    })
  const save = (as: string | null, name: string) =>
    attempt(async () => {
      const settings = await commands.optionsDifference(values.value, base.value)
      const saved = await catalogue.save(as, name, settings)
      if (draft.connectionId !== null) catalogue.taken[draft.connectionId] = saved.id
    })
  const rename = (name: string) => attempt(async () => void (await catalogue.rename(id.value, name)))
  const remove = () =>
    attempt(async () => {
      await catalogue.remove(id.value)
      if (draft.connectionId === null) return
      delete catalogue.taken[draft.connectionId]
      begins.value = await catalogue.begins(draft.connectionId)
      await suggestAgain()
    })
  const makeDefault = (wanted: boolean) =>
    attempt(async () => {
      if (draft.connectionId === null) return
      begins.value = await catalogue.begin(draft.connectionId, wanted ? id.value : null)
      await suggestAgain()
    })
  /** The default follows the choice; what stands in the form stays. */
  async function suggestAgain() {
    const [connection, database, stands] = [draft.connectionId, draft.database, values.value]
    if (connection === null || database === null) return
    const answer = await commands.suggestedOptions(connection, database)
    if (connection !== draft.connectionId) return
    draft.suggested = answer
    options.put(stands)
  }

  return { presets: computed(() => catalogue.presets), preset, id, edited, begins, isDefault, busy, failure, nameOf, whatOf, take, save, rename, remove, makeDefault }
}

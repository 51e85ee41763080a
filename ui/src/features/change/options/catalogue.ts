/** Every option of the tool, and the presets: asked once, kept for as long as the window lives. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { commands } from '@/ipc'
import type { ConnectionPreset, OptionSetting, OptionSpec, Preset } from '@/ipc'

export const useCatalogueOfOptions = defineStore('option-catalogue', () => {
  const specs = shallowRef<OptionSpec[]>([])
  const presets = shallowRef<Preset[]>([])
  const error = shallowRef<unknown>(null)
  const ready = ref(false)
  /** The preset that was taken for each connection in this window, until the form is left to its default again. */
  const taken = ref<Record<string, string>>({})

  async function start() {
    if (ready.value) return
    try {
      ;[specs.value, presets.value] = await Promise.all([commands.optionCatalogue(), commands.presetsList()])
      ready.value = true
      error.value = null
    } catch (reason) {
      error.value = reason
    }
  }
  async function reload() {
    presets.value = await commands.presetsList()
  }
  async function save(id: string | null, name: string, settings: OptionSetting[]): Promise<Preset> {
    const saved = await commands.presetSave(id, name, settings)
    await reload()
    return saved
  }
  async function rename(id: string, name: string): Promise<Preset> {
    const renamed = await commands.presetRename(id, name)
    await reload()
    return renamed
  }
  async function remove(id: string) {
    await commands.presetRemove(id)
    await reload()
  }
  const begins = (connection: string): Promise<ConnectionPreset> => commands.connectionPreset(connection)
  const begin = (connection: string, preset: string | null): Promise<ConnectionPreset> => commands.connectionPresetSet(connection, preset)

  return { specs, presets, error, ready, taken, start, save, rename, remove, begins, begin }
})

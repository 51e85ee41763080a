/** What the command palette offers: commands of the components on screen, and sources that answer a query. */
import { defineStore } from 'pinia'
import { onScopeDispose, ref, shallowReactive } from 'vue'
import type { IconName } from '../icons/paths'

export interface PaletteCommand {
  id: string
  title: string
  group: string
  icon?: IconName
  /** Shown dimmed after the title: the place, the environment, the state. */
  aside?: string
  /** Further words that find it, such as the English name. */
  keywords?: string
  /** The shortcut, as in `useShortcut`. */
  keys?: string
  run: () => unknown
}

/** Answers while the person types, such as tables by name; an older answer that comes late is dropped. */
export type PaletteSource = (query: string) => PaletteCommand[] | Promise<PaletteCommand[]>

export const usePalette = defineStore('palette', () => {
  const open = ref(false)
  const lists = shallowReactive(new Set<() => PaletteCommand[]>())
  const sources = shallowReactive(new Set<PaletteSource>())
  const commands = () => [...lists].flatMap((list) => list())
  return { open, lists, sources, commands }
})

/** Offers commands while the calling component lives; `list` is read anew whenever the palette shows. */
export function usePaletteCommands(list: () => PaletteCommand[]) {
  const palette = usePalette()
  palette.lists.add(list)
  onScopeDispose(() => palette.lists.delete(list))
}

export function usePaletteSource(source: PaletteSource) {
  const palette = usePalette()
  palette.sources.add(source)
  onScopeDispose(() => palette.sources.delete(source))
}

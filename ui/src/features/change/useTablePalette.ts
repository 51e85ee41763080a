/** Tables of the chosen database in the command palette, while the page of a change is open. */
import type { Connection, TableSummary } from '@/ipc'
import { commands } from '@/ipc'
import { useText } from '@/locales'
import { usePaletteSource } from '@/shared/palette/palette'
import { useDraft } from './draft'

export function useTablePalette(connections: () => readonly Connection[]) {
  const t = useText()
  const draft = useDraft()
  let known: { key: string; tables: Promise<TableSummary[]> } | null = null

  usePaletteSource(async () => {
    const { connectionId, database } = draft
    if (connectionId === null || database === null) return []
    const key = JSON.stringify([connectionId, database])
    if (known?.key !== key) known = { key, tables: commands.tables(connectionId, database) }
    const place = `${connections().find(({ id }) => id === connectionId)?.name ?? ''} · ${database}`
    return (await known.tables).map(({ name }) => ({
      id: `table-${name}`,
      title: name,
      group: t('change.palette.tables'),
      icon: 'table' as const,
      aside: place,
      run: () => (draft.table = name),
    }))
  })
}

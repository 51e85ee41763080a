/** What the palette offers of connections: open, new change, test, for those that match what is typed. */
import { useRouter } from 'vue-router'
import { useText } from '@/locales'
import en from '@/locales/en'
import { usePaletteCommands, usePaletteSource } from '@/shared/palette/palette'
import type { PaletteCommand } from '@/shared/palette/palette'
import { toast } from '@/shared/ui/toast'
import { addressOf, matches } from './list'
import { useConnections } from './store'

/** More would bury everything else that the palette finds. */
const SHOWN = 20
const WITH_ACTIONS = 5

export function useConnectionCommands() {
  const t = useText()
  const router = useRouter()
  const store = useConnections()

  async function test(id: string, name: string) {
    await store.test(id)
    if (store.tests.get(id)?.failure) toast.error(t('connections.palette.failed', { name }))
    else toast.ok(t('connections.palette.passed', { name }))
  }

  usePaletteCommands(() => [
    {
      id: 'connection-new',
      title: t('connections.new'),
      keywords: en.connections.new,
      group: t('connections.palette.group'),
      icon: 'add',
      run: () => router.push({ name: 'connections', params: { id: 'new' } }),
    },
  ])

  usePaletteSource(async (query): Promise<PaletteCommand[]> => {
    await store.start()
    const words = query.trim()
    const group = t('connections.palette.group')
    const found = store.list.filter((connection) => matches(connection, words) || words.toLowerCase().includes(connection.name.toLowerCase())).slice(0, SHOWN)
    return found.flatMap((connection, index): PaletteCommand[] => {
      const { id, name } = connection
      const common = { group, aside: `${t(`shared.env.${connection.environment}`)} · ${addressOf(connection)}`, keywords: `${name} ${words}` }
      const open: PaletteCommand = { ...common, id: `connection-${id}`, title: name, icon: 'database', run: () => router.push({ name: 'connections', params: { id } }) }
      if (index >= WITH_ACTIONS) return [open]
      return [
        open,
        { ...common, id: `connection-change-${id}`, title: t('connections.palette.change', { name }), icon: 'change', run: () => router.push({ name: 'change', query: { connection: id } }) },
        { ...common, id: `connection-test-${id}`, title: t('connections.palette.test', { name }), icon: 'plug', run: () => test(id, name) },
      ]
    })
  })
}

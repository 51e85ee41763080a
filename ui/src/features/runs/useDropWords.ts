/** "3 triggers and `_orders_new`", in the language on screen. */
import type { Leftover } from '@/ipc'
import { useText } from '@/locales'
import { countDrops } from './leftovers'

export function useDropWords() {
  const t = useText()
  return (leftovers: readonly Leftover[]): string => {
    const { sessions, triggers, tables } = countDrops(leftovers)
    const parts = [
      ...(sessions > 0 ? [t('runs.drop.sessions', { count: sessions })] : []),
      ...(triggers > 0 ? [t('runs.drop.triggers', { count: triggers })] : []),
      ...tables.map((name) => `\`${name}\``),
    ]
    return parts.length < 2 ? (parts[0] ?? '') : t('runs.drop.and', { first: parts.slice(0, -1).join(', '), last: parts.at(-1) ?? '' })
  }
}

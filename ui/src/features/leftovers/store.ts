/** What was last found on each server, kept while the window is open. */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { commands } from '@/ipc'
import type { LeftoverCleanup, LeftoverReport } from '@/ipc'

export interface LeftoverLook {
  busy: boolean
  report: LeftoverReport | null
  error: unknown
}

export const useLeftovers = defineStore('leftovers', () => {
  const looks = shallowReactive(new Map<string, LeftoverLook>())
  const asked = new Map<string, number>()

  /** Every call asks anew; an answer that a later call overtook is dropped. */
  async function check(connection: string) {
    const mine = (asked.get(connection) ?? 0) + 1
    asked.set(connection, mine)
    const report = looks.get(connection)?.report ?? null
    looks.set(connection, { busy: true, report, error: null })
    try {
      const answer = await commands.leftovers(connection, null)
      if (asked.get(connection) === mine) looks.set(connection, { busy: false, report: answer, error: null })
    } catch (error) {
      if (asked.get(connection) === mine) looks.set(connection, { busy: false, report, error })
    }
  }

  /** Rejects with what the core says; what is left afterwards stands in `looks`. */
  async function remove(connection: string, ids: string[]): Promise<LeftoverCleanup> {
    const cleanup = await commands.leftoversRemove(connection, null, { kind: 'these', ids })
    asked.set(connection, (asked.get(connection) ?? 0) + 1)
    looks.set(connection, { busy: false, report: cleanup.left, error: null })
    return cleanup
  }

  return { looks, check, remove }
})

/** The saved connections, kept as the core keeps them, and what this window's tests of them said. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { useLeftovers } from '@/features/leftovers/store'
import { commands, events } from '@/ipc'
import type { Connection } from '@/ipc'

export interface TestState {
  busy: boolean
  failure: { at: number; error: unknown } | null
}

export const useConnections = defineStore('connections', () => {
  const list = shallowRef<Connection[]>([])
  const ready = ref(false)
  const error = shallowRef<unknown>(null)
  const tests = shallowReactive(new Map<string, TestState>())
  const byId = computed(() => new Map(list.value.map((connection) => [connection.id, connection])))
  let listening = false
  let latest = 0

  /** Every call asks anew; an answer that a later call overtook is dropped. */
  async function load() {
    const mine = ++latest
    try {
      const answer = await commands.connectionsList()
      if (mine !== latest) return
      list.value = answer
      ready.value = true
      error.value = null
    } catch (reason) {
      if (mine === latest) error.value = reason
    }
  }

  async function start() {
    if (!listening) {
      listening = true
      await events.coreEvent.listen(({ payload }) => payload.kind === 'connections_changed' && void load())
    }
    if (!ready.value) await load()
  }

  /** Tests a saved connection as it is saved; what came out stands in `tests` and in the connection itself. */
  async function test(id: string) {
    if (tests.get(id)?.busy) return
    tests.set(id, { busy: true, failure: null })
    try {
      await commands.connectionTestSaved(id)
      tests.set(id, { busy: false, failure: null })
      // A server that has just been reached is looked through at once.
      void useLeftovers().check(id)
      await load()
    } catch (reason) {
      tests.set(id, { busy: false, failure: { at: Date.now(), error: reason } })
    }
  }

  /** What an older test said is no longer about these values. */
  const forgetTest = (id: string) => void tests.delete(id)

  return { list, ready, error, byId, tests, load, start, test, forgetTest }
})

/** All runs that this window knows: a fold over the core's events, seeded from what is live and what ended last. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { commands, events } from '@/ipc'
import type { AppError, AppEvent, RunView } from '@/ipc'
import { hasEnded, needsPerson, OPEN_ENDS } from './look'

const RECENT = 20

export const useRuns = defineStore('runs', () => {
  const views = shallowReactive(new Map<string, RunView>())
  const ready = ref(false)
  const error = shallowRef<unknown>(null)
  const trouble = shallowRef<AppError | null>(null)
  let listening = false

  /** An older view that comes late changes nothing. */
  function fold(view: RunView) {
    const known = views.get(view.id)
    if (known === undefined || view.last_seq >= known.last_seq) views.set(view.id, view)
  }

  function take(event: AppEvent) {
    if (event.kind === 'run_changed') fold(event.view)
    else if (event.kind === 'store_trouble') trouble.value = event.error
    else if (event.kind === 'store_recovered') trouble.value = null
  }

  async function load() {
    try {
      const [live, open, recent] = await Promise.all([
        commands.runsLive(),
        commands.history({ states: OPEN_ENDS }, { index: 0, size: 100 }),
        commands.history({}, { index: 0, size: RECENT }),
      ])
      const batches = [...new Set(live.flatMap(({ batch }) => (batch == null ? [] : [batch.id])))]
      // How far a batch is counts those of it that have ended long ago too.
      const members = await Promise.all(batches.map((id) => commands.batchRuns(id)))
      for (const view of [...recent.runs, ...open.runs, ...members.flat(), ...live]) fold(view)
      ready.value = true
      error.value = null
    } catch (reason) {
      error.value = reason
    }
  }

  /** Listens before it asks, so that nothing falls between; asking again only reloads after a failure. */
  async function start() {
    if (!listening) {
      listening = true
      await events.coreEvent.listen(({ payload }) => take(payload))
    }
    if (!ready.value) await load()
  }

  const newestFirst = computed(() => [...views.values()].sort((a, b) => b.created_at - a.created_at || b.id.localeCompare(a.id)))
  const waiting = computed(() => newestFirst.value.filter(({ state }) => needsPerson(state)))
  /** In the order in which they are let in; those that were queued just now have no place yet. */
  const queued = computed(() => {
    const place = (view: RunView) => view.waiting?.position ?? Number.MAX_SAFE_INTEGER
    return newestFirst.value.filter(({ state }) => state.name === 'queued').reverse().sort((a, b) => place(a) - place(b))
  })
  const running = computed(() => newestFirst.value.filter(({ state }) => !hasEnded(state) && !needsPerson(state) && state.name !== 'queued'))
  const recent = computed(() => newestFirst.value.filter(({ state }) => hasEnded(state) && !needsPerson(state)).slice(0, RECENT))

  /** Changes when a run begins or ends: lists that were asked for before are behind then. */
  const newest = computed(() => newestFirst.value.map(({ id, state }) => `${id}${hasEnded(state) ? '.' : ''}`).join(' '))

  return { views, newest, ready, error, trouble, waiting, queued, running, recent, start, load, fold, take }
})

/** One run on screen: its view from the store, its plan and outcome from the core, its events as they come. */
import { useThrottleFn } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { commands } from '@/ipc'
import type { RunDetail, RunEvent } from '@/ipc'
import { useLoad } from '@/shared/async/useLoad'
import { hasEnded } from './look'
import { RateSeries } from './rateSeries'
import type { Series } from './rateSeries'
import { useRuns } from './store'

/** Events that say that something of the record is missing or was out of sight. */
export type Rift = Extract<RunEvent, { event: 'gap' | 'bridge_lost' | 'contact_lost' | 'contact_regained' }>

const isRift = (event: RunEvent): event is Rift =>
  event.event === 'gap' || event.event === 'bridge_lost' || event.event === 'contact_lost' || event.event === 'contact_regained'

export function useRun(id: () => string) {
  const runs = useRuns()
  const detail = useLoad(commands.runDetail)
  const series = shallowRef<Series>([[], []])
  const rifts = shallowRef<Rift[]>([])
  const warnings = shallowRef<Extract<RunEvent, { event: 'warned' }>[]>([])
  let rates = new RateSeries()
  let after = 0
  let alive = true
  let reading = false
  onScopeDispose(() => (alive = false))

  const view = computed(() => runs.views.get(id()) ?? detail.data.value?.view)

  async function readEvents() {
    if (reading) return
    reading = true
    const of = id()
    try {
      for (;;) {
        const events = await commands.runEvents(of, after)
        if (!alive || of !== id() || events.length === 0) break
        after = (events.at(-1) as RunEvent).seq
        take(events)
      }
    } catch {
      // The record is read again with the next change; the page lives from the view meanwhile.
    } finally {
      reading = false
    }
  }
  function take(events: RunEvent[]) {
    rates.add(events)
    series.value = rates.points()
    const torn = events.filter(isRift)
    if (torn.length > 0) rifts.value = [...rifts.value, ...torn]
    const warned = events.filter((event) => event.event === 'warned')
    if (warned.length > 0) warnings.value = [...warnings.value, ...warned]
  }
  const readSoon = useThrottleFn(readEvents, 1000, true)

  async function load() {
    const answer = await detail.load(id())
    if (answer !== undefined) runs.fold(answer.view)
  }
  watch(
    id,
    () => {
      detail.reset()
      rates = new RateSeries()
      after = 0
      series.value = [[], []]
      rifts.value = []
      warnings.value = []
      void load()
      void readEvents()
    },
    { immediate: true },
  )
  watch(() => view.value?.last_seq, () => void readSoon())
  // The definition read back is part of the detail: asked for once more when the run comes to its end.
  watch(
    () => view.value !== undefined && hasEnded(view.value.state),
    (ended, before) => ended && before === false && detail.data.value !== undefined && void load(),
  )

  return { view, detail: computed<RunDetail | undefined>(() => detail.data.value), error: detail.error, busy: detail.busy, load, series, rifts, warnings }
}

/** Searching and filtering a log: in passes that leave the window free, going on by itself while the log grows. */
import { ref, shallowRef, triggerRef, watch } from 'vue'
import type { Ref } from 'vue'
import type { LogKind } from '@/ipc'
import type { LineWords } from './lineWords'
import type { OpenLog } from './logs'
import { matcher } from './runLog'

export function useLogScan(entry: Ref<OpenLog>, query: Ref<string>, kinds: Ref<LogKind[]>, words: LineWords) {
  /** Log indices that the chosen kinds leave; `null` while all kinds show. */
  const rows = shallowRef<number[] | null>(null)
  /** Places within the shown rows that hold the query. */
  const hits = shallowRef<number[]>([])
  const searched = ref(0)
  const busy = ref(false)
  let stop = new AbortController()

  function restart() {
    stop.abort()
    stop = new AbortController()
    searched.value = 0
    hits.value = []
    rows.value = kinds.value.length === 0 ? null : []
    busy.value = false
    void goOn()
  }

  async function goOn() {
    const { log } = entry.value
    if (busy.value || (query.value === '' && kinds.value.length === 0)) return
    if (searched.value >= log.total) return
    busy.value = true
    const { signal } = stop
    const holds = matcher({ query: query.value, kinds: [] }, words)
    const ofKind = matcher({ query: '', kinds: kinds.value }, words)
    const seek = query.value !== ''
    try {
      for await (const lines of log.passes(signal, searched.value)) {
        if (signal.aborted) return
        for (const line of lines) {
          if (!ofKind(line)) continue
          const place = rows.value === null ? line.seq - 1 : rows.value.push(line.seq - 1) - 1
          if (seek && holds(line)) hits.value.push(place)
        }
        searched.value += lines.length
        triggerRef(rows)
        triggerRef(hits)
        if (lines.length === 0) break
        await new Promise((resolve) => setTimeout(resolve))
      }
    } catch {
      // The panel shows the log's own error; what was found so far stays.
    } finally {
      if (!signal.aborted) busy.value = false
    }
  }

  watch([() => entry.value.log, query, kinds], restart)
  watch(() => entry.value.version, () => void goOn())
  return { rows, hits, searched, busy }
}

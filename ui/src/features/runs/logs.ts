/** Logs that were opened, kept while their runs live: a page that is opened again must not start a second stream. */
import { defineStore } from 'pinia'
import { markRaw, reactive } from 'vue'
import { Channel, commands } from '@/ipc'
import type { LogBatch } from '@/ipc'
import { RunLog } from './runLog'
import type { LogSource } from './runLog'

const KEPT = 6

const sourceOf = (id: string): LogSource => ({
  page: (after, limit) => commands.runLog(id, after, limit),
  follow: (after, onBatch) => {
    const channel = new Channel<LogBatch>()
    channel.onmessage = onBatch
    return commands.runLogFollow(id, after, channel)
  },
})

export interface OpenLog {
  log: RunLog
  /** Grows with every change of the log, at most once a frame. */
  version: number
}

export const useRunLogs = defineStore('run-logs', () => {
  const open = new Map<string, OpenLog>()

  function of(id: string): OpenLog {
    const known = open.get(id)
    if (known !== undefined) return known
    for (const [key, { log }] of open) if (open.size >= KEPT && (log.ended || log.error !== null)) open.delete(key)
    let due = false
    const entry = reactive({ version: 0 }) as unknown as OpenLog
    // A million lines must not become a million proxies.
    entry.log = markRaw(
      new RunLog(sourceOf(id), () => {
        if (due) return
        due = true
        requestAnimationFrame(() => {
          due = false
          entry.version += 1
        })
      }),
    )
    open.set(id, entry)
    void entry.log.open()
    return entry
  }
  return { of }
})

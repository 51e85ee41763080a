/** The gate of the fictitious shop's held run, with one session in its way. */
import type { GateFigures } from '@/ipc'
import { fake } from '@/ipc/fake'

export function sampleFigures(part: Partial<GateFigures> = {}): GateFigures {
  const session = { id: 812, user: 'report', host: '10.0.0.5:40112', database: 'shop', command: 'Sleep', state: null, seconds: 4, statement: 'SELECT * FROM orders FOR SHARE', transaction: { started_at: Date.now() - 900_000, seconds: 900, rows_modified: 0 } }
  return {
    at: Date.now(),
    locks: [{ session, lock: 'SHARED_READ', granted: true, protected: false }],
    transactions: [session],
    replicas: [{ name: '10.2.0.22:3306', lag_s: 0, trouble: null }],
    load: [{ variable: 'Threads_running', value: 8, max: 25, critical: 50 }],
    obstacles: [{ what: 'lock_held', params: { count: '1', seconds: '900' } }],
    ...part,
  }
}

fake('runGate', () => sampleFigures())
fake('runCount', () => null)
fake('runCompare', () => null)
fake('runCompareEnd', () => null)
fake('runHold', () => null)
fake('runCutoverAt', () => null)

/** Leftovers on the servers of the fictitious shop: of another hand on one, of a run of this workstation on another. */
import type { LeftoverPick } from '@/ipc'
import { fake } from '@/ipc/fake'
import { chosen } from './leftovers'
import { sampleLeftovers, sampleShadow } from './sample'

const reports = new Map([
  ['c1', sampleLeftovers()],
  ['c2', { ...sampleLeftovers([sampleShadow({ verdict: 'ours', run: '20260114-003', after: [], why: [{ what: 'recorded', params: { run: '20260114-003' } }] })]), unseen: [{ what: 'idle_sessions', params: {} }] }],
])

const report = (id: unknown) => reports.get(String(id)) ?? sampleLeftovers([])
fake('leftovers', async ({ id }) => {
  await new Promise((done) => setTimeout(done, 400))
  return { ...report(id), at: Date.now() }
})
fake('leftoversRemove', async ({ id, pick }) => {
  await new Promise((done) => setTimeout(done, 800))
  const before = report(id)
  const ids = (pick as Extract<LeftoverPick, { kind: 'these' }>).ids
  const going = chosen(before.found, new Set(ids))
  const left = { ...before, at: Date.now(), found: before.found.filter((leftover) => !going.includes(leftover)) }
  reports.set(String(id), left)
  return { removals: going.map((leftover) => ({ id: leftover.id, object: leftover.object, outcome: { name: 'removed' as const } })), left }
})

/** A vault that opens with `master`; `?vault=locked|keyring|damaged` looks at its other faces. */
import { fake, fakeEvent } from '@/ipc/fake'
import type { KeyringProbe, VaultProtection, VaultStatus } from '@/ipc'

const wanted = new URLSearchParams(location.search).get('vault')
const protection: VaultProtection = wanted === 'keyring' ? 'keyring' : 'master_password'
let status: VaultStatus = wanted === null ? { kind: 'unlocked', protection } : { kind: 'locked', protection }

export const fakeVault = () => status

async function tell(next: VaultStatus) {
  status = next
  await fakeEvent('core-event', { kind: 'vault_changed', status })
  return status
}

const refuse = (code: string) => {
  throw { code, message: code, hint: '', detail: null, params: {} }
}

fake('vaultLock', () => tell({ kind: 'locked', protection }))
fake('vaultUnlock', ({ password }) => {
  if (wanted === 'damaged') refuse('VAULT_DAMAGED')
  if (wanted === 'keyring') refuse('KEYRING_UNAVAILABLE')
  if (password !== 'master') refuse('VAULT_WRONG_PASSWORD')
  return tell({ kind: 'unlocked', protection })
})
fake('vaultProbe', (): KeyringProbe => (wanted === 'nokeyring' ? { kind: 'unavailable', why: 'no session bus' } : { kind: 'works' }))
fake('vaultSetUp', ({ protection: chosen }) => tell({ kind: 'unlocked', protection: chosen as VaultProtection }))
fake('vaultChangePassword', ({ current }) => (current === 'master' ? null : refuse('VAULT_WRONG_PASSWORD')))

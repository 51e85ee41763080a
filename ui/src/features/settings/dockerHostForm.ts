/** What is typed of an engine, and the endpoint that it means. */
import type { OwnDockerHost } from '@/ipc'

export const KINDS = ['ssh', 'tcp', 'unix'] as const

export interface DockerHostValues {
  name: string
  kind: (typeof KINDS)[number]
  place: string
  ca: string
  cert: string
  key: string
}

/** A whole address stays as it was typed; else the kind's scheme goes before it. */
export function hostOf({ name, kind, place, ca, cert, key }: DockerHostValues): OwnDockerHost {
  const typed = place.trim()
  const address = typed.includes('://') ? typed : `${kind}://${typed}`
  const client = cert.trim() === '' && key.trim() === '' ? null : { cert_file: cert.trim(), key_file: key.trim() }
  const files = ca.trim() === '' && client === null ? null : { ca_file: ca.trim(), client }
  return { name, endpoint: { address, tls: kind === 'tcp' ? files : null } }
}

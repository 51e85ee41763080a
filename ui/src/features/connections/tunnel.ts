/** The tunnel's part of the connection form, and how it becomes a part of the draft. */
import type { Connection, SecretPresence, SshHostKey, SshMethod, SshTunnelDraft } from '@/ipc'

export type SshMethodKind = SshMethod['kind']

export interface TunnelValues {
  /** Off: the server is in reach itself. */
  on: boolean
  host: string
  port: string
  user: string
  method: SshMethodKind
  keyFile: string
  /** The key's passphrase or the account's password, as typed. */
  secret: string
  saved: SecretPresence | null
  removeSecret: boolean
  /** What was accepted of the server at `host` and `port`. */
  hostKey: SshHostKey | null
}

export const SSH_METHODS: SshMethodKind[] = ['key', 'agent', 'password']
export const TUNNEL_FIELDS: readonly string[] = ['ssh_host', 'ssh_port', 'ssh_user', 'ssh_key', 'ssh_secret']

export function tunnelValuesOf(connection: Connection | null): TunnelValues {
  const saved = connection?.tunnel ?? null
  return {
    on: saved !== null,
    host: saved?.host ?? '',
    port: saved === null ? '22' : String(saved.port),
    user: saved?.user ?? '',
    method: saved?.method.kind ?? 'key',
    keyFile: saved?.method.kind === 'key' ? saved.method.path : '',
    secret: '',
    saved: saved?.secret ?? null,
    removeSecret: false,
    hostKey: saved?.host_key ?? null,
  }
}

function methodOf(values: TunnelValues): SshMethod {
  return values.method === 'key' ? { kind: 'key', path: values.keyFile } : { kind: values.method }
}

function secretOf(values: TunnelValues): SshTunnelDraft['secret'] {
  if (values.method === 'agent') return { kind: 'empty' }
  if (values.secret !== '') return { kind: 'set', value: values.secret }
  return values.saved === null || values.removeSecret ? { kind: 'empty' } : { kind: 'unchanged' }
}

export function tunnelOf(values: TunnelValues, port: number): SshTunnelDraft | null {
  if (!values.on) return null
  return { host: values.host, port, user: values.user, method: methodOf(values), secret: secretOf(values), host_key: values.hostKey }
}

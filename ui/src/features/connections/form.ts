/** The values of the connection form and how they become the draft that the core judges, tests and saves. */
import type { Connection, ConnectionDraft, Environment, PastedConnection, SecretInput, SecretPresence, TlsMode } from '@/ipc'
import { TUNNEL_FIELDS, tunnelOf, tunnelValuesOf } from './tunnel'
import type { TunnelValues } from './tunnel'

/** Texts as typed; numbers stay texts until they are read, so that nothing is corrected under the person's hands. */
export interface FormValues {
  id: string | null
  name: string
  environment: Environment
  host: string
  port: string
  user: string
  password: string
  /** What the saved record holds; typing replaces it. */
  saved: SecretPresence | null
  /** Chosen explicitly: the saved password goes, the account has none. */
  removePassword: boolean
  database: string
  description: string
  timeout: string
  charset: string
  tls: TlsMode
  caFile: string
  /** Empty for the one of the settings. */
  dockerHost: string
  tunnel: TunnelValues
}

export const DEFAULTS = { port: '3306', timeout: '5', charset: 'utf8mb4', tls: 'required' as TlsMode }
export const TLS_MODES: TlsMode[] = ['disabled', 'preferred', 'required', 'verify-ca', 'verify-identity']
export const ENVIRONMENTS: Environment[] = ['production', 'test', 'development']

export function valuesOf(connection: Connection | null): FormValues {
  return {
    id: connection?.id ?? null,
    name: connection?.name ?? '',
    environment: connection?.environment ?? 'development',
    host: connection?.host ?? '',
    port: connection === null ? DEFAULTS.port : String(connection.port),
    user: connection?.user ?? '',
    password: '',
    saved: connection?.password ?? null,
    removePassword: false,
    database: connection?.database ?? '',
    description: connection?.description ?? '',
    timeout: connection === null ? DEFAULTS.timeout : String(connection.connect_timeout_s),
    charset: connection?.charset ?? DEFAULTS.charset,
    tls: connection?.tls ?? DEFAULTS.tls,
    caFile: connection?.ca_file ?? '',
    dockerHost: connection?.docker_host ?? '',
    tunnel: tunnelValuesOf(connection),
  }
}

/** A whole number in `0..=max`; anything else is 0, which the core refuses with the reason of its range. */
export function wholeNumber(text: string, max: number): number {
  const value = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : 0
  return value <= max ? value : 0
}

function secretOf(values: FormValues): SecretInput {
  if (values.password !== '') return { kind: 'set', value: values.password }
  if (values.saved === null || values.removePassword) return { kind: 'empty' }
  return { kind: 'unchanged' }
}

export function draftOf(values: FormValues): ConnectionDraft {
  return {
    id: values.id,
    name: values.name,
    environment: values.environment,
    host: values.host,
    port: wholeNumber(values.port, 65535),
    user: values.user,
    password: secretOf(values),
    database: values.database === '' ? null : values.database,
    description: values.description,
    connect_timeout_s: wholeNumber(values.timeout, 1_000_000),
    charset: values.charset,
    tls: values.tls,
    ca_file: values.caFile === '' ? null : values.caFile,
    docker_host: values.dockerHost === '' ? null : values.dockerHost,
    tunnel: tunnelOf(values.tunnel, wholeNumber(values.tunnel.port, 65535)),
  }
}

/** Everything that decides whether and how the server is reached: a passed test holds for exactly these values. */
export function reachOf(draft: ConnectionDraft): string {
  return JSON.stringify([
    draft.host, draft.port, draft.user, draft.password, draft.database, draft.connect_timeout_s, draft.charset, draft.tls, draft.ca_file, draft.tunnel,
  ])
}

/** Puts what was recognised over the values; what the text does not say stays as it was. */
export function filledFrom(values: FormValues, pasted: PastedConnection, password: string | null): FormValues {
  return {
    ...values,
    host: pasted.host ?? values.host,
    port: pasted.port === null ? values.port : String(pasted.port),
    user: pasted.user ?? values.user,
    database: pasted.database ?? values.database,
    tls: pasted.tls ?? values.tls,
    caFile: pasted.ca_file ?? values.caFile,
    password: pasted.had_password ? (password ?? values.password) : values.password,
    // A name is wanted anyway, and the host is what most people would type.
    name: values.name === '' ? (pasted.host ?? '').slice(0, 50) : values.name,
  }
}

/** Fields of the folded part: a problem there must unfold it. */
export const ADVANCED: readonly string[] = ['connect_timeout_s', 'charset', 'tls', 'ca_file', 'docker_host', ...TUNNEL_FIELDS]

/** One saved connection for tests and for the fake core. */
import type { Connection, ServerReport } from '@/ipc'

export function sampleReport(over: Partial<ServerReport> = {}): ServerReport {
  return {
    flavour: 'my_sql',
    version: { major: 9, minor: 7, patch: 4 },
    version_text: '9.7.4 MySQL Community Server - GPL',
    server_uuid: '0b8e1c4e-9f0f-11f0-8d53-0242ac120002',
    tls_cipher: 'TLS_AES_128_GCM_SHA256',
    tls_version: 'TLSv1.3',
    latency_us: 412,
    role: 'primary',
    read_only: false,
    replicas: ['10.2.0.12:3306', '10.2.0.13:3306'],
    missing_privileges: [],
    account: "'dba'@'%'",
    ...over,
  }
}

export function sampleConnection(over: Partial<Connection> = {}): Connection {
  const at = Date.UTC(2026, 0, 15, 12)
  return {
    id: 'c1',
    name: 'shop-primary',
    environment: 'production',
    host: '10.2.0.11',
    port: 3306,
    user: 'dba',
    password: 'stored',
    database: 'shop',
    description: '',
    connect_timeout_s: 5,
    charset: 'utf8mb4',
    tls: 'required',
    ca_file: null,
    docker_host: null,
    tunnel: null,
    tested: { at, report: sampleReport() },
    created_at: at,
    updated_at: at,
    last_used_at: at,
    ...over,
  }
}

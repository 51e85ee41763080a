/** A workstation with Docker and the image; `?start=first|full|aside` and `?docker=down|missing` look at the others. */
import type { AppStatus, DockerHost, DockerHostEntry, ImageProgress, ImageStatus, LintRule, LocalStatus, Settings } from '@/ipc'
import { fake } from '@/ipc/fake'
import { fakeVault } from '../lock/lock.fake'

const wanted = new URLSearchParams(location.search)
const start = wanted.get('start')
const docker = wanted.get('docker')
const DAY = 86_400_000
const now = Date.now()
const home = '/home/dba/.local/share/mysqler'

const fail = (code: string, detail: string) => {
  throw { code, message: code, hint: '', detail, params: {} }
}

fake('appStatus', (): AppStatus => {
  if (start === 'full') fail('STORE_FULL', 'SQLITE_FULL (13): database or disk is full')
  return {
    version: '0.1.0',
    vault: start === 'first' ? { kind: 'unset' } : fakeVault(),
    first_start: start === 'first',
    can_inhibit_sleep: true,
    unclaimed: start === 'aside' ? [{ run: '20260115-001', files: ['/home/dba/.cache/mysqler/spool/home-dba--local-share-mysqler/20260115-001.jsonl'] }] : [],
    data: {
      path: `${home}/mysqler.sqlite`,
      set_aside: start === 'aside' ? `${home}/damaged/mysqler-20260115-081203.sqlite` : null,
      backups: [1, 2, 3].map((days) => ({ path: `${home}/backups/mysqler-2026011${5 - days}-030000.sqlite`, made_at: now - days * DAY, bytes: 4_812_800 })),
    },
  }
})

let settings: Settings = { runs_at_once: 4 }
fake('lintRules', (): LintRule[] =>
  ['LINT_FLOAT_MONEY', 'LINT_RESERVED_NAME', 'LINT_INDEX_REDUNDANT', 'LINT_MODIFY_FORGETS', 'LINT_UTF8MB3', 'LINT_COMMENT_MISSING'].map((code) => ({
    code,
    on_by_default: code !== 'LINT_COMMENT_MISSING',
  })),
)
fake('settingsGet', () => settings)
fake('settingsSet', ({ settings: next }) => (settings = next as Settings))
fake('localStatus', (): LocalStatus => {
  const program = settings.local_tool ?? '/usr/bin/pt-online-schema-change'
  if (program.endsWith('-old')) return { kind: 'unusable', program, why: { obstacle: 'too_old', version: '3.2.1', needed: '3.7.1' } }
  return { kind: 'ready', tool: { program, version: '3.7.1', sha256: '5f0c', perl: '/usr/bin/perl', perl_lib: '', tls_by_file: false } }
})

const ready: ImageStatus = {
  kind: 'ready',
  image: { reference: 'mysqler/pt-runner:3.7.1', id: 'sha256:8f4c1c6d7e0b3a5f9d2c4e6b8a0f1d3c5e7b9a2f4d6c8e0b1a3f5d7c9e2b4a6f' },
  ptosc_version: '3.7.1',
  bridge_version: '1',
  size_bytes: 168_430_000,
}
const standard = 'unix:///var/run/docker.sock'
const engine = (address: string): DockerHost => ({
  endpoint: null,
  address,
  kind: address === standard ? 'native' : 'remote',
  version: '20.10.24',
  operating_system: 'Debian GNU/Linux 12 (bookworm)',
  architecture: 'x86_64',
  cpus: 8,
  memory_bytes: 33_285_996_544,
  rootless: false,
  limits: { memory: true, cpu: true, pids: address === standard },
  loopback: address === standard ? { by: 'host_network' } : { by: 'nowhere', why: 'remote' },
  free_bytes: address === standard ? 81_604_378_624 : null,
})
fake('dockerHost', () => {
  if (docker === 'down') fail('DOCKER_UNREACHABLE', 'connect to /var/run/docker.sock: no such file or directory')
  return engine(standard)
})

let entries: DockerHostEntry[] = [
  { id: standard, name: standard, source: 'standard', endpoint: { address: standard, tls: null }, is_default: true },
  { id: 'ssh://dba@build', name: 'build', source: 'context', endpoint: { address: 'ssh://dba@build', tls: null }, is_default: false },
]
const withDefault = (id: string | null) => (entries = entries.map((entry, at) => ({ ...entry, is_default: id === null ? at === 0 : entry.id === id })))
fake('dockerHosts', () => entries)
fake('dockerHostProblems', ({ host }) => ((host as { name: string }).name === '' ? [{ field: 'name', reason: 'name_empty', params: {} }] : []))
fake('dockerHostAdd', ({ host }) => {
  const { name, endpoint } = host as Pick<DockerHostEntry, 'name' | 'endpoint'>
  return (entries = [...entries, { id: name, name, source: 'own', endpoint, is_default: false }])
})
fake('dockerHostRemove', ({ id }) => {
  entries = entries.filter((entry) => entry.id !== id)
  return withDefault(entries.find((entry) => entry.is_default)?.id ?? null)
})
fake('dockerHostChoose', ({ id }) => withDefault(id as string | null))
fake('dockerHostTest', ({ endpoint }) => engine((endpoint as DockerHostEntry['endpoint']).address))
fake('imageStatus', (): ImageStatus => {
  if (docker === 'down') fail('DOCKER_UNREACHABLE', 'connect to /var/run/docker.sock: no such file or directory')
  return docker === 'missing' ? { kind: 'missing', reference: 'mysqler/pt-runner:3.7.1' } : ready
})

async function progress(channel: unknown): Promise<ImageStatus> {
  const told = channel as { onmessage: (progress: ImageProgress) => void }
  for (let done = 0; done <= 10; done += 1) {
    await new Promise((next) => setTimeout(next, 150))
    told.onmessage({ step: 'Loading layer 3f1c0a9e2b7d', done_bytes: done * 16_843_000, total_bytes: 168_430_000 })
  }
  return ready
}
fake('imageArchive', () => (docker === 'missing' ? '/usr/share/mysqler/mysqler-pt-runner-3.7.1.tar.gz' : null))
fake('imageLoad', ({ channel }) => progress(channel))
fake('imagePull', () => fail('DOCKER_REFUSED', 'pull access denied for mysqler/pt-runner') as never)
fake('imageBuild', ({ channel }) => progress(channel))

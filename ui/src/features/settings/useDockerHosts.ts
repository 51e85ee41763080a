/** The container engines that runs may work on: listed, tested, added, forgotten, chosen. */
import { reactive } from 'vue'
import { commands } from '@/ipc'
import type { DockerHost, DockerHostEntry, DockerHostId, OwnDockerHost } from '@/ipc'
import { useText } from '@/locales'
import { useLoad } from '@/shared/async/useLoad'

export interface HostTest {
  busy: boolean
  host: DockerHost | null
  error: unknown
}

export function useDockerHosts() {
  const t = useText()
  const list = useLoad(commands.dockerHosts)
  const tests = reactive(new Map<DockerHostId, HostTest>())
  void list.load()

  async function test(entry: DockerHostEntry) {
    tests.set(entry.id, { busy: true, host: null, error: null })
    try {
      const host = await commands.dockerHostTest(entry.endpoint)
      tests.set(entry.id, { busy: false, host, error: null })
    } catch (error) {
      tests.set(entry.id, { busy: false, host: null, error })
    }
  }

  const take = (entries: DockerHostEntry[]) => (list.data.value = entries)
  const add = async (host: OwnDockerHost) => take(await commands.dockerHostAdd(host))
  async function remove(id: DockerHostId) {
    take(await commands.dockerHostRemove(id))
    tests.delete(id)
  }
  const choose = async (id: DockerHostId | null) => take(await commands.dockerHostChoose(id))

  /** How a container there reaches servers on this computer's loopback address, or why not. */
  function loopback({ loopback: way }: DockerHost): string {
    if (way.by === 'host_network') return t('settings.docker.loopback.hostNetwork')
    if (way.by === 'nowhere') return t(`settings.docker.loopback.${way.why}`)
    return t('settings.docker.loopback.gateway', { name: way.by === 'vm_gateway' ? way.name : 'host.docker.internal' })
  }

  /** Limits that the engine would leave out without a word; `null` when it keeps them all. */
  function unlimited({ limits }: DockerHost): string | null {
    const missing = (['memory', 'cpu', 'pids'] as const).filter((name) => !limits[name])
    return missing.length === 0 ? null : t('settings.docker.unlimited', { what: missing.map((name) => t(`settings.docker.limit.${name}`)).join(', ') })
  }

  return { list, tests, test, add, remove, choose, loopback, unlimited }
}

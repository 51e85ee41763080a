/** A Docker host and the runner image on it: what they are now, and the ways to make the image ready, with their progress. */
import { onScopeDispose, ref, shallowRef } from 'vue'
import { Channel, commands } from '@/ipc'
import type { DockerHostId, ImageProgress, ImageStatus } from '@/ipc'
import { useLoad } from '@/shared/async/useLoad'

export function useImage() {
  /** The host that is looked at; `null` for the one that runs use unless their connection chooses another. */
  const on = ref<DockerHostId | null>(null)
  const host = useLoad(() => commands.dockerHost(on.value))
  const status = useLoad(() => commands.imageStatus(on.value))
  /** A file beside the application that holds the image. */
  const archive = useLoad(commands.imageArchive)
  const working = ref(false)
  const progress = shallowRef<ImageProgress | null>(null)
  const failure = shallowRef<unknown>(null)
  let listening = true
  onScopeDispose(() => (listening = false))

  const check = () => Promise.all([host.load(), status.load(), archive.load()])

  /** What was seen of another host must not stand under the new one's name. */
  function look(at: DockerHostId | null) {
    on.value = at
    host.reset()
    status.reset()
    failure.value = null
    return check()
  }

  /** The work goes on in the engine when the page is left; only its progress is no longer watched. */
  async function work(start: (channel: Channel<ImageProgress>) => Promise<ImageStatus>): Promise<boolean> {
    if (working.value) return false
    working.value = true
    failure.value = null
    progress.value = null
    const channel = new Channel<ImageProgress>()
    channel.onmessage = (told) => {
      if (listening) progress.value = told
    }
    try {
      status.data.value = await start(channel)
      status.error.value = null
      return true
    } catch (reason) {
      failure.value = reason
      return false
    } finally {
      working.value = false
    }
  }

  return {
    on,
    look,
    host,
    archive,
    status,
    working,
    progress,
    failure,
    check,
    load: (path: string) => work((channel) => commands.imageLoad(on.value, path, channel)),
    pull: () => work((channel) => commands.imagePull(on.value, channel)),
    build: (base: string) => work((channel) => commands.imageBuild(on.value, base, channel)),
  }
}

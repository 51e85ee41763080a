/** The Docker host and the runner image: what they are now, and the ways to make the image ready, with their progress. */
import { onScopeDispose, ref, shallowRef } from 'vue'
import { Channel, commands } from '@/ipc'
import type { ImageProgress, ImageStatus } from '@/ipc'
import { useLoad } from '@/shared/async/useLoad'

export function useImage() {
  const host = useLoad(() => commands.dockerHost())
  const status = useLoad(() => commands.imageStatus())
  const working = ref(false)
  const progress = shallowRef<ImageProgress | null>(null)
  const failure = shallowRef<unknown>(null)
  let listening = true
  onScopeDispose(() => (listening = false))

  const check = () => Promise.all([host.load(), status.load()])

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
    host,
    status,
    working,
    progress,
    failure,
    check,
    load: (path: string) => work((channel) => commands.imageLoad(path, channel)),
    pull: () => work((channel) => commands.imagePull(channel)),
    build: (base: string) => work((channel) => commands.imageBuild(base, channel)),
  }
}

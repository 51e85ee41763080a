/** One question to the core and its three faces: waiting, failed, answered. An answer that was overtaken is dropped. */
import { onScopeDispose, ref, shallowRef } from 'vue'

export function useLoad<Answer, Args extends unknown[] = []>(ask: (...args: Args) => Promise<Answer>) {
  const data = shallowRef<Answer>()
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  let latest = 0

  /** Resolves to the answer, or to `undefined` when it failed or was overtaken; never rejects. */
  async function load(...args: Args): Promise<Answer | undefined> {
    const mine = ++latest
    busy.value = true
    try {
      const answer = await ask(...args)
      if (mine !== latest) return undefined
      data.value = answer
      error.value = null
      return answer
    } catch (reason) {
      if (mine === latest) error.value = reason
      return undefined
    } finally {
      if (mine === latest) busy.value = false
    }
  }

  /** Forgets what was asked: for a question whose subject is gone. */
  function reset() {
    latest += 1
    busy.value = false
    error.value = null
    data.value = undefined
  }

  onScopeDispose(() => (latest += 1))
  return { data, error, busy, load, reset }
}

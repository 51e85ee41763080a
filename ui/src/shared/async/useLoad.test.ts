import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useLoad } from './useLoad'

function deferred<Value>() {
  let resolve!: (value: Value) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<Value>((yes, no) => ((resolve = yes), (reject = no)))
  return { promise, resolve, reject }
}

const inScope = <Value>(run: () => Value) => effectScope().run(run) as Value

describe('a question to the core', () => {
  it('drops the answer that a later question overtook', async () => {
    const first = deferred<string>()
    const second = deferred<string>()
    const asked = inScope(() => useLoad((which: 1 | 2) => (which === 1 ? first.promise : second.promise)))
    const early = asked.load(1)
    const late = asked.load(2)
    second.resolve('new')
    expect(await late).toBe('new')
    first.resolve('old')
    expect(await early).toBeUndefined()
    expect(asked.data.value).toBe('new')
    expect(asked.busy.value).toBe(false)
  })

  it('keeps the last answer on screen while the next one fails', async () => {
    const replies = [Promise.resolve(7), Promise.reject({ code: 'X', message: 'no' })]
    const asked = inScope(() => useLoad(() => replies.shift()!))
    await asked.load()
    await asked.load()
    expect(asked.data.value).toBe(7)
    expect(asked.error.value).toMatchObject({ code: 'X' })
  })
})

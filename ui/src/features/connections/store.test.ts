import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { fake, fakeEvent, installFakes, resetFakes } from '@/ipc/fake'
import { sampleConnection, sampleReport } from './sample'
import { useConnections } from './store'

describe('the saved connections', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    resetFakes()
    installFakes()
  })

  it('follow what the core tells', async () => {
    fake('connectionsList', () => [])
    const store = useConnections()
    await store.start()
    expect(store.list).toEqual([])
    fake('connectionsList', () => [sampleConnection()])
    await fakeEvent('core-event', { kind: 'connections_changed' })
    await flushPromises()
    expect(store.byId.get('c1')?.name).toBe('shop-primary')
  })

  it('stay on screen when a later reading fails', async () => {
    fake('connectionsList', () => [sampleConnection()])
    const store = useConnections()
    await store.start()
    fake('connectionsList', () => {
      throw { code: 'STORE_FAILED', message: '' }
    })
    await store.load()
    expect(store.list).toHaveLength(1)
    expect(store.error).toMatchObject({ code: 'STORE_FAILED' })
  })

  it('remember why a test failed until one passes', async () => {
    fake('connectionsList', () => [sampleConnection()])
    fake('connectionTestSaved', () => {
      throw { code: 'SERVER_TIMEOUT', message: '' }
    })
    const store = useConnections()
    await store.start()
    await store.test('c1')
    expect(store.tests.get('c1')?.failure?.error).toMatchObject({ code: 'SERVER_TIMEOUT' })
    fake('connectionTestSaved', () => sampleReport())
    await store.test('c1')
    expect(store.tests.get('c1')).toEqual({ busy: false, failure: null })
  })
})

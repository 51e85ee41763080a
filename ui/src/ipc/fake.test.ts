import { invoke } from '@tauri-apps/api/core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { commands, events } from './bindings'
import { fake, fakeEvent, installFakes, resetFakes } from './fake'

describe('the fake core', () => {
  beforeEach(() => {
    resetFakes()
    installFakes()
  })

  it('answers a command by its TypeScript name', async () => {
    fake('connectionsExport', ({ path }) => (path as string).length)
    await expect(commands.connectionsExport('/tmp/a', null)).resolves.toBe(6)
  })

  it('fails a command as the core does', async () => {
    fake('connectionsList', () => {
      throw { code: 'STORE_FULL', message: 'The disk is full' }
    })
    await expect(commands.connectionsList()).rejects.toMatchObject({ code: 'STORE_FULL' })
  })

  it('says which answer is missing', async () => {
    await expect(invoke('other_command')).rejects.toMatchObject({ code: 'INTERNAL', message: 'No fake answers other_command' })
  })

  it('carries events', async () => {
    const heard = vi.fn()
    await events.coreEvent.listen((event) => heard(event.payload))
    await fakeEvent('core-event', { kind: 'connections_changed' })
    expect(heard).toHaveBeenCalledExactlyOnceWith({ kind: 'connections_changed' })
  })
})

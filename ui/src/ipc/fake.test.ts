import { invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fake, fakeEvent, installFakes, resetFakes } from './fake'
import type { CommandName } from './fake'

describe('the fake core', () => {
  beforeEach(() => {
    resetFakes()
    installFakes()
  })

  it('answers a command by its TypeScript name', async () => {
    fake('someCommand' as CommandName, ((args: { name: string }) => `hello ${args.name}`) as never)
    await expect(invoke('some_command', { name: 'orders' })).resolves.toBe('hello orders')
  })

  it('says which answer is missing', async () => {
    await expect(invoke('other_command')).rejects.toMatchObject({ code: 'INTERNAL', message: 'No fake answers other_command' })
  })

  it('carries events', async () => {
    const heard = vi.fn()
    await listen('run-event', (event) => heard(event.payload))
    await fakeEvent('run-event', { rows: 5 })
    expect(heard).toHaveBeenCalledExactlyOnceWith({ rows: 5 })
  })
})

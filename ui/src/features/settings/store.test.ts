import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Settings } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { DEFAULTS, useSettings } from './store'

describe('the settings', () => {
  let stored: Settings

  beforeEach(() => {
    setActivePinia(createPinia())
    resetFakes()
    installFakes()
    stored = { runs_at_once: 3 }
    fake('settingsGet', () => stored)
    fake('settingsSet', ({ settings }) => (stored = settings as Settings))
  })

  it('fill what is not stored with the defaults', async () => {
    const settings = useSettings()
    await settings.start()
    expect(settings.value).toEqual({ ...DEFAULTS, runs_at_once: 3 })
  })

  it('are saved whole, quick changes in their order', async () => {
    const settings = useSettings()
    await settings.start()
    await Promise.all([settings.change({ backups_kept: 9 }), settings.changeLimits({ pids: 128 })])
    expect(stored).toEqual({ ...DEFAULTS, runs_at_once: 3, backups_kept: 9, limits: { ...DEFAULTS.limits, pids: 128 } })
  })

  it('go back to what is stored when the core refuses', async () => {
    const settings = useSettings()
    await settings.start()
    fake('settingsSet', () => {
      throw { code: 'STORE_FULL', message: '', hint: '', detail: null, params: {} }
    })
    await expect(settings.change({ backups_kept: 1000 })).resolves.toBe(false)
    await flushPromises()
    expect(settings.value?.backups_kept).toBe(DEFAULTS.backups_kept)
    expect(settings.saveError).toMatchObject({ code: 'STORE_FULL' })
  })
})

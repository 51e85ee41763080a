import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakePlugin, installFakes, resetFakes } from './fake'
import { openPreferences, readPreferences } from './preferences'

afterEach(resetFakes)

describe('the preference file', () => {
  it('is read once and written through', async () => {
    const written = vi.fn()
    installFakes()
    fakePlugin('plugin:store|load', () => 7)
    fakePlugin('plugin:store|entries', () => [
      ['mysqler.theme', 'dark'],
      ['foreign', 3],
    ])
    fakePlugin('plugin:store|set', written)
    fakePlugin('plugin:store|delete', written)
    const preferences = await readPreferences()
    expect(preferences.getItem('mysqler.theme')).toBe('dark')
    expect(preferences.getItem('foreign')).toBeNull()
    preferences.setItem('mysqler.theme', 'light')
    expect(preferences.getItem('mysqler.theme')).toBe('light')
    preferences.removeItem('mysqler.theme')
    expect(preferences.getItem('mysqler.theme')).toBeNull()
    expect(written.mock.calls.map(([args]) => args)).toEqual([
      { rid: 7, key: 'mysqler.theme', value: 'light' },
      { rid: 7, key: 'mysqler.theme' },
    ])
  })

  it('is the browser’s storage where there is no shell', async () => {
    await expect(openPreferences()).resolves.toBe(localStorage)
  })
})

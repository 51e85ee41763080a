import { describe, expect, it } from 'vitest'
import en from '@/locales/en'
import { finds, SECTIONS } from './search'

describe('the search of the settings', () => {
  it('wants every word, in any of the texts', () => {
    expect(finds('memory container', ['Memory', 'Per container'])).toBe(true)
    expect(finds('memory disk', ['Memory', 'Per container'])).toBe(false)
    expect(finds('  ', ['Memory'])).toBe(true)
  })

  it('knows texts for every setting', () => {
    expect(Object.keys(en.settings.row).sort()).toEqual(Object.values(SECTIONS).flat().sort())
  })
})

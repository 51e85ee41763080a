import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { keyLabels, matchesKeys } from './keys'
import { useShortcut } from './useShortcut'

const pressed = (key: string, mods: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...mods,
})

describe('a combination', () => {
  it('is Ctrl here and ⌘ on a Mac', () => {
    expect(matchesKeys(pressed('k', { ctrlKey: true }), 'mod+k', false)).toBe(true)
    expect(matchesKeys(pressed('k', { ctrlKey: true }), 'mod+k', true)).toBe(false)
    expect(matchesKeys(pressed('k', { metaKey: true }), 'mod+k', true)).toBe(true)
    expect(matchesKeys(pressed('k', { ctrlKey: true, shiftKey: true }), 'mod+k', false)).toBe(false)
    expect(matchesKeys(pressed('/', { shiftKey: true }), '/', false)).toBe(true)
  })

  it('is named as the keys of the platform', () => {
    expect(keyLabels('mod+enter', false)).toEqual(['Ctrl', 'Enter'])
    expect(keyLabels('mod+k', true)).toEqual(['⌘', 'K'])
  })
})

describe('a shortcut', () => {
  const scope = effectScope()
  const press = (key: string, init: KeyboardEventInit = {}, on: EventTarget = document.body) =>
    on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))

  afterEach(() => {
    document.body.innerHTML = ''
  })

  it('goes to the layer opened last, and back when it is gone', () => {
    const below = vi.fn()
    const above = vi.fn()
    const upper = effectScope()
    scope.run(() => useShortcut('escape', below))
    upper.run(() => useShortcut('escape', above))
    press('Escape')
    upper.stop()
    press('Escape')
    expect(above).toHaveBeenCalledTimes(1)
    expect(below).toHaveBeenCalledTimes(1)
  })

  it('of one sign leaves a person who is typing alone', () => {
    const focus = vi.fn()
    scope.run(() => useShortcut('/', focus))
    const input = document.body.appendChild(document.createElement('input'))
    press('/', {}, input)
    expect(focus).not.toHaveBeenCalled()
    press('/')
    expect(focus).toHaveBeenCalledTimes(1)
  })

  it('of the page sleeps under a dialog', () => {
    const run = vi.fn()
    scope.run(() => useShortcut('mod+enter', run))
    document.body.innerHTML = '<div class="el-overlay"></div>'
    press('Enter', { ctrlKey: true })
    expect(run).not.toHaveBeenCalled()
    document.body.innerHTML = ''
    press('Enter', { ctrlKey: true })
    expect(run).toHaveBeenCalledTimes(1)
  })
})

import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { h, nextTick } from 'vue'
import { i18n } from '@/locales'
import CommandPalette from './CommandPalette.vue'
import { rank, score } from './match'
import { usePalette, usePaletteCommands, usePaletteSource } from './palette'

describe('the match', () => {
  it('prefers a start to a word, a word to a middle, a middle to scattered letters', () => {
    const points = ['orders', 'shop orders', 'reorders', 'o r d e r s'].map((text) => score('orders', text))
    expect(points).toEqual([...points].sort((a, b) => b - a))
    expect(new Set(points).size).toBe(4)
    expect(score('xyz', 'orders')).toBe(-1)
  })

  it('finds by keyword as well, below a title', () => {
    const all = [{ title: '新建变更', keywords: 'new change' }, { title: 'change' }]
    expect(rank('change', all).map((found) => found.title)).toEqual(['change', '新建变更'])
  })
})

describe('the palette', () => {
  const run = vi.fn()

  beforeEach(() => {
    setActivePinia(createPinia())
    run.mockClear()
  })

  afterEach(() => {
    document.body.innerHTML = ''
  })

  function open() {
    const wrapper = mount(
      {
        setup() {
          usePaletteCommands(() => [
            { id: 'a', title: 'Open runs', group: 'Go to', run: () => run('a') },
            { id: 'b', title: 'Open history', group: 'Go to', run: () => run('b') },
          ])
          usePaletteSource((query) => [{ id: query, title: `shop.${query}`, group: 'Tables', run: () => run(query) }])
          return () => h(CommandPalette)
        },
      },
      { global: { plugins: [i18n] }, attachTo: document.body },
    )
    usePalette().open = true
    return wrapper
  }

  const input = () => document.querySelector<HTMLInputElement>('input')!
  const press = async (key: string) => {
    input().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    await nextTick()
    await nextTick()
  }

  it('runs the command that the arrows reached, and closes', async () => {
    open()
    await nextTick()
    await nextTick()
    await press('ArrowDown')
    await press('Enter')
    expect(run).toHaveBeenCalledExactlyOnceWith('b')
    expect(usePalette().open).toBe(false)
  })

  it('asks the sources with what was typed', async () => {
    open()
    await nextTick()
    input().value = 'orders'
    input().dispatchEvent(new Event('input'))
    await vi.waitFor(() => expect(document.body.textContent).toContain('shop.orders'))
    await press('Enter')
    expect(run).toHaveBeenCalledExactlyOnceWith('orders')
  })

  it('forgets the commands of a component that is gone', () => {
    const wrapper = open()
    expect(usePalette().commands()).toHaveLength(2)
    wrapper.unmount()
    expect(usePalette().commands()).toHaveLength(0)
  })

  it('closes with Esc', async () => {
    open()
    await nextTick()
    await press('Escape')
    expect(usePalette().open).toBe(false)
  })
})

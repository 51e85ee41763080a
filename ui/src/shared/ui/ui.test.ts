import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { i18n } from '@/locales'
import AppButton from './AppButton.vue'
import AppSkeleton from './AppSkeleton.vue'
import ConfirmByTyping from './ConfirmByTyping.vue'
import ErrorPanel from './ErrorPanel.vue'
import FormField from './FormField.vue'
import MiddleEllipsis from './MiddleEllipsis.vue'
import ProgressBar from './ProgressBar.vue'
import SearchBox from './SearchBox.vue'
import VirtualList from './VirtualList.vue'

const global = { plugins: [i18n, createPinia()] }

afterEach(() => {
  document.body.innerHTML = ''
  vi.useRealTimers()
})

describe('a button', () => {
  it('that is busy says so and takes no second click', async () => {
    const button = mount(AppButton, { global, props: { busy: true }, slots: { default: 'Run' } })
    await button.trigger('click')
    expect(button.emitted('click')).toBeUndefined()
    expect(button.attributes('aria-busy')).toBe('true')
  })

  it('of an icon alone has a name', () => {
    expect(mount(AppButton, { global, props: { icon: 'copy', label: 'Copy' } }).attributes('aria-label')).toBe('Copy')
  })
})

describe('the skeleton', () => {
  it('shows nothing for what comes within 150 ms', async () => {
    vi.useFakeTimers()
    const skeleton = mount(AppSkeleton, { global, props: { lines: 2 } })
    vi.advanceTimersByTime(149)
    await nextTick()
    expect(skeleton.findAll('.bar')).toHaveLength(0)
    vi.advanceTimersByTime(2)
    await nextTick()
    expect(skeleton.findAll('.bar')).toHaveLength(2)
  })
})

describe('the error panel', () => {
  const error = { code: 'NOT_IN_THE_CATALOGUE', message: 'No answer from db:3306', hint: 'Check the port.', detail: 'timeout 5 s' }

  it('tells what, what to do and the code, and folds the details out', async () => {
    const panel = mount(ErrorPanel, { global, props: { error, retry: true } })
    expect(panel.text()).toContain('No answer from db:3306')
    expect(panel.text()).toContain('Check the port.')
    expect(panel.text()).toContain('NOT_IN_THE_CATALOGUE')
    expect(panel.text()).not.toContain('timeout 5 s')
    await panel.find('[aria-expanded]').trigger('click')
    expect(panel.text()).toContain('timeout 5 s')
    await panel.findAll('button')[0]!.trigger('click')
    expect(panel.emitted('retry')).toHaveLength(1)
  })

  it('keeps a thrown text in the details', async () => {
    const panel = mount(ErrorPanel, { global, props: { error: 'broken pipe' } })
    await panel.find('[aria-expanded]').trigger('click')
    expect(panel.text()).toContain('broken pipe')
  })
})

describe('confirming by typing', () => {
  let wrapper: ReturnType<typeof mount>
  const confirmed = vi.fn()
  beforeEach(async () => {
    confirmed.mockClear()
    wrapper = mount(
      defineComponent({
        setup() {
          const open = ref(true)
          return () =>
            h(ConfirmByTyping, {
              modelValue: open.value,
              'onUpdate:modelValue': (value: boolean) => (open.value = value),
              title: 'Run',
              expected: 'shop.orders',
              action: 'Run now',
              onConfirm: confirmed,
            })
        },
      }),
      { global, attachTo: document.body },
    )
    await vi.waitFor(() => expect(document.querySelector('.el-dialog input')).not.toBeNull())
  })
  afterEach(() => wrapper.unmount())

  const action = () => [...document.querySelectorAll('button')].find((button) => button.textContent?.includes('Run now'))!
  async function type(text: string) {
    const input = document.querySelector<HTMLInputElement>('.el-dialog input')!
    input.value = text
    input.dispatchEvent(new Event('input'))
    await nextTick()
  }

  it.each(['', 'shop.order', 'SHOP.ORDERS', 'shop.orders ', '`shop`.`orders`'])('refuses %j', async (text) => {
    await type(text)
    expect(action().disabled).toBe(true)
    document.querySelector('.el-dialog input')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    expect(confirmed).not.toHaveBeenCalled()
  })

  it('accepts the exact text and hands it out', async () => {
    await type('shop.orders')
    action().click()
    expect(confirmed).toHaveBeenCalledExactlyOnceWith('shop.orders')
  })
})

describe('a form field', () => {
  it('ties label and error to the control', () => {
    const field = mount(FormField, {
      global,
      props: { label: 'Port', hint: 'of the server', error: 'From 1 to 65535' },
      slots: { default: (slot: { field: Record<string, unknown> }) => h('input', slot.field) },
    })
    const input = field.find('input')
    expect(field.find('label').attributes('for')).toBe(input.attributes('id'))
    expect(input.attributes('aria-invalid')).toBe('true')
    expect(field.find(`#${CSS.escape(input.attributes('aria-describedby')!)}`).text()).toBe('From 1 to 65535')
  })
})

describe('a long name', () => {
  it('keeps its end apart and loses no letter, emoji included', () => {
    const name = mount(MiddleEllipsis, { global, props: { text: '订单表_2024😀_archive', tail: 8 } })
    expect(name.text()).toBe('订单表_2024😀_archive')
    expect(name.find('.tail').text()).toBe('_archive')
    expect(name.attributes('title')).toBe('订单表_2024😀_archive')
  })
})

describe('the progress bar', () => {
  it('is honest past the estimate and without an end', async () => {
    const bar = mount(ProgressBar, { global, props: { share: 1.2, label: 'Rows' } })
    expect(bar.classes()).toContain('past')
    expect(bar.attributes('aria-valuenow')).toBe('100')
    await bar.setProps({ share: null })
    expect(bar.attributes('aria-valuenow')).toBeUndefined()
  })
})

describe('the search box', () => {
  it('takes / as its own and Esc as clear', async () => {
    const box = mount(SearchBox, { global, attachTo: document.body, props: { modelValue: 'ord' } })
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }))
    expect(document.activeElement).toBe(box.find('input').element)
    await box.find('input').trigger('keydown', { key: 'Escape' })
    expect(box.emitted('update:modelValue')?.at(-1)).toEqual([''])
    box.unmount()
  })
})

describe('a list of 10,000', () => {
  it('draws only what is in sight and moves by keys', async () => {
    const items = Array.from({ length: 10_000 }, (_, id) => ({ id }))
    const list = mount(VirtualList<{ id: number }>, {
      global,
      attachTo: document.body,
      props: { items, itemKey: (item) => item.id, label: 'Tables', selected: 3 },
      slots: { default: ({ item }: { item: { id: number } }) => `t${item.id}` },
    })
    await nextTick()
    expect(list.findAll('[role=option]').length).toBeLessThan(60)
    await list.trigger('keydown', { key: 'ArrowDown' })
    await list.trigger('keydown', { key: 'End' })
    expect(list.emitted('update:selected')).toEqual([[4], [9999]])
    await list.trigger('keydown', { key: 'Enter' })
    expect(list.emitted('open')).toEqual([[{ id: 9999 }]])
    list.unmount()
  })
})

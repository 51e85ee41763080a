import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n } from '@/locales'
import { usePreferences } from '@/shared/preferences/preferences'
import PageHeader from '@/shared/ui/PageHeader.vue'
import AppFrame from './AppFrame.vue'
import { places } from './navigation'

const page = { render: () => h(PageHeader, { title: 'Orders', production: 'shop-primary' }) }

async function frame(counts: { running: number; waiting: number }) {
  const pinia = createPinia()
  setActivePinia(pinia)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: places.map(({ name }) => ({ path: `/${name}`, name, component: page })),
  })
  await router.push('/runs')
  const wrapper = mount(AppFrame, {
    props: { ...counts, lockable: true },
    slots: { default: () => h(page) },
    global: { plugins: [pinia, i18n, router] },
    attachTo: document.body,
  })
  await flushPromises()
  return wrapper
}

describe('the frame', () => {
  beforeEach(() => localStorage.clear())
  afterEach(() => {
    document.body.innerHTML = ''
    i18n.global.locale.value = 'en'
  })

  it('always tells what runs and what waits', async () => {
    const wrapper = await frame({ running: 2, waiting: 1 })
    expect(wrapper.find('[role=status]').text()).toBe('2 running1 waits')
    await wrapper.setProps({ running: 0, waiting: 3 })
    expect(wrapper.find('[role=status]').text()).toBe('0 running3 wait')
    wrapper.unmount()
  })

  it('takes the page title and the production band from the page', async () => {
    const wrapper = await frame({ running: 0, waiting: 0 })
    expect(document.querySelector('#page-header h1')?.textContent).toBe('Orders')
    expect(document.querySelector('#page-band')?.textContent).toContain('shop-primary')
    wrapper.unmount()
  })

  it('marks the place, and switches language and theme at once', async () => {
    const wrapper = await frame({ running: 0, waiting: 0 })
    expect(wrapper.findAll('nav [aria-current=page]').map((link) => link.text())).toEqual(['Runs'])
    const preferences = usePreferences()
    preferences.themeChoice = 'light'
    await wrapper.find('[aria-label="Switch to Chinese"]').trigger('click')
    expect(wrapper.find('nav [aria-current=page]').text()).toBe('运行')
    await wrapper.find('[aria-label="切换到深色主题"]').trigger('click')
    expect(document.documentElement.dataset.theme).toBe('dark')
    wrapper.unmount()
  })

  it('offers the lock', async () => {
    const wrapper = await frame({ running: 0, waiting: 0 })
    await wrapper.find('[aria-label="Lock the vault"]').trigger('click')
    expect(wrapper.emitted('lock')).toHaveLength(1)
    wrapper.unmount()
  })
})

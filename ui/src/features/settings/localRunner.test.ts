import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LocalStatus, Settings } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import LocalRunnerRows from './LocalRunnerRows.vue'
import { useSettings } from './store'

const ready = (program: string): LocalStatus => ({ kind: 'ready', tool: { program, version: '3.7.1', sha256: '5f', perl: '/usr/bin/perl', perl_lib: '', tls_by_file: false } })

describe("this computer's own runner", () => {
  let stored: Settings
  let status: LocalStatus

  beforeEach(() => {
    setActivePinia(createPinia())
    resetFakes()
    installFakes()
    stored = {}
    status = ready('/usr/bin/pt-online-schema-change')
    fake('settingsGet', () => stored)
    fake('settingsSet', ({ settings }) => (stored = settings as Settings))
    fake('localStatus', () => status)
  })

  async function open() {
    await useSettings().start()
    const page = mount(LocalRunnerRows, { global: { plugins: [i18n] } })
    await flushPromises()
    return page
  }

  it('is chosen for all changes that do not say otherwise', async () => {
    const page = await open()
    const [, local] = page.findAll('[data-testid="settings-runner"] input')
    await local!.setValue()
    await flushPromises()
    expect(stored.runner).toBe('local')
  })

  it('says which program it is, and looks again when another one is named', async () => {
    const page = await open()
    expect(page.get('[data-testid="local-status"]').text()).toContain('Version 3.7.1, ready')
    expect(page.text()).toContain('/usr/bin/pt-online-schema-change')
    status = { kind: 'unusable', program: '/opt/pt-osc', why: { obstacle: 'modules_missing', modules: 'DBD::mysql' } }
    await page.get('input[data-testid="settings-local-tool"]').setValue('/opt/pt-osc')
    await flushPromises()
    expect(stored.local_tool).toBe('/opt/pt-osc')
    const text = page.get('[data-testid="local-status"]').text()
    expect(text).toContain('/opt/pt-osc')
    expect(text).toContain('its Perl lacks DBD::mysql')
  })
})

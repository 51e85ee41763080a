import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LintRule, Settings } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import LintSection from './LintSection.vue'
import { useSettings } from './store'

const rules: LintRule[] = [
  { code: 'LINT_FLOAT_MONEY', on_by_default: true },
  { code: 'LINT_COMMENT_MISSING', on_by_default: false },
]

describe('the rules on style', () => {
  let stored: Settings

  beforeEach(() => {
    setActivePinia(createPinia())
    resetFakes()
    installFakes()
    stored = { lints_off: ['LINT_COMMENT_MISSING', 'LINT_OF_A_NEWER_VERSION'] }
    fake('lintRules', () => rules)
    fake('settingsGet', () => stored)
    fake('settingsSet', ({ settings }) => (stored = settings as Settings))
  })

  async function open() {
    const page = mount(LintSection, { global: { plugins: [i18n] } })
    await useSettings().start()
    await flushPromises()
    const turn = async (code: string) => {
      await page.get(`[data-testid="lint-${code}"] input`).trigger('change')
      await flushPromises()
    }
    return { page, turn }
  }

  it('are listed with their text and switched one by one', async () => {
    const { page, turn } = await open()
    expect(page.text()).toContain('Money in binary fractions')
    await turn('LINT_FLOAT_MONEY')
    expect(stored.lints_off).toEqual(['LINT_COMMENT_MISSING', 'LINT_OF_A_NEWER_VERSION', 'LINT_FLOAT_MONEY'])
    await turn('LINT_COMMENT_MISSING')
    expect(stored.lints_off).toEqual(['LINT_OF_A_NEWER_VERSION', 'LINT_FLOAT_MONEY'])
  })

  it('go back to what is on at first, and leave alone what this version does not know', async () => {
    const { page, turn } = await open()
    await turn('LINT_FLOAT_MONEY')
    await page.get('[data-testid="setting-lints"] .default button').trigger('click')
    await flushPromises()
    expect(stored.lints_off).toEqual(['LINT_OF_A_NEWER_VERSION', 'LINT_COMMENT_MISSING'])
  })
})

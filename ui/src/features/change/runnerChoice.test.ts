import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { RunnerKind } from '@/ipc'
import { i18n } from '@/locales'
import RunnerChoice from './RunnerChoice.vue'

describe('where a change runs', () => {
  const choice = (modelValue: RunnerKind | null) => mount(RunnerChoice, { props: { modelValue }, global: { plugins: [i18n] } })
  const choices = (page: ReturnType<typeof choice>) => page.findAll('input')
  const chosen = (page: ReturnType<typeof choice>) => page.findAll('.el-segmented__item').filter((item) => item.classes('is-selected')).map((item) => item.text())

  it('is left to the settings, in a container or on this computer, told by words', () => {
    const told = (['docker', 'local', null] as const).map((runner) => chosen(choice(runner)))
    expect(told).toEqual([['Docker'], ['This computer'], ['By the settings']])
    expect(choices(choice(null))).toHaveLength(3)
  })

  it('is the chosen one, and nothing again when it is left to the settings', async () => {
    const page = choice(null)
    await choices(page)[2]!.setValue()
    await page.setProps({ modelValue: 'local' })
    await choices(page)[1]!.setValue()
    await page.setProps({ modelValue: 'docker' })
    await choices(page)[0]!.setValue()
    expect(page.emitted('update:modelValue')).toEqual([['local'], ['docker'], [null]])
  })

  it('is marked where it differs from the settings', async () => {
    const page = choice(null)
    expect(page.classes('different')).toBe(false)
    await page.setProps({ modelValue: 'docker' })
    expect(page.classes('different')).toBe(true)
  })
})

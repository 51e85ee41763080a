import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { i18n } from '@/locales'
import PasswordField from './PasswordField.vue'

describe('a saved secret', () => {
  const field = (saved: 'stored' | 'missing' | 'empty' | null, remove = false) =>
    mount(PasswordField, { props: { saved, modelValue: '', remove, 'onUpdate:remove': () => {} }, global: { plugins: [i18n] } })

  it('can be removed, and one that never came here be said not to exist', async () => {
    expect(field('stored').find('[data-testid=password-remove]').text()).toBe('Remove the stored password')
    const missing = field('missing')
    expect(missing.find('[data-testid=password-remove]').text()).toBe('There is none')
    await missing.find('[data-testid=password-remove]').trigger('click')
    expect(missing.emitted('update:remove')).toEqual([[true]])
    expect(field('missing', true).find('[data-testid=password-remove]').text()).toBe('There is one')
    expect(field('empty').find('[data-testid=password-remove]').exists()).toBe(false)
  })
})

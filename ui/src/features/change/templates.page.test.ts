import { flushPromises } from '@vue/test-utils'
import { EditorView } from '@codemirror/view'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ClauseTemplate, TemplateDraft } from '@/ipc'
import { fake } from '@/ipc/fake'
import { core, disabled, element, exists, openPage, press, type } from './page.fixture'

let page: Awaited<ReturnType<typeof openPage>>['page']
let draft: Awaited<ReturnType<typeof openPage>>['draft']
let kept: ClauseTemplate[]
const saved = vi.fn()
const clause = () => EditorView.findFromDOM(element('clause-editor'))?.state.sliceDoc()
const rows = () => [...document.querySelectorAll('[data-testid^="templates-"]')].map((row) => row.textContent?.trim())

describe('templates', () => {
  beforeEach(async () => {
    core()
    saved.mockReset()
    kept = [{ id: 't1', name: 'Audit columns', clause: "ADD COLUMN {name} INT COMMENT '{comment}'", created_at: 1, updated_at: 1 }]
    fake('templates', () => kept)
    fake('templateSave', ({ draft: given }) => {
      const typed = given as TemplateDraft
      saved(typed)
      if (kept.some(({ name }) => name === typed.name)) throw { code: 'NAME_TAKEN', message: 'Audit columns', hint: '', detail: null, params: {} }
      const template = { ...typed, id: 't2', created_at: 2, updated_at: 2 }
      kept = [...kept, template]
      return template
    })
    fake('templateRemove', ({ id }) => {
      kept = kept.filter((template) => template.id !== id)
      return null
    })
    ;({ page, draft } = await openPage())
  })
  afterEach(() => {
    page.unmount()
    document.body.innerHTML = ''
  })

  it('stand with one’s own first, and narrow as one types', async () => {
    await press('templates')
    expect(rows()[0]).toContain('Audit columns')
    expect(rows().length).toBeGreaterThan(5)
    const search = document.querySelector<HTMLInputElement>('[role=combobox][aria-controls$="-list"]')!
    search.value = 'audit'
    search.dispatchEvent(new Event('input'))
    await flushPromises()
    expect(rows()).toHaveLength(1)
  })

  it('go into the clause at once where nothing is to be filled in', async () => {
    draft.clause = 'DROP COLUMN note'
    await flushPromises()
    await press('templates')
    await press('templates-softDelete')
    expect(clause()).toBe('DROP COLUMN note,\nADD COLUMN deleted_at DATETIME NULL,\nADD INDEX idx_deleted_at (deleted_at)')
  })

  it('ask for what is to be filled in, and show what comes of it before it is written', async () => {
    await press('templates')
    await press('templates-t1')
    expect(disabled('confirm-action')).toBe(true)
    const [name, comment] = [...document.querySelectorAll<HTMLElement>('form.fill input')] as [HTMLElement, HTMLElement]
    await type(name, 'order')
    await type(comment, "it's")
    expect(document.querySelector('form.fill .result')?.textContent).toBe("ADD COLUMN `order` INT COMMENT 'it''s'")
    await press('confirm-action')
    expect(clause()).toBe("ADD COLUMN `order` INT COMMENT 'it''s'")
  })

  it('are made of the clause that stands there, and a name that is taken is said', async () => {
    draft.clause = 'ADD INDEX by_{column} ({column})'
    await flushPromises()
    await press('templates')
    await press('template-save')
    await type('template-name', 'Audit columns')
    await press('template-submit')
    await flushPromises()
    expect(element('template-form').querySelector('[role=alert]'), 'the form stays, with the reason').not.toBeNull()
    await type('template-name', ' By column ')
    await press('template-submit')
    expect(saved).toHaveBeenLastCalledWith({ id: null, name: 'By column', clause: 'ADD INDEX by_{column} ({column})' })
    expect(document.querySelectorAll('[data-testid=template-row]')).toHaveLength(2)
  })

  it('are removed with a second look', async () => {
    await press('templates')
    await press('template-manage')
    await press('template-remove')
    expect(kept).toHaveLength(1)
    await press('template-remove-sure')
    expect(kept).toHaveLength(0)
    expect(exists('template-row')).toBe(false)
  })
})

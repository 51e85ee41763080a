import { flushPromises } from '@vue/test-utils'
import { EditorView } from '@codemirror/view'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { fake } from '@/ipc/fake'
import { choose, core, disabled, element, exists, openPage, planned, press, textOf, type } from '../page.fixture'
import { sampleDiagnosis, sampleFacts, sampleSuggestion } from '../sample'
import { DEFAULT_RULES } from '../sqlTokens'

let page: Awaited<ReturnType<typeof openPage>>['page']
let draft: Awaited<ReturnType<typeof openPage>>['draft']

const field = (name: string) => {
  const found = document.querySelector<HTMLElement>(`[data-testid=builder] [data-field="${name}"]`)
  if (found === null) throw new Error(`the form has no field ${name}`)
  return found
}
async function build(kind: string) {
  await press('builder-menu')
  await press(`builder-menu-${kind}`)
  await nextTick()
}
const tick = (label: string) => {
  const box = [...document.querySelectorAll<HTMLElement>('[data-testid=builder] label')].find((found) => found.textContent?.trim().startsWith(label))
  if (box === undefined) throw new Error(`nothing to tick is called ${label}`)
  return press(box.querySelector('input') as HTMLElement)
}
/** What stands in the editor itself. */
const clause = () => EditorView.findFromDOM(element('clause-editor'))?.state.sliceDoc()
const parts = async (...columns: string[]) => {
  for (const column of columns) await choose(field('parts'), column)
}

describe('the builder', () => {
  beforeEach(async () => {
    core()
    ;({ page, draft } = await openPage())
  })
  afterEach(() => {
    page.unmount()
    document.body.innerHTML = ''
  })

  it('adds a column with all that was said of it', async () => {
    await build('add_column')
    await type(field('name'), 'order')
    await type(field('type'), 'VARCHAR(64)')
    await choose(field('default'), 'Value')
    await type(document.querySelectorAll<HTMLElement>('[data-field=default]')[1] as HTMLElement, "it's")
    await tick('NULL allowed')
    await choose(field('position'), 'After note')
    await type(field('comment'), '优先级')
    await press('builder-write')
    expect(clause()).toBe("ADD COLUMN `order` VARCHAR(64) NOT NULL DEFAULT 'it''s' COMMENT '优先级' AFTER `note`")
    expect(textOf('builder')).toContain('Written')
  })

  it('names every field that is missing when it is asked to write, and writes nothing', async () => {
    await build('add_column')
    expect(document.querySelectorAll('[data-testid=builder] [aria-invalid=true]')).toHaveLength(0)
    await press('builder-write')
    expect(document.querySelectorAll('[data-testid=builder] [aria-invalid=true]')).toHaveLength(2)
    expect(clause()).toBe('')
    await type(field('name'), 'note')
    expect(field('name').textContent).toContain('This name is taken')
  })

  it('changes one thing of a column and repeats the rest of it', async () => {
    await build('modify_column')
    await choose(field('from'), 'note')
    await type(field('type'), 'varchar(240)')
    await press('builder-write')
    expect(clause()).toBe("MODIFY COLUMN `note` varchar(240) COLLATE utf8mb4_0900_ai_ci NULL DEFAULT NULL COMMENT '客户备注'")
  })

  it('renames a column with everything that it has', async () => {
    await build('rename_column')
    await choose(field('from'), 'created_at')
    await type(field('name'), 'made_at')
    await press('builder-write')
    expect(clause()).toBe('CHANGE COLUMN `created_at` `made_at` datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)')
  })

  it('drops columns that are ticked', async () => {
    await build('drop_column')
    await press('builder-write')
    expect(clause(), 'nothing is ticked').toBe('')
    await tick('note')
    await tick('status')
    await press('builder-write')
    expect(clause()).toBe('DROP COLUMN `note`, DROP COLUMN `status`')
  })

  it('adds an index in the order of its columns, under a name that it proposes', async () => {
    await build('add_index')
    await parts('status', 'note')
    expect(element<HTMLInputElement>('builder').querySelector<HTMLInputElement>('[data-field=name] input')?.value).toBe('idx_status_note')
    await type(document.querySelector('.parts .prefix') as HTMLElement, '20')
    document.querySelector('.parts .prefix input')?.dispatchEvent(new Event('change'))
    await flushPromises()
    const up = [...document.querySelectorAll<HTMLElement>('.parts button')].filter((button) => (button.getAttribute('aria-label') ?? '').includes('up'))
    await press(up[1] as HTMLElement)
    await tick('DESC')
    await press('builder-write')
    expect(clause()).toBe('ADD INDEX `idx_note_status` (`note`(20) DESC, `status`)')
  })

  it('adds a unique index', async () => {
    await build('add_unique')
    await parts('customer_id', 'created_at')
    await press('builder-write')
    expect(clause()).toBe('ADD UNIQUE INDEX `uk_customer_id_created_at` (`customer_id`, `created_at`)')
  })

  it('drops an index', async () => {
    await build('drop_index')
    await tick('customer_created')
    await press('builder-write')
    expect(clause()).toBe('DROP INDEX `customer_created`')
  })

  it('puts another primary key in the old one’s place', async () => {
    await build('primary_key')
    expect(textOf('builder')).toContain('id')
    await parts('id', 'created_at')
    await press('builder-write')
    expect(clause()).toBe('DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `created_at`)')
  })

  it('adds a foreign key, and tells of types that differ', async () => {
    const customers = sampleFacts({ database: 'shop', table: 'customers' })
    fake('tableFacts', ({ table }) => ((table as { table: string }).table === 'customers' ? customers : sampleFacts()))
    await build('add_foreign_key')
    await choose(field('table'), 'customers')
    const [own, other] = [...field('columns').querySelectorAll<HTMLElement>('[role=combobox]')] as [HTMLElement, HTMLElement]
    await choose(own, 'status')
    expect(field('columns').textContent).toContain('bigint unsigned')
    await choose(own, 'customer_id')
    expect(field('columns').textContent).not.toContain("enum('new'")
    await choose(other, 'id')
    await choose(field('onDelete'), 'CASCADE')
    await press('builder-write')
    expect(clause()).toBe('ADD CONSTRAINT `fk_orders_customer_id` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE CASCADE')
  })

  it('drops a foreign key', async () => {
    await build('drop_foreign_key')
    await tick('orders_customer')
    await press('builder-write')
    expect(clause()).toBe('DROP FOREIGN KEY `orders_customer`')
  })

  it('changes what concerns the table as a whole', async () => {
    const written = async (kind: string, fill: () => Promise<unknown>) => {
      draft.clause = ''
      await build(kind)
      await fill()
      await press('builder-write')
      return clause()
    }
    expect(await written('engine', () => choose(field('engine'), 'RocksDB'))).toBe('ENGINE=RocksDB')
    expect(await written('row_format', () => choose(field('format'), 'COMPRESSED'))).toBe('ROW_FORMAT=COMPRESSED')
    expect(await written('auto_increment', () => type(field('value'), ' 3000000 '))).toBe('AUTO_INCREMENT=3000000')
    expect(await written('comment', () => type(field('comment'), "it's all \\ here"))).toBe("COMMENT='it''s all \\\\ here'")
    expect(await written('charset', () => choose(field('collation'), 'utf8mb4_bin'))).toBe('CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
  })

  it('refuses a counter that is none', async () => {
    await build('auto_increment')
    await type(field('value'), '0')
    await press('builder-write')
    expect([clause(), field('value').querySelector('[aria-invalid=true]') !== null]).toEqual(['', true])
  })

  it('puts several operations into one clause, after what was written by hand, and asks the core for all of it', async () => {
    draft.clause = 'ADD COLUMN by_hand INT -- mine'
    await flushPromises()
    await build('drop_column')
    await tick('note')
    await press('builder-write')
    await build('add_unique')
    await parts('customer_id')
    await press('builder-write')
    const whole = 'ADD COLUMN by_hand INT -- mine\n, DROP COLUMN `note`,\nADD UNIQUE INDEX `uk_customer_id` (`customer_id`)'
    expect(clause()).toBe(whole)
    await press('check')
    expect(planned).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: { kind: 'alter', clause: whole } }))
  })

  it('offers what the clause already adds, and no more what it drops', async () => {
    const span = { start: 0, end: 1, destructive: false }
    const diagnosed = vi.fn()
    fake('clauseDiagnose', ({ clause: text }) => {
      diagnosed(text)
      return sampleDiagnosis({ operations: [{ ...span, verb: 'ADD COLUMN', subject: 'priority' }, { ...span, verb: 'DROP COLUMN', subject: 'note' }] })
    })
    draft.clause = 'ADD priority INT, DROP note'
    await vi.waitFor(() => expect(diagnosed).toHaveBeenCalledWith('ADD priority INT, DROP note'), { timeout: 3000 })
    await flushPromises()
    await build('add_index')
    await parts('priority')
    await expect(choose(field('parts'), 'note')).rejects.toThrow('not among')
    await press('builder-write')
    expect(clause()).toBe('ADD priority INT, DROP note,\nADD INDEX `idx_priority` (`priority`)')
  })

  it('closes with Escape and gives the room back to the table’s facts', async () => {
    await build('comment')
    element('builder').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    await flushPromises()
    expect(exists('builder')).toBe(false)
    expect(disabled('builder-menu')).toBe(false)
  })
})

describe('the builder for a server whose sql_mode is another', () => {
  afterEach(() => {
    page.unmount()
    document.body.innerHTML = ''
  })

  it('writes a backslash as the server will read it', async () => {
    const asked: unknown[] = []
    const facts = { ...sampleFacts(), definition: sampleFacts().definition.replace("COMMENT '客户备注'", String.raw`COMMENT 'a \\ b'`) }
    core(undefined, facts)
    fake('suggestedOptions', () => sampleSuggestion({ sql_mode: 'NO_BACKSLASH_ESCAPES' }))
    fake('clauseDiagnose', ({ serverMode }) => {
      asked.push(serverMode)
      return sampleDiagnosis({ rules: { ...DEFAULT_RULES, no_backslash_escapes: serverMode === 'NO_BACKSLASH_ESCAPES' } })
    })
    ;({ page, draft } = await openPage())
    await vi.waitFor(() => expect(asked.at(-1)).toBe('NO_BACKSLASH_ESCAPES'), { timeout: 3000 })
    await flushPromises()
    await build('modify_column')
    await choose(field('from'), 'note')
    await press('builder-write')
    expect(clause()).toContain(String.raw`COMMENT 'a \ b'`)
    await build('comment')
    await type(field('comment'), String.raw`it's \ so`)
    await press('builder-write')
    expect(clause()).toContain(String.raw`COMMENT='it''s \ so'`)
  })
})

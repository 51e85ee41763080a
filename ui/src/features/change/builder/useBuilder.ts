/** Which operation is being built, with what data, and what is wrong with it. */
import { computed, ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { QuoteRules, TableFacts } from '@/ipc'
import { compose } from './compose'
import type { IndexKind, Operation, OperationKind } from './compose'
import { emptyColumn } from './definition'
import type { TableModel } from './table'
import { problemsOf } from './validation'
import type { Problems } from './validation'

/** What the menu offers: the kinds of operations, an index of each kind for itself. */
export type MenuKind = Exclude<OperationKind, 'add_index'> | 'add_index' | 'add_unique' | 'add_fulltext'

export const MENU: { group: 'columns' | 'indexes' | 'foreignKeys' | 'table'; kinds: MenuKind[] }[] = [
  { group: 'columns', kinds: ['add_column', 'modify_column', 'rename_column', 'drop_column'] },
  { group: 'indexes', kinds: ['add_index', 'add_unique', 'add_fulltext', 'drop_index', 'primary_key', 'drop_primary_key'] },
  { group: 'foreignKeys', kinds: ['add_foreign_key', 'drop_foreign_key'] },
  { group: 'table', kinds: ['engine', 'row_format', 'auto_increment', 'comment', 'charset'] },
]

const INDEX_KINDS: Partial<Record<MenuKind, IndexKind>> = { add_index: 'index', add_unique: 'unique', add_fulltext: 'fulltext' }

/** A form as it opens: what the table is, where that is known. */
export function startOf(kind: MenuKind, facts: TableFacts, table: TableModel): Operation {
  const hasPrimary = table.keys.some(({ name }) => name === 'PRIMARY')
  const index = INDEX_KINDS[kind]
  if (index !== undefined) return { kind: 'add_index', index, name: '', parts: [], comment: '' }
  switch (kind) {
    case 'add_column':
      return { kind, column: emptyColumn() }
    case 'modify_column':
    case 'rename_column':
      return { kind, from: '', column: emptyColumn() }
    case 'drop_column':
    case 'drop_index':
    case 'drop_foreign_key':
      return { kind, names: [] }
    case 'primary_key':
      return { kind, replace: hasPrimary, parts: [] }
    case 'add_foreign_key':
      return { kind, key: { name: '', columns: [''], database: '', table: '', referenced: [''], onDelete: 'RESTRICT', onUpdate: 'RESTRICT' } }
    case 'engine':
      return { kind, engine: 'InnoDB' }
    case 'row_format':
      return { kind, format: facts.row_format?.toUpperCase() ?? 'DYNAMIC' }
    case 'auto_increment':
      return { kind, value: facts.auto_increment === null ? '' : String(facts.auto_increment) }
    case 'comment':
      return { kind, comment: facts.comment }
    case 'charset':
      return { kind, charset: 'utf8mb4', collation: '' }
    default:
      return { kind: 'drop_primary_key' }
  }
}

/** `rules` are those that the clause will be read by. */
export function useBuilder(facts: Ref<TableFacts | undefined>, table: Ref<TableModel | null>, rules: Ref<QuoteRules>) {
  const kind = ref<MenuKind | null>(null)
  const operation = ref<Operation | null>(null)
  /** Reasons show where something was typed, and everywhere once writing was tried. */
  const touched = ref(new Set<string>())
  const tried = ref(false)

  function open(chosen: MenuKind) {
    if (facts.value === undefined || table.value === null) return
    kind.value = chosen
    operation.value = startOf(chosen, facts.value, table.value)
    touched.value = new Set()
    tried.value = false
  }
  function close() {
    kind.value = null
    operation.value = null
  }
  // What stands in a form was read and written by one table's definition and one server's rules.
  watch(() => JSON.stringify([facts.value?.table, rules.value]), close)

  const problems = computed<Problems>(() => (operation.value === null || table.value === null ? {} : problemsOf(operation.value, table.value, rules.value)))
  const complete = computed(() => operation.value !== null && Object.keys(problems.value).length === 0)
  const fragment = computed(() => (complete.value && operation.value !== null ? compose(operation.value, rules.value) : null))
  const shown = computed<Problems>(() => Object.fromEntries(Object.entries(problems.value).filter(([field]) => tried.value || touched.value.has(field))))
  const touch = (field: string) => (touched.value = new Set([...touched.value, field]))

  /** The fragment when it is whole; else every reason comes to light. */
  function take(): string | null {
    tried.value = true
    return fragment.value
  }
  return { kind, operation, rules, open, close, problems, shown, complete, fragment, tried, touch, take }
}
export type Builder = ReturnType<typeof useBuilder>

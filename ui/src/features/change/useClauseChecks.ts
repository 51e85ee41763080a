/** What is wrong with the clause while it is typed: the lexer's opinion at once, the server's own a moment later. */
import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import { commands } from '@/ipc'
import type { ClauseDiagnosis, PrepareVerdict, TableRef } from '@/ipc'
import { useCatalogue } from '@/locales/catalogue'
import { editorSpan } from './byteSpans'
import type { Span } from './byteSpans'

export interface Mark extends Span {
  severity: 'error' | 'warning' | 'info'
  message: string
}

interface Subject {
  connectionId: string | null
  table: TableRef | null
  clause: string
}

/** What the marks say where the catalogue has no text of its own. */
interface Words {
  serverSays: (code: number, message: string) => string
  destroys: (verb: string) => string
  unknown: () => string
}

export function useClauseChecks(subject: Ref<Subject>, words: Words) {
  const catalogue = useCatalogue()
  const diagnosis = shallowRef<{ clause: string; answer: ClauseDiagnosis } | null>(null)
  const verdict = shallowRef<{ key: string; clause: string; answer: PrepareVerdict } | null>(null)
  const preparing = ref(false)
  let alive = true
  onScopeDispose(() => (alive = false))

  const keyOf = (of: Subject) => JSON.stringify([of.connectionId, of.table, of.clause])

  const diagnose = useDebounceFn(async () => {
    const { clause } = subject.value
    const answer = await commands.clauseDiagnose(clause).catch(() => null)
    if (alive && answer !== null && subject.value.clause === clause) diagnosis.value = { clause, answer }
  }, 150)

  const prepare = useDebounceFn(async () => {
    const { connectionId, table, clause } = subject.value
    const key = keyOf(subject.value)
    const known = diagnosis.value
    const refusedHere = known?.clause === clause && known.answer.problems.length > 0
    if (connectionId === null || table === null || clause.trim() === '' || refusedHere) return
    preparing.value = true
    const answer = await commands
      .clausePrepare(connectionId, table, clause)
      .catch((reason: { message?: string }): PrepareVerdict => ({ kind: 'not_proven', message: reason.message ?? '' }))
    if (!alive || keyOf(subject.value) !== key) return
    preparing.value = false
    verdict.value = { key, clause, answer }
  }, 600)

  watch(
    () => keyOf(subject.value),
    () => {
      preparing.value = false
      void diagnose()
      void prepare()
    },
    { immediate: true },
  )

  /** Spans of an older text are dropped, not moved: a mark at the wrong place is worse than none. */
  const marks = computed<Mark[]>(() => {
    const { clause } = subject.value
    const found: Mark[] = []
    if (diagnosis.value?.clause === clause) {
      const { problems, operations } = diagnosis.value.answer
      for (const problem of problems) {
        if (clause === '') continue
        const message = [catalogue.render(`clause.${problem.reason}`), catalogue.render(`clause.${problem.reason}.hint`, {}, '')]
        found.push({ ...editorSpan(clause, problem.start, problem.end), severity: 'error', message: message.filter(Boolean).join('. ') })
      }
      for (const { verb, start, end, destructive } of operations) {
        if (destructive) found.push({ ...editorSpan(clause, start, end), severity: 'warning', message: words.destroys(verb) })
        else if (verb === 'OTHER') found.push({ ...editorSpan(clause, start, end), severity: 'info', message: words.unknown() })
      }
    }
    const said = verdict.value
    if (said !== null && said.key === keyOf(subject.value) && said.answer.kind === 'refused') {
      const { at, code, message } = said.answer
      const span = at === null ? { from: 0, to: clause.length } : editorSpan(clause, at, at)
      const end = at === null ? span.to : wordEnd(clause, span.from)
      found.push({ from: span.from, to: Math.max(span.to, end), severity: 'error', message: words.serverSays(code, message) })
    }
    return found
  })
  const server = computed(() => (verdict.value?.key === keyOf(subject.value) ? verdict.value.answer : null))
  /** Of the last text that was looked at: good enough for what is only offered. */
  const operations = computed(() => diagnosis.value?.answer.operations ?? [])
  return { marks, server, preparing, operations, problems: computed(() => (diagnosis.value?.clause === subject.value.clause ? diagnosis.value.answer.problems : [])) }
}

function wordEnd(text: string, from: number): number {
  const word = /^[\p{L}\p{N}_$@`]+/u.exec(text.slice(from))
  return from + (word?.[0].length ?? 1)
}

/** What is wrong with the clause while it is typed: the lexer's opinion at once, the server's own a moment later. */
import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import { commands } from '@/ipc'
import type { ClauseDiagnosis, PrepareVerdict, SessionVariable, TableRef } from '@/ipc'
import { useCatalogue } from '@/locales/catalogue'
import { same } from './options'
import { editorSpans } from './byteSpans'
import type { Span } from './byteSpans'
import { DEFAULT_RULES } from './sqlTokens'

export interface Mark extends Span {
  severity: 'error' | 'warning' | 'info'
  message: string
}

interface Subject {
  connectionId: string | null
  table: TableRef | null
  clause: string
  /** What the run's session is to have: a sql_mode among them decides how the clause is read. */
  setVars: readonly SessionVariable[]
  /** The server's own sql_mode, as far as it is known. */
  serverMode: string | null
}

/** What the marks say where the catalogue has no text of its own. */
interface Words {
  serverSays: (code: number, message: string) => string
  destroys: (verb: string) => string
  unknown: () => string
}

export function useClauseChecks(subject: Ref<Subject>, words: Words) {
  const catalogue = useCatalogue()
  const diagnosis = shallowRef<{ of: Subject; answer: ClauseDiagnosis } | null>(null)
  const verdict = shallowRef<{ of: Subject; answer: PrepareVerdict } | null>(null)
  const preparing = ref(false)
  let alive = true
  onScopeDispose(() => (alive = false))

  const isRead = (of: Subject) => of.clause === subject.value.clause && of.serverMode === subject.value.serverMode && same(of.setVars, subject.value.setVars)
  const isPrepared = (of: Subject) => isRead(of) && of.connectionId === subject.value.connectionId && same(of.table, subject.value.table)
  /** The answers, while they are about what stands there. */
  const read = computed(() => (diagnosis.value !== null && isRead(diagnosis.value.of) ? diagnosis.value.answer : null))
  const server = computed(() => (verdict.value !== null && isPrepared(verdict.value.of) ? verdict.value.answer : null))

  const diagnose = useDebounceFn(async () => {
    const of = subject.value
    const answer = await commands.clauseDiagnose(of.clause, [...of.setVars], of.serverMode).catch(() => null)
    if (alive && answer !== null && isRead(of)) diagnosis.value = { of, answer }
  }, 150)

  const prepare = useDebounceFn(async () => {
    const of = subject.value
    const { connectionId, table, clause } = of
    const refusedHere = read.value !== null && read.value.problems.length > 0
    if (connectionId === null || table === null || clause.trim() === '' || refusedHere) return
    preparing.value = true
    const answer = await commands
      .clausePrepare(connectionId, table, clause, [...of.setVars])
      .catch((reason: { message?: string }): PrepareVerdict => ({ kind: 'not_proven', message: reason.message ?? '' }))
    if (!alive || !isPrepared(of)) return
    preparing.value = false
    verdict.value = { of, answer }
  }, 600)

  watch(
    () => {
      const { connectionId, table, clause, setVars, serverMode } = subject.value
      return [clause, JSON.stringify([connectionId, table, setVars, serverMode])]
    },
    (now, before) => {
      if (before !== undefined && same(now, before)) return
      preparing.value = false
      void diagnose()
      void prepare()
    },
    { immediate: true },
  )

  /** Spans of an older text are dropped, not moved: a mark at the wrong place is worse than none. */
  const marks = computed<Mark[]>(() => [...readMarks(), ...serverMarks()])

  function readMarks(): Mark[] {
    const { clause } = subject.value
    if (read.value === null || clause === '') return []
    const told = [
      ...read.value.problems.map(({ reason, start, end }) => ({ start, end, severity: 'error' as const, message: problemText(reason) })),
      ...read.value.operations
        .filter(({ destructive, verb }) => destructive || verb === 'OTHER')
        .map(({ verb, start, end, destructive }) =>
          destructive ? { start, end, severity: 'warning' as const, message: words.destroys(verb) } : { start, end, severity: 'info' as const, message: words.unknown() },
        ),
    ]
    const spans = editorSpans(clause, told)
    return told.map(({ severity, message }, index) => ({ ...(spans[index] as Span), severity, message }))
  }
  const problemText = (reason: string) =>
    [catalogue.render(`clause.${reason}`), catalogue.render(`clause.${reason}.hint`, {}, '')].filter(Boolean).join('. ')

  function serverMarks(): Mark[] {
    const { clause } = subject.value
    if (server.value?.kind !== 'refused') return []
    const { at, code, message } = server.value
    const [span] = at === null ? [{ from: 0, to: clause.length }] : (editorSpans(clause, [{ start: at, end: at }]) as [Span])
    const end = at === null ? span.to : wordEnd(clause, span.from)
    return [{ from: span.from, to: Math.max(span.to, end), severity: 'error', message: words.serverSays(code, message) }]
  }

  return {
    marks,
    server,
    preparing,
    /** Of the last text that was looked at: good enough for what is only offered. */
    operations: computed(() => diagnosis.value?.answer.operations ?? []),
    /** By which the clause is read; a server's default until it is known better. */
    rules: computed(() => diagnosis.value?.answer.rules ?? DEFAULT_RULES),
  }
}

function wordEnd(text: string, from: number): number {
  const word = /^[\p{L}\p{N}_$@`]+/u.exec(text.slice(from))
  return from + (word?.[0].length ?? 1)
}

/** The connection form as a person works it: values, problems of touched fields, the test, and the save that needs it. */
import { watchDebounced } from '@vueuse/core'
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { commands } from '@/ipc'
import type { Connection, FieldProblem, ServerReport, SshHostKey } from '@/ipc'
import { isAppError } from '@/shared/ui/appError'
import { draftOf, filledFrom, reachOf, valuesOf } from './form'
import type { FormValues } from './form'
import { pastedPassword } from './pastedPassword'

const DEBOUNCE_MS = 200

export function useConnectionForm(before: Connection | null) {
  const values = reactive<FormValues>(valuesOf(before))
  const touched = reactive(new Set<string>())
  const problems = shallowRef<FieldProblem[]>([])
  const testing = ref(false)
  const saving = ref(false)
  /** The last answers, with the values that they are about. */
  const passed = shallowRef<{ reach: string; report: ServerReport } | null>(null)
  const failed = shallowRef<{ reach: string; error: unknown } | null>(null)
  const saveError = shallowRef<unknown>(null)
  const reach = computed(() => reachOf(draftOf(values)))
  const reachSaved = before === null ? null : reachOf(draftOf(valuesOf(before)))
  const started = JSON.stringify(values)
  let asked = 0

  const report = computed(() => (passed.value?.reach === reach.value ? passed.value.report : null))
  const testError = computed(() => (failed.value?.reach === reach.value ? failed.value.error : null))
  /** Nothing that decides about reaching the server differs from a test that passed or from what is saved. */
  const proven = computed(() => report.value !== null || reach.value === reachSaved)
  /** The SSH server's key that nobody has accepted yet, as the last test saw it. */
  const unknownKey = computed(() => {
    const error = testError.value
    if (!isAppError(error) || error.code !== 'SSH_HOST_KEY_UNKNOWN') return null
    const { host = '', port = '', fingerprint = '', key = '' } = error.params as Record<string, string>
    return { server: `${host}:${port}`, key: { fingerprint, key } }
  })
  const changed = computed(() => JSON.stringify(values) !== started)
  const problemOf = (field: string) => (touched.has(field) ? problems.value.find((problem) => problem.field === field) : undefined)

  async function judge() {
    const mine = ++asked
    try {
      const found = await commands.connectionProblems(draftOf(values))
      if (mine === asked) problems.value = found
    } catch {
      // Judging is a service while typing; the test and the save judge again and tell what is wrong.
    }
  }
  watchDebounced(() => JSON.stringify(draftOf(values)), judge, { debounce: DEBOUNCE_MS })
  void judge()
  watch(values, () => (saveError.value = null))

  const touch = (field: string) => void touched.add(field)

  /** Shows every problem that stands in the way; true when there is none. */
  async function acceptable(counts: (field: string) => boolean) {
    await judge()
    const hindering = problems.value.filter((problem) => counts(problem.field))
    hindering.forEach((problem) => touch(problem.field))
    return hindering.length === 0
  }

  function refused(error: unknown) {
    if (!isAppError(error)) return
    const field = error.code === 'NAME_TAKEN' ? 'name' : error.code === 'INVALID_INPUT' ? error.params?.field : undefined
    if (typeof field === 'string') touch(field)
  }

  async function test(): Promise<boolean> {
    if (testing.value || !(await acceptable((field) => field !== 'name' && field !== 'description'))) return false
    const draft = draftOf(values)
    testing.value = true
    failed.value = null
    try {
      passed.value = { reach: reachOf(draft), report: await commands.connectionTest(draft) }
      return true
    } catch (error) {
      passed.value = null
      failed.value = { reach: reachOf(draft), error }
      refused(error)
      return false
    } finally {
      testing.value = false
    }
  }

  /** A person accepted the key: from here on only that one is. */
  async function acceptKey(key: SshHostKey): Promise<boolean> {
    values.tunnel.hostKey = key
    return test()
  }

  async function keep(untested: boolean): Promise<Connection | null> {
    if (saving.value || !(await acceptable(() => true))) return null
    saving.value = true
    saveError.value = null
    try {
      return await commands.connectionSave(draftOf(values), untested)
    } catch (error) {
      // The core forgets tests when it restarts: then the test is due again, and the button says so.
      if (isAppError(error) && error.code === 'CONNECTION_UNTESTED') passed.value = null
      saveError.value = error
      refused(error)
      return null
    } finally {
      saving.value = false
    }
  }

  /** Tests first when these values have not passed; saves only what passed. */
  async function save(): Promise<Connection | null> {
    if (!(await acceptable(() => true))) return null
    if (!proven.value && !(await test())) return null
    return keep(false)
  }

  /** Fills the form from a URL or a client line; false when the text is neither. */
  async function fill(text: string): Promise<boolean> {
    const pasted = await commands.connectionParsePaste(text)
    if (pasted === null) return false
    Object.assign(values, filledFrom(values, pasted, pastedPassword(text)))
    ;['host', 'port', 'user', 'database'].forEach(touch)
    return true
  }

  return { values, problems, problemOf, touch, touched, changed, report, testError, saveError, tested: proven, testing, saving, unknownKey, acceptKey, test, save, saveUntested: () => keep(true), fill }
}

export type ConnectionForm = ReturnType<typeof useConnectionForm>

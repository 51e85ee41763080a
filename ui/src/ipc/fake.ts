/**
 * Answers for a plain browser and for component tests: the generated bindings run as they are, and a fake core replies
 * in place of Tauri. Feature fakes live in `features/<name>/<name>.fake.ts` and register here when they are imported.
 */
import { emit } from '@tauri-apps/api/event'
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks'
import type { commands } from './bindings'

type Commands = typeof commands
export type CommandName = keyof Commands & string

type Settled<Reply> = Reply extends { status: 'ok'; data: infer Data } ? Data : Reply extends { status: 'error' } ? never : Reply
type Reply<Name extends CommandName> = Commands[Name] extends (...args: never[]) => Promise<infer Value> ? Settled<Value> : unknown
/** Arguments by the names that the command gives them, in camelCase. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Handler<Name extends CommandName> = (args: Record<string, any>) => Reply<Name> | Promise<Reply<Name>>

const answers = new Map<string, (args: Record<string, unknown>) => unknown>()
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Answers `commands.<name>`: return what it gives on success, throw an `AppError` for a failure. The last one wins. */
export function fake<Name extends CommandName>(name: Name, handler: Handler<Name>) {
  answers.set(snake(name), handler as (args: Record<string, unknown>) => unknown)
}

/** Answers a plugin of the shell, such as `plugin:dialog|open`, which is `null` otherwise. */
export function fakePlugin(command: `plugin:${string}`, handler: (args: Record<string, unknown>) => unknown) {
  answers.set(command, handler)
}

/** Sends an event of the core to the window, under its generated name such as `core-event`. */
export function fakeEvent(name: string, payload: unknown) {
  return emit(name, payload)
}

/** Puts the fake core in place; safe to call again. */
export function installFakes() {
  mockIPC(
    async (command, args) => {
      const answer = answers.get(command)
      if (answer !== undefined) return answer((args ?? {}) as Record<string, unknown>)
      if (command.startsWith('plugin:')) return null
      throw { code: 'INTERNAL', message: `No fake answers ${command}`, hint: 'Register one with fake().', detail: null, params: {} }
    },
    { shouldMockEvents: true },
  )
}

/** For tests: no answer is left over from the one before. */
export function resetFakes() {
  answers.clear()
  clearMocks()
}

/** The core's error as the window shows it. The UI decides by `code`; texts come from the catalogue in the language on screen. */
import type { useCatalogue } from '@/locales/catalogue'

export interface AppErrorLike {
  code: string
  /** What happened, to what: English, for logs; the catalogue's text wins where it has one. */
  message: string
  /** What to do. */
  hint?: string | null
  /** Evidence for a bug report, never a secret. */
  detail?: string | null
  params?: Record<string, unknown> | null
}

export const isAppError = (error: unknown): error is AppErrorLike =>
  typeof error === 'object' && error !== null && 'code' in error && 'message' in error

/** Anything thrown, as an error that can be shown. */
export function toAppError(error: unknown): AppErrorLike {
  if (isAppError(error)) return error
  // The catalogue's text for INTERNAL takes the message's place, so what was thrown must stand in the details.
  const thrown = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? error.stack : undefined
  return { code: 'INTERNAL', message: thrown, detail: stack?.includes(thrown) ? stack : [thrown, stack].filter(Boolean).join('\n') }
}

type Catalogue = Pick<ReturnType<typeof useCatalogue>, 'has' | 'render'>

export function errorTexts(error: AppErrorLike, catalogue: Catalogue) {
  const params = error.params ?? {}
  const text = (part: 'message' | 'hint', fallback: string) => catalogue.render(`error.${error.code}.${part}`, params, fallback)
  return { message: text('message', error.message), hint: text('hint', error.hint ?? '') }
}

/** The words of a log line: output as it came, the application's own lines in the language on screen. */
import type { LogLine } from '@/ipc'
import { useCatalogue } from '@/locales/catalogue'
import type { CatalogueParams } from '@/locales/catalogue'

export type LineWords = (line: LogLine) => string

/** Its own lines are stored by name and values, for example `{"note":"dropped","name":"…"}`. */
export function wordsWith(render: (key: string, params: CatalogueParams, fallback: string) => string): LineWords {
  return ({ stream, text }) => {
    if (stream !== 'app' || !text.startsWith('{')) return text
    try {
      const { note, ...params } = JSON.parse(text) as CatalogueParams
      return render(`note.${String(note)}`, params, text)
    } catch {
      return text
    }
  }
}

export const useLineWords = (): LineWords => wordsWith(useCatalogue().render)

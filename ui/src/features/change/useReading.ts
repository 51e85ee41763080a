import type { Reading } from '@/ipc'
import { useCatalogue } from '@/locales/catalogue'
import { useFormat } from '@/shared/format/useFormat'

/** How the server reads for a question, in words: `reads the whole table orders, about 2,000,000 rows: no index serves it`. */
export function useReading() {
  const catalogue = useCatalogue()
  const format = useFormat()
  return (reading: Reading) => catalogue.render(`reading.${reading.how}`, { rows: format.number(reading.rows), table: reading.table ?? '', index: reading.index ?? '' })
}

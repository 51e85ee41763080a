/** What keeps this computer's tool from being used: the catalogue's text, and the values in it. */
import type { LocalObstacle } from '@/ipc'

export function localWhy({ obstacle, ...values }: LocalObstacle): [key: string, values: Record<string, string>] {
  return [`why.local_${obstacle}`, values]
}

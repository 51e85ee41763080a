/** The storage that preferences live in, chosen once before the window draws. */
import type { PreferenceStorage } from '@/ipc/preferences'

let chosen: PreferenceStorage | undefined

export const keepPreferencesIn = (storage: PreferenceStorage) => (chosen = storage)

export const preferenceStorage = (): PreferenceStorage => chosen ?? localStorage

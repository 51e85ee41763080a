/** The places of the rail, in order; palette and rail show the same list. */
import type { IconName } from '@/shared/icons/paths'

export interface Place {
  name: 'connections' | 'change' | 'runs' | 'history' | 'settings'
  icon: IconName
  keys?: string
  /** Names of routes that count as being here. */
  covers: string[]
}

export const places: Place[] = [
  { name: 'connections', icon: 'database', covers: ['connections'] },
  { name: 'change', icon: 'change', keys: 'mod+n', covers: ['change'] },
  { name: 'runs', icon: 'play', covers: ['runs', 'run'] },
  { name: 'history', icon: 'history', covers: ['history'] },
  { name: 'settings', icon: 'settings', covers: ['settings'] },
]

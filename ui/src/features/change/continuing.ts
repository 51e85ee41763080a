/** The agreement that a run may be continued: the history table's schema, and what is known to be in the way of it. */
import type { ChangeOptions, EngineChoice, Flavour, HistoryUse } from '@/ipc'
import { othersOf } from './options'

/** The tool's own. */
export const PROPOSED_SCHEMA = 'percona'
/** pt-osc takes the name apart, so that only plain ones are carried. */
export const isSchema = (name: string) => /^[A-Za-z0-9_]{1,64}$/.test(name)

export const agreementTo = (schema: string): HistoryUse => ({ schema, continues: null, skips_comparison: false })

/** What stands in the way, named by the finding that the check tells it with. */
export interface Obstacle {
  code: 'CONTINUE_NOT_BY_SERVER' | 'CONTINUE_NOT_ON_MARIADB' | 'CONTINUE_OPTION'
  params: Record<string, string>
}

/** What can be known before the check, which looks at the rest. */
export function obstacleOf(engine: EngineChoice, flavour: Flavour | null, options: ChangeOptions): Obstacle | null {
  if (engine === 'direct') return { code: 'CONTINUE_NOT_BY_SERVER', params: {} }
  if (flavour === 'maria_db') return { code: 'CONTINUE_NOT_ON_MARIADB', params: {} }
  if (options.foreign_keys_method === 'drop_swap') return { code: 'CONTINUE_OPTION', params: { option: '--alter-foreign-keys-method=drop_swap' } }
  if (othersOf(options).some(({ name }) => name === 'preserve-triggers')) return { code: 'CONTINUE_OPTION', params: { option: '--preserve-triggers' } }
  return null
}

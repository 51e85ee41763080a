/** A core that knows some options of every kind, three presets and one of a person's. */
import type { ChangeOptions, OptionSetting, OptionSpec, PastedCommand, Preset } from '@/ipc'
import { fake } from '@/ipc/fake'
import { othersOf, overridesFor } from '../options'

const spec = (name: string, group: OptionSpec['group'], kind: OptionSpec['kind'], policy: OptionSpec['policy'], part: Partial<OptionSpec> = {}): OptionSpec => ({
  name, group, kind, unit: null, default: null, negatable: false, repeatable: false, policy, clashes: [], needs: [], ...part,
})
const field = (name: string): OptionSpec['policy'] => ({ kind: 'field', field: name })
const open: OptionSpec['policy'] = { kind: 'open' }
const ours: OptionSpec['policy'] = { kind: 'ours' }
const refused = (why: string): OptionSpec['policy'] => ({ kind: 'refused', why })
const dangerous = (code: string): OptionSpec['policy'] => ({ kind: 'dangerous', code })
const flag: OptionSpec['kind'] = { kind: 'flag' }
const text: OptionSpec['kind'] = { kind: 'text' }
const guard: Partial<OptionSpec> = { negatable: true, default: 'yes' }

export const SAMPLE_SPECS: OptionSpec[] = [
  spec('chunk-time', 'pace', { kind: 'decimal', min: 0, max: 3600 }, field('chunk_time_ms'), { unit: 'seconds', default: '0.5' }),
  spec('chunk-size', 'pace', { kind: 'size', min: 1 }, field('chunk_size'), { unit: 'rows', default: '1000' }),
  spec('chunk-size-limit', 'pace', { kind: 'decimal', min: 0, max: 1000 }, open, { unit: 'times', default: '4.0' }),
  spec('chunk-index', 'pace', text, open),
  spec('sleep', 'pace', { kind: 'decimal', min: 0, max: 3600 }, open, { unit: 'seconds', default: '0' }),
  spec('max-load', 'load', { kind: 'thresholds' }, field('max_load')),
  spec('critical-load', 'load', { kind: 'thresholds' }, field('critical_load')),
  spec('pause-file', 'load', text, refused('superseded')),
  spec('max-lag', 'replicas', { kind: 'time', min: 1 }, field('max_lag_s'), { unit: 'seconds', default: '1s' }),
  spec('recursion-method', 'replicas', text, field('recursion_method')),
  spec('check-interval', 'replicas', { kind: 'time', min: 1 }, open, { unit: 'seconds', default: '1' }),
  spec('skip-check-replica-lag', 'replicas', { kind: 'server' }, open, { repeatable: true }),
  spec('replica-password', 'replicas', text, refused('secret')),
  spec('check-replication-filters', 'replicas', flag, dangerous('OPTION_NO_CHECK_REPLICATION_FILTERS'), guard),
  spec('tries', 'locks', { kind: 'tries' }, open, { default: 'create_triggers:30:3,drop_triggers:60:3,copy_rows:300:0.5,swap_tables:60:3,update_foreign_keys:30:3,analyze_table:10:1' }),
  spec('alter-foreign-keys-method', 'keys', { kind: 'choice', values: ['rebuild_constraints', 'drop_swap'] }, field('foreign_keys_method')),
  spec('preserve-triggers', 'keys', flag, open),
  spec('analyze-before-swap', 'tables', flag, field('analyze_before_swap'), guard),
  spec('where', 'tables', text, dangerous('OPTION_WHERE')),
  spec('drop-old-table', 'tables', flag, dangerous('OPTION_NO_DROP_OLD_TABLE'), guard),
  spec('swap-tables', 'tables', flag, refused('proof'), guard),
  spec('check-plan', 'guards', flag, dangerous('OPTION_NO_CHECK_PLAN'), guard),
  spec('force', 'guards', flag, dangerous('OPTION_FORCE')),
  spec('charset', 'session', text, field('charset')),
  spec('set-vars', 'session', { kind: 'variables' }, field('set_vars')),
  spec('history', 'resume', flag, dangerous('OPTION_HISTORY')),
  spec('print', 'output', flag, ours),
  spec('host', 'connection', text, ours),
  spec('password', 'connection', text, refused('secret')),
]

const setting = (name: string, value: string | null): OptionSetting => ({ name, value })
const builtIn = (id: string, settings: OptionSetting[]): Preset => ({ id, name: id, built_in: true, settings, updated_at: null })
let presets: Preset[] = []
let begins: { preset: string; chosen: boolean } = { preset: 'gentle', chosen: false }

/** Enough of the core's rule to look at the form with; the core has the whole of it. */
export function sampleApply(settings: readonly OptionSetting[], onto: ChangeOptions): ChangeOptions {
  return settings.reduce<ChangeOptions>((options, { name, value }) => {
    if (name === 'chunk-time') return { ...options, chunk_time_ms: value === null ? null : Math.round(Number(value) * 1000), chunk_size: null }
    if (name === 'chunk-size') return { ...options, chunk_size: value === null ? null : Number(value), chunk_time_ms: null }
    if (name === 'max-lag') return { ...options, max_lag_s: Number.parseInt(value ?? '1', 10) }
    return { ...options, others: [...othersOf(options).filter((other) => other.name !== name), setting(name, value)] }
  }, onto)
}

export function fakeOptions() {
  presets = [
    builtIn('gentle', [setting('chunk-time', '0.1')]),
    builtIn('standard', [setting('chunk-time', '0.5')]),
    builtIn('fast', [setting('chunk-time', '1'), setting('max-lag', '10')]),
    { id: 'p-night', name: '夜间大表', built_in: false, settings: [setting('chunk-time', '0.8'), setting('check-interval', '5')], updated_at: 1_800_000_000_000 },
  ]
  begins = { preset: 'gentle', chosen: false }
  fake('optionCatalogue', () => SAMPLE_SPECS)
  fake('presetsList', () => presets)
  fake('presetSave', ({ id, name, settings }) => {
    const saved: Preset = { id: (id as string | null) ?? `p-${String(name)}`, name: String(name), built_in: false, settings: settings as OptionSetting[], updated_at: 1_800_000_000_000 }
    presets = [...presets.filter((one) => one.id !== saved.id), saved]
    return saved
  })
  fake('presetRename', ({ id, name }) => {
    const renamed = { ...presets.find((one) => one.id === id)!, name: String(name) }
    presets = presets.map((one) => (one.id === id ? renamed : one))
    return renamed
  })
  fake('presetRemove', ({ id }) => {
    presets = presets.filter((one) => one.id !== id)
    return null
  })
  fake('connectionPreset', ({ connection }) => ({ connection: String(connection), ...begins }))
  fake('connectionPresetSet', ({ connection, preset }) => {
    begins = preset === null ? { preset: 'gentle', chosen: false } : { preset: String(preset), chosen: true }
    return { connection: String(connection), ...begins }
  })
  fake('optionProblems', ({ options }) =>
    othersOf(options as ChangeOptions)
      .filter(({ name, value }) => ['check-interval', 'sleep', 'chunk-size-limit'].includes(name) && !/^[\d.]+[smhd]?$/.test(value ?? ''))
      .map(({ name }) => ({ option: name, reason: 'value', params: { expected: '≥ 1, 30, 30s, 5m, 2h, 1d' } })),
  )
  fake('optionsApply', ({ settings, onto }) => ({ options: sampleApply(settings as OptionSetting[], onto as ChangeOptions), problems: [] }))
  fake('optionsDifference', ({ options, base }) => {
    const differing = overridesFor(base as ChangeOptions, options as ChangeOptions)
    return [
      ...(differing.chunk_time_ms == null ? [] : [setting('chunk-time', String(differing.chunk_time_ms / 1000))]),
      ...(differing.max_lag_s === undefined ? [] : [setting('max-lag', String(differing.max_lag_s))]),
      ...(differing.others ?? []),
    ]
  })
  fake('commandPaste', ({ text: given }): PastedCommand => {
    if (!String(given).includes('pt-online-schema-change')) throw { code: 'INVALID_INPUT', message: '', hint: '', detail: null, params: { field: 'command', reason: 'option_not_ptosc' } }
    const part = (name: string, value: string | null, fate: PastedCommand['parts'][number]['fate'], why: string | null = null) => ({ part: name, value, fate, why })
    return {
      database: 'shop', table: 'orders', clause: 'ADD COLUMN note VARCHAR(64)', settings: [setting('max-lag', '5'), setting('check-interval', '3')], dry_run: false, host: '10.0.0.5', port: 3307, user: 'dba',
      parts: [
        part('--user', 'dba', 'ours', 'ours'), part('--password', null, 'dropped', 'refused_secret'), part('--host', '10.0.0.5', 'ours', 'ours'),
        part('--alter', 'ADD COLUMN note VARCHAR(64)', 'taken'), part('--max-lag', '5', 'taken'), part('--check-interval', '3', 'taken'),
        part('--alter-foreign-keys-method', 'auto', 'dropped', 'refused_foreign_keys'), part('--made-up', null, 'dropped', 'unknown'),
        part('D=', 'shop', 'taken'), part('t=', 'orders', 'taken'),
      ],
    }
  })
}

fakeOptions()

/** An option's value as a person reads it, with its unit; `null` is what the tool decides itself. */
import type { ChangeOptions, OptionSetting } from '@/ipc'
import { useText } from '@/locales'
import { FIELDS } from './options'
import type { OptionName } from './options'

const UNITS = new Map<OptionName, 'ms' | 's' | 'rows' | undefined>(FIELDS.map(({ name, unit }) => [name, unit]))

export function useOptionWords() {
  const t = useText()
  return <Name extends OptionName>(name: Name, value: ChangeOptions[Name]): string => {
    // Runs of earlier versions know nothing of later options.
    const given: ChangeOptions[OptionName] | undefined = value
    if (given === undefined) return t('change.options.none')
    if (given === null || given === '') return t(name === 'foreign_keys_method' ? 'change.options.foreignKeys.unset' : 'change.options.toolDefault')
    if (typeof given === 'boolean') return given ? t('change.options.on') : t('change.options.off')
    if (Array.isArray(given)) {
      if (given.length === 0) return t('change.options.none')
      if (name === 'others') return (value as OptionSetting[]).map((setting) => `--${setting.name}${setting.value === null ? '' : ` ${setting.value}`}`).join(', ')
      return given.map((pair) => ('variable' in pair ? `${pair.variable}=${pair.value}` : `${pair.name}=${pair.value ?? ''}`)).join(', ')
    }
    if (name === 'history') return (given as NonNullable<ChangeOptions['history']>).schema
    if (name === 'recursion_method') return t(`change.options.recursion.${given as ChangeOptions['recursion_method']}`)
    if (name === 'foreign_keys_method') return t(`change.options.foreignKeys.${given as NonNullable<ChangeOptions['foreign_keys_method']>}`)
    const unit = UNITS.get(name)
    return unit ? `${String(given)} ${t(`change.options.unit.${unit}`)}` : String(given)
  }
}

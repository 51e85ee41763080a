/** An option's value as a person reads it, with its unit; `null` is what the tool decides itself. */
import type { ChangeOptions } from '@/ipc'
import { useText } from '@/locales'
import { OPTION_GROUPS } from './options'
import type { OptionName } from './options'

const UNITS = new Map(OPTION_GROUPS.flatMap(({ fields }) => fields).map(({ name, unit }) => [name, unit]))

export function useOptionWords() {
  const t = useText()
  return <Name extends OptionName>(name: Name, value: ChangeOptions[Name]): string => {
    const given: ChangeOptions[OptionName] = value
    if (given === null || given === '') return t(name === 'foreign_keys_method' ? 'change.options.foreignKeys.unset' : 'change.options.toolDefault')
    if (typeof given === 'boolean') return given ? t('change.options.on') : t('change.options.off')
    if (Array.isArray(given)) {
      if (given.length === 0) return t('change.options.none')
      return given.map((pair) => ('variable' in pair ? `${pair.variable}=${pair.value}` : `${pair.name}=${pair.value}`)).join(', ')
    }
    if (name === 'recursion_method') return t(`change.options.recursion.${given as ChangeOptions['recursion_method']}`)
    if (name === 'foreign_keys_method') return t(`change.options.foreignKeys.${given as NonNullable<ChangeOptions['foreign_keys_method']>}`)
    const unit = UNITS.get(name)
    return unit ? `${String(given)} ${t(`change.options.unit.${unit}`)}` : String(given)
  }
}

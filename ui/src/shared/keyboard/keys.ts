/** Key combinations as text: `mod+k`, `mod+enter`, `/`, `escape`; `mod` is ⌘ on macOS and Ctrl elsewhere. */
const NAMES: Record<string, string> = { enter: 'Enter', escape: 'Esc', arrowup: '↑', arrowdown: '↓', delete: 'Del' }
const MAC_NAMES: Record<string, string> = { mod: '⌘', shift: '⇧', alt: '⌥', enter: '↵' }

export const isMac = (platform = navigator.platform) => /mac|iphone|ipad/i.test(platform)

export function keyLabels(keys: string, mac = isMac()): string[] {
  return keys.split('+').map((part) => {
    if (mac && MAC_NAMES[part] !== undefined) return MAC_NAMES[part]
    if (part === 'mod') return 'Ctrl'
    return NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part[0]!.toUpperCase() + part.slice(1))
  })
}

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

/** Whether the event is exactly the combination, no modifier more. */
export function matchesKeys(event: Pressed, keys: string, mac = isMac()): boolean {
  const parts = keys.toLowerCase().split('+')
  const key = parts.at(-1)
  const wants = (name: string) => parts.slice(0, -1).includes(name)
  const mod = mac ? event.metaKey : event.ctrlKey
  const other = mac ? event.ctrlKey : event.metaKey
  // `/` needs Shift on many layouts: for a printed sign the sign decides, not the keys that made it.
  const shiftAgrees = /^[^a-z0-9]$/.test(key ?? '') || event.shiftKey === wants('shift')
  return event.key.toLowerCase() === key && mod === wants('mod') && !other && event.altKey === wants('alt') && shiftAgrees
}

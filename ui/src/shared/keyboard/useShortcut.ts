/** Keyboard shortcuts that live as long as their component; the one registered last wins, Esc reaches the top layer only. */
import { onScopeDispose } from 'vue'
import { matchesKeys } from './keys'

interface Binding {
  keys: string
  run: (event: KeyboardEvent) => void
  when: () => boolean
  inDialog: boolean
}

const bindings: Binding[] = []

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** A dialog of Element Plus or of ours lies over the page, and the page's shortcuts sleep. */
const dialogOpen = () =>
  [...document.querySelectorAll<HTMLElement>('.el-overlay, [data-layer]')].some((layer) => layer.style.display !== 'none')

function dispatch(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return
  const covered = dialogOpen()
  const found = bindings.findLast(
    (binding) =>
      matchesKeys(event, binding.keys) &&
      (binding.inDialog || !covered) &&
      (binding.keys.includes('mod+') || binding.keys === 'escape' || !typing(event.target)) &&
      binding.when(),
  )
  if (found === undefined) return
  event.preventDefault()
  event.stopPropagation()
  found.run(event)
}

// Combinations with a modifier are taken on the way down, before an editor that binds the same keys; plain keys and
// Esc on the way up, after an open menu or field has used them for itself.
const onCapture = (event: KeyboardEvent) => (event.ctrlKey || event.metaKey) && dispatch(event)
const onBubble = (event: KeyboardEvent) => !(event.ctrlKey || event.metaKey) && dispatch(event)

export function useShortcut(
  keys: string,
  run: (event: KeyboardEvent) => void,
  options: { when?: () => boolean; inDialog?: boolean } = {},
) {
  const binding: Binding = { keys, run, when: options.when ?? (() => true), inDialog: options.inDialog ?? false }
  if (bindings.length === 0) {
    window.addEventListener('keydown', onCapture, true)
    window.addEventListener('keydown', onBubble)
  }
  bindings.push(binding)
  onScopeDispose(() => {
    bindings.splice(bindings.indexOf(binding), 1)
    if (bindings.length > 0) return
    window.removeEventListener('keydown', onCapture, true)
    window.removeEventListener('keydown', onBubble)
  })
}

/** Esc for a layer that the component shows while `open()`; layers opened later are asked first. */
export function useEscape(open: () => boolean, close: () => void) {
  useShortcut('escape', close, { when: open, inDialog: false })
}

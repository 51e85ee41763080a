/** The way out of the window. */
import { isTauri } from '@tauri-apps/api/core'
import { getCurrentWindow } from '@tauri-apps/api/window'

/** From now on closing the window calls `asked` and keeps it open; what is returned ends that. */
export async function insteadOfClosing(asked: () => void): Promise<() => void> {
  if (!isTauri()) return () => undefined
  return getCurrentWindow().onCloseRequested((event) => {
    event.preventDefault()
    asked()
  })
}

export async function closeWindow() {
  if (isTauri()) await getCurrentWindow().destroy()
}

/** The one door to the core: generated commands, events and types. Nothing else in the window imports Tauri. */
export * from './bindings'
export * from './dialogs'
export { Channel } from '@tauri-apps/api/core'
export { isTauri } from '@tauri-apps/api/core'

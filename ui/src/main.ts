/** Starts the window: preferences before the first paint, then router and frame. */
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './app/App.vue'
import { mendLanguageTag } from './app/languageTag'
import { createAppRouter } from './app/router'
import { openPreferences } from './ipc/preferences'
import { i18n } from './locales'
import { keepPreferencesIn } from './shared/preferences/storage'
import './styles'

async function start() {
  mendLanguageTag()
  if (__FAKE__) {
    const { installFakes } = await import('./ipc/fake')
    const fakes = import.meta.glob('./features/**/*.fake.ts')
    await Promise.all(Object.values(fakes).map((load) => load()))
    installFakes()
    // `?theme=dark&language=zh-CN&density=comfortable` looks at one appearance without clicking.
    for (const [name, value] of new URLSearchParams(location.search)) localStorage.setItem(`mysqler.${name}`, value)
  }
  // Before the first paint of the frame, so that it never shows in another theme than the chosen one.
  keepPreferencesIn(await openPreferences())
  createApp(App).use(createPinia()).use(i18n).use(createAppRouter()).mount('#app')
}

void start()

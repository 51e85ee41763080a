/** The pages and their addresses. Pages load on demand, so that the first paint waits for none but its own. */
import { createRouter, createWebHashHistory } from 'vue-router'
import type { RouteRecordRaw } from 'vue-router'

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: { name: 'connections' } },
  { path: '/connections/:id?', name: 'connections', component: () => import('@/features/connections/ConnectionsPage.vue') },
  { path: '/change', name: 'change', component: () => import('@/features/change/ChangePage.vue') },
  { path: '/runs', name: 'runs', component: () => import('@/features/runs/RunsPage.vue') },
  { path: '/runs/:id', name: 'run', component: () => import('@/features/runs/RunPage.vue'), props: true },
  { path: '/history', name: 'history', component: () => import('@/features/history/HistoryPage.vue') },
  { path: '/settings', name: 'settings', component: () => import('@/features/settings/SettingsPage.vue') },
  { path: '/welcome', name: 'welcome', component: () => import('@/features/welcome/WelcomePage.vue'), meta: { bare: true } },
  ...(__FAKE__ ? [{ path: '/gallery/:rest?', component: () => import('./gallery/GalleryPage.vue') }] : []),
  { path: '/:rest(.*)*', redirect: { name: 'connections' } },
]

// The bundle is loaded from Tauri's own scheme, where only the hash part of an address is ours.
export function createAppRouter() {
  const router = createRouter({ history: createWebHashHistory(), routes })
  // Pages scroll in the frame, not in the document: the next one begins at its top all the same.
  router.afterEach((to, from) => to.path !== from.path && document.querySelector('main')?.scrollTo(0, 0))
  return router
}

import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AppStatus, UnclaimedRecord } from '@/ipc'
import { fake, installFakes, resetFakes } from '@/ipc/fake'
import { i18n } from '@/locales'
import UnclaimedNotice from './UnclaimedNotice.vue'
import { useAppStatus } from './appStatus'

const NOTICE = '[data-testid="unclaimed-records"]'

async function noticeOf(unclaimed: UnclaimedRecord[]) {
  const pinia = createPinia()
  setActivePinia(pinia)
  fake('appStatus', (): AppStatus => ({ version: '0.1.0', vault: { kind: 'unset' }, first_start: true, data: { path: '/d', set_aside: null, backups: [] }, unclaimed }))
  await useAppStatus().load()
  return mount(UnclaimedNotice, { global: { plugins: [pinia, i18n] } })
}

describe('records that no run claims', () => {
  beforeEach(() => {
    resetFakes()
    installFakes()
  })

  it('are told with every file and with what can be done, until the notice is put away', async () => {
    const page = await noticeOf([
      { run: '20260115-001', files: ['/cache/a/20260115-001.jsonl', '/data/spool/20260115-001.jsonl'] },
      { run: '20260115-002', files: ['/cache/a/20260115-002.jsonl'] },
    ])
    expect(page.get(NOTICE).attributes('role')).toBe('alert')
    expect(page.findAll('code').map((file) => file.text())).toEqual(['/cache/a/20260115-001.jsonl', '/data/spool/20260115-001.jsonl', '/cache/a/20260115-002.jsonl'])
    expect(page.findAll('dt').map((run) => run.text())).toEqual(['Run 20260115-001', 'Run 20260115-002'])
    expect(page.get(NOTICE).text()).toContain('copy the backup over the data file')
    await page.findAll('button').at(-1)!.trigger('click')
    expect(page.find(NOTICE).exists()).toBe(false)
  })

  it('are no matter where there are none', async () => {
    expect((await noticeOf([])).find(NOTICE).exists()).toBe(false)
  })
})

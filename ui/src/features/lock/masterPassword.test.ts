import { describe, expect, it } from 'vitest'
import { strengthOf } from './masterPassword'

describe('the strength of a master password', () => {
  it.each([
    ['', 'short'],
    ['Ab3$xyz', 'short'],
    ['password1', 'weak'],
    ['12345678', 'weak'],
    ['aaaaaaaaaaaa', 'weak'],
    ['abcdefghijkl', 'weak'],
    ['horsebattery', 'weak'],
    ['horse4battery', 'fair'],
    ['correct horse battery staple', 'strong'],
    ['fT9$k2!vQw#8', 'strong'],
    ['数据库管理员的长口令', 'strong'],
  ])('%s is %s', (password, strength) => {
    expect(strengthOf(password)).toBe(strength)
  })
})

import { describe, expect, it } from 'vitest'
import { catalogue, interpolate } from './catalogue'
import en from './en'
import zhCN from './zh-CN'

type Tree = { [key: string]: string | Tree }

function flatten(tree: Tree, prefix = ''): Record<string, string> {
  return Object.entries(tree).reduce<Record<string, string>>((flat, [key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    return typeof value === 'string' ? { ...flat, [path]: value } : { ...flat, ...flatten(value, path) }
  }, {})
}

const params = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]))].sort()

function expectEquals(english: Record<string, string>, chinese: Record<string, string>) {
  expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort())
  const empty = [english, chinese].flatMap((texts) => Object.keys(texts).filter((key) => texts[key]!.trim() === ''))
  expect(empty).toEqual([])
  const differing = Object.keys(english).filter((key) => String(params(english[key]!)) !== String(params(chinese[key]!)))
  expect(differing, 'the same {params} in both languages').toEqual([])
}

describe('the texts of the window', () => {
  it('are the same in English and Chinese: keys, params, none empty', () => {
    expect(Object.keys(flatten(en)).length).toBeGreaterThan(50)
    expectEquals(flatten(en), flatten(zhCN))
  })

  it('say nothing twice in English where Chinese was forgotten', () => {
    const same = Object.entries(flatten(zhCN)).filter(([key, text]) => /[a-z]{4,} [a-z]{3,} [a-z]{3,}/.test(text) && flatten(en)[key] === text)
    expect(same).toEqual([])
  })
})

describe('the catalogue of the core', () => {
  it('is the same in English and Chinese: keys, params, none empty', () => {
    expectEquals(catalogue('en'), catalogue('zh-CN'))
  })

  it('tells one thing in the singular', () => {
    const text = 'One row: {example} | {count} rows, for example {example}'
    expect(interpolate(text, { count: '1', example: 'id=7' })).toBe('One row: id=7')
    expect(interpolate(text, { count: 2, example: 'id=7' })).toBe('2 rows, for example id=7')
    expect(interpolate('{count} 行', { count: 1 })).toBe('1 行')
  })

  it('passes SQL in a text through untouched', () => {
    expect(interpolate('SELECT @@{name} | `a`.{table} {open}', { name: 'hostname', table: 'b' })).toBe('SELECT @@hostname | `a`.b {open}')
  })

  it('joins lists', () => {
    expect(interpolate('{names}', { names: ['a', 'b'] })).toBe('a, b')
  })
})

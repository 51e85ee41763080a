import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('src/styles/tokens.css', 'utf8')

function block(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`)
  const body = css.slice(start, css.indexOf('\n}', start))
  return Object.fromEntries([...body.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]]))
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const grounds = ['--surface-0', '--surface-1', '--surface-2', '--surface-3', '--surface-raised']
const inks = ['--text-1', '--text-2', '--text-3', '--accent-text', '--ok', '--warn', '--danger', '--env-prod', '--env-test', '--env-dev']
const onPage = ['--syntax-keyword', '--syntax-string', '--syntax-number', '--syntax-comment', '--syntax-type']
const pairs: [string, string][] = [
  ...inks.flatMap((ink) => grounds.map((ground): [string, string] => [ink, ground])),
  ...onPage.flatMap((ink) => ['--surface-1', '--surface-2'].map((ground): [string, string] => [ink, ground])),
  ['--text-1', '--surface-selected'],
  ['--on-accent', '--accent'],
  ['--on-accent', '--accent-hover'],
  ['--on-danger', '--danger-fill'],
  ['--on-danger', '--danger-fill-hover'],
  ['--on-env-prod', '--env-prod-band'],
  ['--text-inverse', '--surface-inverse'],
  ...['accent-text|accent', 'ok|ok', 'warn|warn', 'danger|danger', 'env-prod|env-prod', 'env-test|env-test', 'env-dev|env-dev'].flatMap(
    (pair): [string, string][] => {
      const [ink, soft] = pair.split('|')
      return [
        [`--${ink}`, `--${soft}-soft`],
        ['--text-1', `--${soft}-soft`],
      ]
    },
  ),
]

describe.each([
  ['light', ':root'],
  ['dark', ":root[data-theme='dark']"],
])('the %s theme', (_theme, selector) => {
  const tokens = block(selector)

  it.each(pairs)('keeps %s readable on %s', (ink, ground) => {
    expect(tokens[ink], `${ink} is a plain colour`).toMatch(/^#/)
    expect(tokens[ground], `${ground} is a plain colour`).toMatch(/^#/)
    expect(contrast(tokens[ink]!, tokens[ground]!)).toBeGreaterThanOrEqual(4.5)
  })

  it('keeps the red of production for production alone', () => {
    const reds = ['--env-prod', '--env-prod-band'].map((name) => tokens[name])
    const others = Object.entries(tokens).filter(([name, value]) => !name.startsWith('--env-prod') && reds.includes(value))
    expect(others).toEqual([])
  })
})

describe('the contrast formula', () => {
  it('gives the known extremes', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrast('#777777', '#777777')).toBe(1)
  })
})

it('every name that a style asks for is defined', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.(vue|css|ts)$/.test(name))
  const sources = files.map((name) => readFileSync(`src/${name}`, 'utf8'))
  const all = sources.join('\n')
  const asked = new Set([...all.matchAll(/var\((--[\w-]+)/g)].map((found) => found[1]!))
  // Element Plus defines its own.
  const unknown = [...asked].filter((name) => !name.startsWith('--el-') && !new RegExp(`['"\\s;{]${name}['"]?:`).test(all))
  expect(asked.size).toBeGreaterThan(50)
  expect(unknown).toEqual([])
})

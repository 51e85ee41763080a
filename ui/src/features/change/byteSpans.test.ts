import { describe, expect, it } from 'vitest'
import { editorSpans, utf16Offsets } from './byteSpans'

const bytesBefore = (text: string, units: number) => new TextEncoder().encode(text.slice(0, units)).length

describe('a byte offset', () => {
  it('is the same in ASCII', () => {
    expect(utf16Offsets('ADD COLUMN a INT', [0, 4, 16])).toEqual([0, 4, 16])
  })

  it('counts two, three and four bytes, and a surrogate pair as two units', () => {
    const text = "é 备注 😀 ADD"
    for (const units of [0, 1, 2, 3, 4, 5, 7, 8, 11]) expect(utf16Offsets(text, [bytesBefore(text, units)]), String(units)).toEqual([units])
  })

  it('inside a character goes to its start, past the end to the end', () => {
    expect(utf16Offsets('备x', [1, 2, 3, 99])).toEqual([0, 0, 1, 2])
  })

  it('may come in any order', () => {
    expect(utf16Offsets('a备b', [4, 1, 0])).toEqual([2, 1, 0])
  })

  it('counts a lone surrogate as the three bytes that it is encoded as', () => {
    expect(utf16Offsets('\ud83d;', [bytesBefore('\ud83d;', 1)])).toEqual([1])
  })
})

describe('a span for the editor', () => {
  it('covers the problem behind Chinese text, whatever stands in what order', () => {
    const text = "ADD COLUMN 备注 INT; DROP"
    const byte = (unit: number) => bytesBefore(text, unit)
    const spans = editorSpans(text, [
      { start: byte(text.indexOf(';')), end: byte(text.length) },
      { start: byte(text.indexOf('备')), end: byte(text.indexOf(' INT')) },
    ])
    expect(spans.map(({ from, to }) => text.slice(from, to))).toEqual(['; DROP', '备注'])
  })

  it('is never empty while there is text', () => {
    expect(editorSpans('abc', [{ start: 1, end: 1 }, { start: 3, end: 3 }])).toEqual([{ from: 1, to: 2 }, { from: 2, to: 3 }])
    expect(editorSpans('', [{ start: 0, end: 0 }])).toEqual([{ from: 0, to: 0 }])
  })
})

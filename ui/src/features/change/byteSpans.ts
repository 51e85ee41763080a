/** Places in a text: the core counts UTF-8 bytes, the editor UTF-16 units. */

/** How many UTF-16 units come before each of `bytes` (ascending or not); a place inside a character goes to its start. */
export function utf16Offsets(text: string, bytes: readonly number[]): number[] {
  const order = bytes.map((byte, index) => ({ byte, index })).sort((a, b) => a.byte - b.byte)
  const found = new Array<number>(bytes.length).fill(text.length)
  let unit = 0
  let byte = 0
  let next = 0
  for (const character of text) {
    const after = byte + utf8Length(character.codePointAt(0) as number)
    while (next < order.length && (order[next] as { byte: number }).byte < after) found[(order[next++] as { index: number }).index] = unit
    if (next === order.length) break
    byte = after
    unit += character.length
  }
  return found
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint < 0x10000 ? 3 : 4
}

export interface Span {
  from: number
  to: number
}

/** Byte spans as spans of the editor, each at least one unit wide where the text has one, so that it can be seen. */
export function editorSpans(text: string, spans: readonly { start: number; end: number }[]): Span[] {
  // All together, since each look at a place walks through the text.
  const offsets = utf16Offsets(text, spans.flatMap(({ start, end }) => [start, end]))
  return spans.map((_, index) => {
    const [from, to] = offsets.slice(2 * index, 2 * index + 2) as [number, number]
    if (to > from) return { from, to }
    return from < text.length ? { from, to: from + 1 } : { from: Math.max(0, text.length - 1), to: text.length }
  })
}

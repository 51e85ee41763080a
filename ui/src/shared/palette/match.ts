/** How well a query finds a text: whole words before word starts before scattered letters; -1 when it does not. */
export function score(query: string, text: string): number {
  const wanted = query.trim().toLowerCase()
  const given = text.toLowerCase()
  if (wanted === '') return 0
  const at = given.indexOf(wanted)
  if (at === 0) return 1000 - given.length
  if (at > 0) return (/[\s._\-/]/.test(given[at - 1]!) ? 800 : 600) - at
  const words = wanted.split(/\s+/)
  if (words.length > 1) return words.every((word) => given.includes(word)) ? 400 : -1
  let position = -1
  let gaps = 0
  for (const letter of wanted) {
    const next = given.indexOf(letter, position + 1)
    if (next < 0) return -1
    gaps += next - position - 1
    position = next
  }
  return gaps > wanted.length * 3 ? -1 : 200 - gaps
}

interface Findable {
  title: string
  keywords?: string
  aside?: string
}

/** The best `limit` matches, best first; an empty query keeps the given order. */
export function rank<Found extends Findable>(query: string, all: readonly Found[], limit = 60): Found[] {
  if (query.trim() === '') return all.slice(0, limit)
  return all
    .map((found) => ({
      found,
      points: Math.max(score(query, found.title), ...[found.keywords, found.aside].map((text) => (text ? score(query, text) - 100 : -1))),
    }))
    .filter(({ points }) => points >= 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, limit)
    .map(({ found }) => found)
}

// Without the marks on letters, so that *creche* finds *crèche*.
const unmarked = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')

/** The words of a text as they are searched, without marks and what stands between them: PostgreSQL takes *zorg/welzijn* for one word, a path. */
export const spoken = (text: string): string => unmarked(text).replace(/[^\p{L}\p{N}\n]+/gu, ' ')

/** Of how many letters a part of a word is found by: with fewer it would be found in words that have nothing to do with it. */
export const shortestPart = 4

// Hardly a Dutch compound begins with a shorter word.
const shortestStart = 3
// Longer than a compound that people write; the ends of a word grow with the square of its length.
const longestCompound = 40

/** What the words of a text end with, where they may be compounds: by it *opvang* finds *Vrouwenopvang*. */
export function endsOf(text: string): string[] {
  const ends = new Set<string>()
  for (const word of new Set(text.toLowerCase().match(/\p{L}+/gu))) {
    const letters = [...word]
    if (letters.length > longestCompound) continue
    for (let from = shortestStart; from <= letters.length - shortestPart; from += 1) ends.add(letters.slice(from).join(''))
  }
  return [...ends]
}

/** A query with quotes or minus signs, which stay where they mean something, with its words as those of the texts are. */
export const quoted = (query: string): string => unmarked(query).replace(/(?<=\S)-|[^\p{L}\p{N}"\s-]+/gu, ' ')

/** The words of a query that is words only, of letters and digits; nothing where quotes or a minus sign say how it is meant. */
export const plainWords = (query: string): string[] | undefined =>
  /"|(^|\s)-/.test(query)
    ? undefined
    : (unmarked(query)
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? undefined)

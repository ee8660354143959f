/** A text with holes: the parts around them, and which value goes into each. */
export type Stencil = { parts: readonly string[]; holes: readonly number[] }

/** Cuts tokens out of texts, the longest first: a hole is where one stood, and its value that of the same place in a list of values. */
export function cutter(tokens: readonly string[]): (text: string) => Stencil {
  const places = new Map(tokens.map((token, place) => [token, place]))
  const longestFirst = [...tokens].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(`(${longestFirst.map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`)
  return (text) => {
    const pieces = text.split(pattern)
    return {
      parts: pieces.filter((_, index) => index % 2 === 0),
      holes: pieces.filter((_, index) => index % 2 === 1).map((token) => places.get(token) ?? 0),
    }
  }
}

/** The text with values in its holes. Runs some hundred million times at a million agreements, so it is a plain loop. */
export function print({ parts, holes }: Stencil, values: readonly string[]): string {
  let text = parts[0] ?? ''
  for (let index = 0; index < holes.length; index += 1) text += (values[holes[index] as number] as string) + (parts[index + 1] as string)
  return text
}

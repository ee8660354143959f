export type Language = 'en' | 'nl'

/** What a header such as Accept asks for, the most wanted first; weight 0 means "not this" (RFC 9110, section 12.4.2). */
function preferences(header: string): { value: string; weight: number }[] {
  return header
    .split(',')
    .map((part) => {
      const [value = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
      const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
      return { value, weight: Number.isFinite(weight) ? weight : 0 }
    })
    .filter(({ value }) => value !== '')
    .sort((a, b) => b.weight - a.weight)
}

/** The language of sentences in an answer: Dutch where Accept-Language prefers it, English otherwise. */
export function languageOf(header: string | undefined): Language {
  if (header === undefined) return 'en'
  const wanted = preferences(header).find(({ value, weight }) => weight > 0 && /^(nl|en)\b|^\*$/.test(value))
  return wanted?.value.startsWith('nl') ? 'nl' : 'en'
}

/**
 * The media type that Accept asks for most among these (RFC 9110, section 12.5.1), the first of those that it asks for as much; undefined
 * where it leaves room for none. Of each type the most exact range that matches decides.
 */
export function preferred<Type extends string>(header: string | undefined, types: readonly Type[]): Type | undefined {
  if (header === undefined || header.trim() === '') return types[0]
  const ranges = preferences(header)
  const weightOf = (type: string): number =>
    [type, `${type.split('/')[0]}/*`, '*/*'].map((range) => ranges.find(({ value }) => value === range)).find(Boolean)?.weight ?? 0
  const [best] = types.map((type) => ({ type, weight: weightOf(type) })).sort((a, b) => b.weight - a.weight)
  return best && best.weight > 0 ? best.type : undefined
}

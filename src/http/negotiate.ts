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

/** Whether Accept leaves room for a media type (RFC 9110, section 12.5.1): the most exact range that matches decides. */
export function accepts(header: string | undefined, type: string): boolean {
  if (header === undefined || header.trim() === '') return true
  const ranges = preferences(header)
  const exact = [type, `${type.split('/')[0]}/*`, '*/*'].map((range) => ranges.find(({ value }) => value === range)).find(Boolean)
  return exact !== undefined && exact.weight > 0
}

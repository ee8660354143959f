import { deepest, inBody, mostMistakes } from './input.ts'
import { invalidInput, type Mistake } from './problem.ts'

/**
 * Reads JSON that means one thing (I-JSON, RFC 7493, sections 2.2 and 2.3). JSON.parse keeps the last of two fields with one name, where
 * another reader keeps the first, and rounds numbers that it cannot hold; these are refused. Throws `invalid-input`, or a SyntaxError.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  const found = ambiguities(text)
  if (found.length > 0) throw invalidInput(found)
  return value
}

type Level = { step: PropertyKey; fields?: Set<string> }

// Of well-formed JSON: strings (a name where a colon follows), numbers, and the marks that make its structure.
const tokens = /("[^"\\]*(?:\\.[^"\\]*)*")([ \t\r\n]*:)?|-?\d[\d.eE+-]*|[{}[\],]/g

/** Walks well-formed JSON, without recursion: bodies choose their depth. */
function ambiguities(text: string): Mistake[] {
  const found: Mistake[] = []
  const levels: Level[] = []
  for (const { 0: token, 1: string, 2: colon } of text.matchAll(tokens)) {
    const level = levels.at(-1)
    const add = (code: Mistake['code']) => found.push({ code, ...inBody(levels.map(({ step }) => step)) })
    // What is nested deeper is refused for that, by readInput.
    if (found.length >= mostMistakes || levels.length > deepest) break
    if (token === '{') levels.push({ step: '', fields: new Set() })
    else if (token === '[') levels.push({ step: 0 })
    else if (token === '}' || token === ']') levels.pop()
    else if (token === ',') {
      if (level && typeof level.step === 'number') level.step += 1
    } else if (string !== undefined) {
      if (!colon || !level?.fields) continue
      const name: string = JSON.parse(string)
      level.step = name
      if (level.fields.has(name)) add('repeated-field')
      level.fields.add(name)
    } else if (!isExact(token)) add('inexact-number')
  }
  return found
}

/** Whether JavaScript holds this number as it is written, and so writes it again with the same digits. */
function isExact(number: string): boolean {
  // 15 digits: as many as a double always holds. Most numbers need no closer look.
  if (/^-?\d{1,15}$/.test(number)) return true
  const value = Number(number)
  return Number.isFinite(value) && digitsOf(number) === digitsOf(String(value))
}

/** The significant digits of a decimal number, and where its point is: one spelling for each number. */
function digitsOf(number: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(number) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  // From the first of the last zeros: without the look behind, a number of a hundred thousand zeros and a one would take seconds.
  const significant = digits.replace(/(?<!0)0+$/, '')
  return significant === '' ? '0' : `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

import { Wrong } from './jws.mjs'

/** An export is nested some ten levels deep: what is nested deeper than this is none, and would only exhaust whoever walks it. */
const deepest = 100

// Of well-formed JSON, the characters that matter here.
const [quote, backslash, comma, colon, openList, closeList, openObject, closeObject] = [...'"\\,:[]{}'].map((mark) => mark.charCodeAt(0))
const isOfNumber = (code) => (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46 || code === 69 || code === 101

/**
 * The value of a JSON text that means the same to every reader (I-JSON, RFC 7493): no two fields with one name in an object, no number that
 * JavaScript would round, no half characters. Throws Wrong, which says where, for anything else. Takes as long as the text is long, and
 * does not recurse.
 * @param {string} text
 */
export function parseJson(text) {
  let value
  try {
    value = JSON.parse(text)
  } catch {
    throw new Wrong('is not JSON: it was damaged')
  }
  scan(text)
  return value
}

/** Walks a text that JSON.parse has read. A level is an object (with the names it has) or a list, and where in it the walk is. */
function scan(text) {
  const levels = []
  const wrong = (what) => {
    throw new Wrong(`${what} ${where(levels)}`)
  }
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const level = levels.at(-1)
    if (code === openObject || code === openList) {
      if (levels.length === deepest) wrong(`is nested deeper than ${deepest} levels`)
      levels.push(code === openObject ? { names: new Set(), step: undefined, name: true } : { step: 0 })
    } else if (code === closeObject || code === closeList) levels.pop()
    else if (code === comma) {
      if (level.names) level.name = true
      else level.step += 1
    } else if (code === colon) level.name = false
    else if (code === quote) {
      const end = endOfString(text, at)
      const string = stringOf(text.slice(at, end + 1))
      if (!string.isWellFormed()) wrong('has half a character')
      if (level?.name) {
        if (level.names.has(string)) {
          level.step = undefined
          wrong(`has two fields with the name ${JSON.stringify(shortened(string))}`)
        }
        level.names.add(string)
        level.step = string
      }
      at = end
    } else if (isOfNumber(code) && code !== 101) {
      let end = at + 1
      while (end < text.length && isOfNumber(text.charCodeAt(end))) end += 1
      if (!isExact(text.slice(at, end))) wrong('has a number that programs read differently')
      at = end - 1
    }
  }
}

/** The place of the quote that ends a string. */
function endOfString(text, start) {
  let at = start + 1
  while (text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at
}

const stringOf = (written) => (written.includes('\\') ? JSON.parse(written) : written.slice(1, -1))

/** Whether JavaScript writes this number again with the same digits: others read more of them than it holds. */
function isExact(written) {
  // 15 digits: as many as a double always holds.
  if (/^-?\d{1,15}$/.test(written)) return true
  const value = Number(written)
  return Number.isFinite(value) && decimal(written) === decimal(String(value))
}

/** One spelling for each number: its digits without zeros at the ends, and the power of ten of the last one. */
function decimal(written) {
  const [digits, exponent = '0'] = written.toLowerCase().replace(/^-/, '').split('e')
  const [whole, fraction = ''] = digits.split('.')
  const all = whole + fraction
  let [first, last] = [0, all.length]
  while (all[first] === '0') first += 1
  while (last > first && all[last - 1] === '0') last -= 1
  return first === last ? '0' : `${all.slice(first, last)}e${Number(exponent) - fraction.length + all.length - last}`
}

// 60 characters: longer than any name in an export.
const shortened = (name) => (name.length > 60 ? `${name.slice(0, 60).toWellFormed()}…` : name)

/** Where in the text: `in entries[3].payload`. */
function where(levels) {
  const steps = levels.map(({ step }) => {
    if (step === undefined) return ''
    if (typeof step === 'number') return `[${step}]`
    return /^[A-Za-z]\w{0,59}$/.test(step) ? `.${step}` : `[${JSON.stringify(shortened(step))}]`
  })
  const path = steps.join('').replace(/^\./, '')
  return path === '' ? 'at the top' : `in ${path}`
}

import { createHash } from 'node:crypto'

/**
 * The canonical JSON of a value (RFC 8785): names sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes
 * them. Throws on what JSON cannot say.
 * @param {unknown} value
 * @returns {string}
 */
export function canonical(value) {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('not a number that JSON can say')
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('half a character')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`JSON cannot say a ${typeof value}`)
  const members = Object.keys(value)
    .sort()
    .map((name) => `${canonical(name)}:${canonical(value[name])}`)
  return `{${members.join(',')}}`
}

/**
 * SHA-256 in hex over a word that says what it is of, and its parts, with NUL in between: how the registry makes every digest.
 * @param {...string} parts
 */
export const digest = (...parts) => createHash('sha256').update(parts.join('\0')).digest('hex')

import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonical } from '../domain/digest.ts'

// 16 bytes of HMAC-SHA-256: nobody guesses 128 bits (RFC 2104, section 5 allows no fewer than 80).
const sealBytes = 16

/**
 * Makes and reads the cursors of the callers in a circle (an organisation, an account, or everybody): what is sealed in a place is opened
 * in that place only, and by nobody else. The key is the one that all processes of a registry share. A cursor shows its position, which
 * is of a row that its reader has seen; the seal keeps them from making others.
 */
export class Cursors {
  readonly #key: Uint8Array
  readonly #circle: string

  constructor(key: Uint8Array, circle: string) {
    this.#key = key
    this.#circle = circle
  }

  /** The cursor for a position; `place` is the list with its filters. */
  seal(place: string, position: readonly (string | number)[]): string {
    const bytes = Buffer.from(JSON.stringify(position))
    return Buffer.concat([sealOf(this.#key, this.#circle, place, bytes), bytes]).toString('base64url')
  }

  /** The position in a cursor; undefined for one that was altered, or is of another place, caller or registry. */
  open(place: string, cursor: string): unknown {
    const bytes = Buffer.from(cursor, 'base64url')
    // Buffer skips what is not base64url; a cursor has one spelling.
    if (bytes.length <= sealBytes || bytes.toString('base64url') !== cursor) return undefined
    const position = bytes.subarray(sealBytes)
    const genuine = timingSafeEqual(sealOf(this.#key, this.#circle, place, position), bytes.subarray(0, sealBytes))
    return genuine ? JSON.parse(position.toString()) : undefined
  }
}

const sealOf = (key: Uint8Array, circle: string, place: string, position: Uint8Array): Buffer =>
  // NUL parts them: canonical JSON has none.
  createHmac('sha256', key)
    .update(`${canonical([circle, place])}\0`)
    .update(position)
    .digest()
    .subarray(0, sealBytes)

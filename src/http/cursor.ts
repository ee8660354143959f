import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonical } from '../domain/digest.ts'

/** Makes and reads the cursors of one caller: what it seals in a place, it opens in that place only, and nobody else does. */
export type Cursors = {
  /** The cursor for a position; `place` is the list with its filters. */
  seal: (place: string, position: readonly (string | number)[]) => string
  /** The position in a cursor; undefined for one that was altered, or is of another place, caller or registry. */
  open: (place: string, cursor: string) => unknown
}

// 16 bytes of HMAC-SHA-256: nobody guesses 128 bits (RFC 2104, section 5 allows no fewer than 80).
const sealBytes = 16

/**
 * The cursors of the callers in `circle` (an organisation, an account, or everybody), sealed with a key that all processes of a registry
 * share. A cursor shows its position, which is of a row that its reader has seen; the seal keeps them from making others.
 */
export function cursorsOf(key: Uint8Array, circle: string): Cursors {
  const sealOf = (place: string, position: Uint8Array) =>
    // NUL parts them: canonical JSON has none.
    createHmac('sha256', key)
      .update(`${canonical([circle, place])}\0`)
      .update(position)
      .digest()
      .subarray(0, sealBytes)
  return {
    seal: (place, position) => {
      const bytes = Buffer.from(JSON.stringify(position))
      return Buffer.concat([sealOf(place, bytes), bytes]).toString('base64url')
    },
    open: (place, cursor) => {
      const bytes = Buffer.from(cursor, 'base64url')
      // Buffer skips what is not base64url; a cursor has one spelling.
      if (bytes.length <= sealBytes || bytes.toString('base64url') !== cursor) return undefined
      const position = bytes.subarray(sealBytes)
      return timingSafeEqual(sealOf(place, position), bytes.subarray(0, sealBytes)) ? JSON.parse(position.toString()) : undefined
    },
  }
}

import { randomBytes } from 'node:crypto'

/**
 * A new id: UUID version 7 (RFC 9562 section 5.7), whose first 48 bits are the milliseconds, so that ids made later sort later and
 * indexes grow at one end. The moment in it is a hint; the time of record comes from the database.
 */
export function newId(): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

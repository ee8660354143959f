import { z } from 'zod'
import { digest } from './digest.ts'

/** An id. Ids are written small; one in capitals is the same id (RFC 9562 section 4). */
export const uuid = z.uuid().toLowerCase()

/** An id that follows from what it is the id of: for parts that others give an id, and that have none here (RFC 9562, version 8). */
export function uuidOf(...parts: string[]): string {
  const hex = digest('handslag-uuid', ...parts)
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

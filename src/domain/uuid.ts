import { z } from 'zod'

/** An id. Ids are written small; one in capitals is the same id (RFC 9562 section 4). */
export const uuid = z.uuid().toLowerCase()

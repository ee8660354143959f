import { z } from 'zod'
import { sha256Out } from './proof.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** One thing that happened, without what was said in it: that is where the kind of thing is shown, to those who may read it. */
export const HistoryEntry = z
  .strictObject({
    revision: z.int().describe('the revision of the agreement that it made'),
    at: instantOut.describe('when the registry recorded it'),
    type: z.string().describe('what happened, such as `stance-taken` or `mandate-renewed`'),
    actorId: z.string().describe('the person, application or registry that did it'),
    organisationId: z.exactOptional(uuid).describe('for which organisation; left out where the registry did it'),
    mandateId: z.exactOptional(uuid).describe('the mandate under which it was done'),
    hash: sha256Out.describe('of its entry in the ledger: how to find it in the export and in the log'),
  })
  .meta({ id: 'HistoryEntry' })
export type HistoryEntry = z.output<typeof HistoryEntry>

import { z } from 'zod'
import { type Reason, type RefusalCode, refusals, sentence } from '../domain/refusal.ts'
import type { Language } from './negotiate.ts'

/** A condition that is not met, in a representation: what a refusal would name in its `errors`. */
export const Missing = z
  .strictObject({
    code: z.enum(Object.keys(refusals) as [RefusalCode, ...RefusalCode[]]),
    detail: z.string().describe('a sentence in the language of Accept-Language: Dutch or English'),
    pointer: z.exactOptional(z.string()).describe('where: a JSON pointer (RFC 6901) into the text, or to a contribution'),
  })
  .meta({ id: 'Missing' })
export type Missing = z.output<typeof Missing>

/** Reasons as a reader sees them. */
export const describeReasons = (reasons: readonly Reason[], language: Language): Missing[] =>
  reasons.map((reason) => ({
    code: reason.code,
    detail: sentence(reason, language),
    ...(reason.pointer !== undefined && { pointer: reason.pointer }),
  }))

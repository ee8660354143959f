import { z } from 'zod'
import { type Reason, refuseAll } from './refusal.ts'
import { uuid } from './uuid.ts'

const finding = z.strictObject({ kind: z.literal('finding'), inquiryId: uuid, findingId: uuid })
const reflection = z.strictObject({ kind: z.literal('reflection'), agreementId: uuid, reflectionId: uuid })
const outcome = z.strictObject({ kind: z.literal('exchange-outcome'), programmeId: uuid, outcomeId: uuid })
const recommendation = z.strictObject({ kind: z.literal('recommendation'), recommendationId: uuid })

/** What a recommendation can be based on: what the collaboration found, or how practice went. */
export const Basis = z.discriminatedUnion('kind', [finding, reflection, outcome])

/** What an agreement or a proposal can come from. */
export const Origin = z.discriminatedUnion('kind', [recommendation, outcome])
export type Origin = z.output<typeof Origin>

/** Something that another thing came from, by its ids: whatever the collaboration makes on the way to a promise. */
export type Source = z.output<typeof Basis> | Origin
export type SourceKind = Source['kind']

/** The id of a source, and of the stream that it is in. */
export function idsOf(source: Source): { streamId: string; id: string } {
  switch (source.kind) {
    case 'finding':
      return { streamId: source.inquiryId, id: source.findingId }
    case 'reflection':
      return { streamId: source.agreementId, id: source.reflectionId }
    case 'exchange-outcome':
      return { streamId: source.programmeId, id: source.outcomeId }
    case 'recommendation':
      return { streamId: source.recommendationId, id: source.recommendationId }
  }
}

/** The sources that who names them may read, by id, with what each says. */
export type Seen = ReadonlyMap<string, string>

/** A source, and where a request names it. */
export type Named = { source: Source; pointer: string }

/** Refuses with `not-found` every source that who names it may not read. */
export const requireSeen = (named: readonly Named[], seen: Seen): void =>
  refuseAll(
    named
      .filter(({ source }) => !seen.has(idsOf(source).id))
      .map(({ source, pointer }): Reason => ({ code: 'not-found', params: { what: source.kind }, pointer })),
  )

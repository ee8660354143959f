import { z } from 'zod'
import { CommitmentTerms, commitmentStates, Progress } from './commitment.ts'
import { Contribution } from './contribution.ts'
import { RecommendationView } from './recommendation.ts'
import { agreementStatuses } from './round.ts'
import { Basis, idsOf, type Seen } from './source.ts'
import { uuid } from './uuid.ts'

const Outcome = z.strictObject({
  id: uuid,
  version: z.int().describe('the version that it is part of, or would be'),
  what: CommitmentTerms.shape.what,
  ownerPartyId: uuid,
  state: z.enum(commitmentStates),
  progress: z.exactOptional(Progress.shape.state).describe('what was reported last'),
})

/** A proposal that came from a recommendation or an outcome of an exchange, with what came of it in turn. */
export const ProposalFrom = z
  .strictObject({
    agreementId: uuid,
    roundNumber: z.int(),
    id: uuid,
    partyId: uuid,
    text: z.string(),
    withdrawn: Contribution.shape.withdrawn,
    commitments: z.array(Outcome).describe('the commitments that carry it out'),
  })
  .meta({ id: 'ProposalFrom' })
export type ProposalFrom = z.output<typeof ProposalFrom>

/** Where a recommendation came from and what came of it, as far as the reader may read each part. */
export const Lineage = z
  .strictObject({
    basedOn: z.array(z.strictObject({ source: Basis, text: z.string() })),
    recommendation: RecommendationView,
    agreements: z
      .array(z.strictObject({ id: uuid, title: z.string(), status: z.enum(agreementStatuses) }))
      .describe('the agreements that originate from it'),
    proposals: z.array(ProposalFrom).describe('the proposals that came from it, in the order in which they were brought in'),
  })
  .meta({ id: 'Lineage' })
export type Lineage = z.output<typeof Lineage>

/** What a recommendation was based on, as far as it was seen. */
export const basedOnSeen = (basedOn: readonly z.output<typeof Basis>[], seen: Seen): Lineage['basedOn'] =>
  basedOn.flatMap((source) => {
    const text = seen.get(idsOf(source).id)
    return text === undefined ? [] : [{ source, text }]
  })

import { z } from 'zod'
import type { Agreement } from './agreement.ts'
import { askOf, type Commitment, coverageGaps, isUnfinished, liveCommitments, type Promised } from './commitment.ts'
import { effectiveMandates, gaps } from './mandate.ts'
import { seated } from './party.ts'
import type { Reason } from './refusal.ts'
import { phaseAt } from './round.ts'
import { type RoundHistory, stepsOf } from './round-history.ts'
import { type Day, type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'
import { inForceAt } from './version.ts'

/** How a commitment stands against the mandates of its owner now. What it lacks the door puts in words. */
export const CommitmentCoverage = z.strictObject({
  commitmentId: uuid,
  version: z.int(),
  what: z.string(),
  ownerPartyId: uuid,
  standing: z.enum(['offered', 'accepted', 'promised']),
  covered: z.boolean().describe('a mandate of its owner that is effective at this moment covers it'),
  mandateIds: z.array(uuid).describe('the mandates that do'),
})
/** The same at the moment at which its owner accepted it: that is what binds. */
export const CoverageThen = z.strictObject({ at: instantOut, personId: uuid, mandateId: uuid, covered: z.boolean() })

type CoverageThen = z.output<typeof CoverageThen> & { gaps: Reason[] }
export type CommitmentCoverage = z.output<typeof CommitmentCoverage> & { gaps: Reason[]; whenAccepted?: CoverageThen }

/** The versions whose rounds tell how what counts now was accepted. */
export const coveredVersions = (state: Agreement, at: Instant): number[] => [
  ...new Set(counting(state, at).flatMap(({ version, state }) => (state === 'accepted' ? [version] : []))),
]

/**
 * Each commitment that counts at a moment against the mandates of its owner that are effective then (docs/domain.md#coverage): all that
 * is offered or accepted, and what was promised and still is to be kept. A gap that opens after the promise undoes nothing.
 */
export const viewCoverage = (state: Agreement, rounds: readonly RoundHistory[], at: Instant): CommitmentCoverage[] =>
  counting(state, at).map((commitment) => {
    const { id, version, terms } = commitment
    const last = lastDayOf(state, commitment)
    const pointer = `/commitments/${id}`
    // Who left the table is bound by what it promised, and has nobody here to represent it.
    const here = seated(state).some((party) => party.id === terms.ownerPartyId)
    const covering = here
      ? effectiveMandates(state, terms.ownerPartyId, at).filter((one) => gaps(one, askOf(terms, last), pointer).length === 0)
      : []
    const lacking: Reason[] = here
      ? coverageGaps(state, terms, last, at, pointer)
      : [{ code: 'owner-not-a-party', params: { commitment: terms.what }, pointer }]
    const then = whenAccepted(commitment, rounds)
    return {
      commitmentId: id,
      version,
      what: terms.what,
      ownerPartyId: terms.ownerPartyId,
      standing: 'reports' in commitment ? 'promised' : commitment.state === 'accepted' ? 'accepted' : 'offered',
      covered: lacking.length === 0,
      mandateIds: covering.map((mandate) => mandate.id),
      gaps: lacking,
      ...(then && { whenAccepted: then }),
    }
  })

/** What is offered or accepted, and what was promised in a version that holds or is to, and still is to be kept. */
function counting(state: Agreement, at: Instant): (Commitment | Promised)[] {
  if (phaseAt(state, at) === 'ended') return []
  const holding = [inForceAt(state, at)?.version, state.adopted?.number]
  return liveCommitments(state).filter((one) =>
    'reports' in one ? isUnfinished(one) && holding.includes(one.version) : one.state === 'offered' || one.state === 'accepted',
  )
}

/** The last day of the version that a commitment is of, as it is written or was adopted. */
const lastDayOf = (state: Agreement, commitment: Commitment | Promised): Day | undefined => {
  const version = state.versions.find(({ number }) => number === commitment.version)
  return ('reports' in commitment ? version?.content : state.text)?.validity?.validUntil
}

/** How it was covered when its owner accepted it: by the mandate that it was accepted under, as that was, and the text as that was. */
function whenAccepted({ id, state, answer }: Commitment, rounds: readonly RoundHistory[]): CoverageThen | undefined {
  if (state !== 'accepted' || !answer) return undefined
  for (const { event, recorded, before } of rounds.flatMap(({ steps }) => stepsOf(steps, 'commitment-answered'))) {
    const mandate = before.mandates[answer.mandateId]
    const terms = before.commitments[id]?.terms
    if (event.data.commitmentId !== id || recorded.at !== answer.at || !mandate || !terms) continue
    const lacking = gaps(mandate, askOf(terms, before.text.validity?.validUntil), `/commitments/${id}`)
    const { at, personId, mandateId } = answer
    return { at, personId, mandateId, covered: lacking.length === 0, gaps: lacking }
  }
  return undefined
}

import { z } from 'zod'
import type { PersonActor } from './actor.ts'
import type { Agreement } from './agreement.ts'
import { contentOf, textDigest } from './agreement-text.ts'
import { answerBy, waitsFor } from './annex.ts'
import { isOverdue } from './commitment.ts'
import { unansweredConcerns } from './contribution.ts'
import { inOrder } from './event.ts'
import type { FollowUp } from './exchange/reflection.ts'
import { isHeard } from './hearing.ts'
import { mandateStatus } from './mandate.ts'
import { partyOf } from './party.ts'
import type { RecommendationView } from './recommendation.ts'
import { reflectBy, reflectionOf } from './reflection.ts'
import { type Impasse, impasseDays, phaseAt } from './round.ts'
import { standing } from './stance.ts'
import { addDays, dayOf, dayOut, type Instant, instantOut, later, startOf } from './time.ts'
import { uuid } from './uuid.ts'
import { inForceAt } from './version.ts'

export const toDoKinds = [
  'renew-mandate',
  'state-hearing',
  'answer-concern',
  'take-stance',
  'leave-impasse',
  'answer-commitment',
  'answer-transfer',
  'answer-annex',
  'overdue-commitment',
  'reflect',
  'open-next-round',
  'answer-recommendation',
  'meet-again',
] as const

/** One thing that waits for a person: what, about which resource, and by when if there is a moment. */
export const ToDo = z
  .strictObject({
    kind: z.enum(toDoKinds),
    agreementId: z.exactOptional(uuid).describe('of what waits in an agreement'),
    networkId: z.exactOptional(uuid).describe('of what waits in a network'),
    title: z.string().describe('of the agreement, or the name of the network'),
    about: uuid.describe(
      'the id of what it is about: a mandate, a party, a contribution, a commitment, a transfer, an annex, a recommendation or a placement',
    ),
    what: z.string(),
    byAt: z.exactOptional(instantOut),
    programmeId: z.exactOptional(uuid).describe('of meeting again: the exchange programme of the placement'),
    on: z.exactOptional(dayOut).describe('of meeting again: the day that was named; nothing is late after it'),
    meetingId: z.exactOptional(uuid).describe('of a renewal: the meeting whose outcome it cites'),
  })
  .meta({ id: 'ToDo' })
export type ToDo = z.output<typeof ToDo>

/** What waits for a person in one agreement, for themselves or for the party they represent (docs/domain.md#to-do). */
export function toDo(state: Agreement, person: PersonActor, at: Instant): ToDo[] {
  const party = partyOf(state, person.organisationId)
  const phase = phaseAt(state, at)
  if (!party || phase === 'ended') return []
  const item = (kind: ToDo['kind'], about: string, what: string, byAt?: Instant, meetingId?: string): ToDo => ({
    kind,
    agreementId: state.id,
    title: state.text.title,
    about,
    what,
    ...(byAt && { byAt }),
    ...(meetingId && { meetingId }),
  })
  const meetingTitle = (id = '') => state.meetings[id]?.title ?? state.text.title
  const mine = Object.values(state.mandates).filter((mandate) => mandate.holderId === person.personId)
  const renewals = mine
    .filter((mandate) => mandateStatus(mandate, at, state.mandates) === 'renewal-due')
    .map((mandate) =>
      item('renew-mandate', mandate.id, meetingTitle(mandate.renewal?.meetingId), mandate.renewal?.renewByAt, mandate.renewal?.meetingId),
    )
  const transfers = Object.values(state.transfers)
    .filter((transfer) => transfer.state === 'offered' && transfer.toPersonId === person.personId)
    .map((transfer) => item('answer-transfer', transfer.id, transfer.note))
  const represents = mine.some((mandate) => mandate.partyId === party.id && !mandate.withdrawn && at < mandate.untilAt)
  // Who was invited has nobody yet who may consent: who can mandate somebody sees it too.
  const mandates = person.authorities.includes('grant-mandates')
  const annexes = inOrder(state.annexes)
    .filter((annex) => waitsFor(state, annex, party, at))
    .filter(({ kind, partyId }) => represents || (mandates && kind === 'accession' && partyId === party.id))
    .map((annex) => item('answer-annex', annex.id, annex.reason, answerBy(annex, party, at)))
  if (!represents || party.involvement !== 'seated') return [...renewals, ...transfers, ...annexes]

  const deliberating = phase === 'deliberating'
  const hearings = (deliberating || phase === 'impasse') && !isHeard(state, party.id) ? [item('state-hearing', party.id, party.name)] : []
  const concerns = deliberating ? unansweredConcerns(state).filter((concern) => concern.partyId !== party.id) : []
  const stances = deliberating && isHeard(state, party.id) && !standing(state, textDigest(contentOf(state))).has(party.id)
  const offers = Object.values(state.commitments).filter(
    (one) => deliberating && one.terms.ownerPartyId === party.id && one.state === 'offered',
  )
  // What was promised in a version that a later one has replaced is no longer waited for.
  const holding = inForceAt(state, at)?.version ?? state.adopted?.number
  const overdue = Object.values(state.promises).filter((one) => one.version === holding && isOverdue(one, at))
  const { impasse } = state.round ?? {}
  const reflecting = phase === 'reflecting' && !reflectionOf(state, party.id)
  return [
    ...renewals,
    ...transfers,
    ...annexes,
    ...hearings,
    ...concerns.map((concern) => item('answer-concern', concern.id, concern.text)),
    ...(stances ? [item('take-stance', party.id, state.text.title)] : []),
    ...(phase === 'impasse' && impasse ? [item('leave-impasse', impasse.id, impasse.reason, remindAt(state, impasse))] : []),
    ...offers.map(({ id, terms }) => item('answer-commitment', id, terms.what)),
    ...overdue.map(({ id, terms }) => item('overdue-commitment', id, terms.what)),
    ...(reflecting ? [item('reflect', party.id, state.text.title, reflectBy(state, at))] : []),
    ...(phase === 'closed' ? [item('open-next-round', party.id, state.text.title)] : []),
  ]
}

/** What waits for the addressee of a recommendation: an answer to it. */
export const answerRecommendation = ({ id, networkId, text }: RecommendationView, network: string): ToDo => ({
  kind: 'answer-recommendation',
  networkId,
  title: network,
  about: id,
  what: text,
})

// Nobody records that they met. A month outlasts a holiday; after it a day that went by says nothing any more.
export const meetAgainDays = 30

/** More coffee after a visit, on both their lists: from its day on, for as long as it may still come to mind. */
export const meetAgain = ({ programmeId, placementId, networkId, network, name, on }: FollowUp, at: Instant): ToDo[] =>
  on <= dayOf(at) && dayOf(at) <= addDays(on, meetAgainDays)
    ? [{ kind: 'meet-again', networkId, programmeId, title: network, about: placementId, what: name, on }]
    : []

/** When an impasse is brought to mind: a parked one on the day on which deliberating resumes, another some days after it was called. */
const remindAt = (state: Agreement, { calledAt, resumeOn }: Impasse): Instant =>
  resumeOn ? startOf(resumeOn) : later(calledAt, impasseDays(state))

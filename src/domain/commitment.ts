import { z } from 'zod'
import { type ById, type Context, defined, type EventOf, type Evolvers, inOrder, patch, put, room } from './event.ts'
import { bind, fitting, guard } from './guard.ts'
import { type Machine, move, statesOf } from './machine.ts'
import { type Ask, Demand, effectiveMandates, gaps, type HasMandates, subject } from './mandate.ts'
import { requireParty, seated } from './party.ts'
import { type Reason, refuse, refuseAll } from './refusal.ts'
import { type HasRoles, requireRole } from './role.ts'
import type { HasRound } from './round.ts'
import { text } from './text.ts'
import { type Day, day, dayOf, dayOut, endOf, type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

export type CommitmentState = 'offered' | 'accepted' | 'declined' | 'returned' | 'withdrawn'
type CommitmentMove = 'accept' | 'decline' | 'return' | 'revise' | 'withdraw'

/** A commitment is offered, and its owner answers: nobody has work put upon them (docs/domain.md#commitments). */
export const commitmentMachine = {
  offered: { accept: 'accepted', decline: 'declined', return: 'returned', revise: 'offered', withdraw: 'withdrawn' },
  accepted: { decline: 'declined', return: 'returned', revise: 'offered', withdraw: 'withdrawn' },
  declined: { revise: 'offered', withdraw: 'withdrawn' },
  returned: { revise: 'offered', withdraw: 'withdrawn' },
  withdrawn: {},
} as const satisfies Machine<CommitmentState, CommitmentMove>
export const commitmentStates = statesOf(commitmentMachine)

/** What is promised: part of the text, and so of its digest. */
export const CommitmentTerms = z
  .strictObject({
    id: uuid,
    what: z.string(),
    ownerPartyId: uuid,
    coResponsiblePartyIds: z.array(uuid).describe('whoever carries a part carries the whole (ground rule 7)'),
    roleId: uuid,
    subject: z.string(),
    demands: z.array(Demand),
    dueOn: z.exactOptional(dayOut),
    ongoing: z.boolean(),
    proposalId: z.exactOptional(uuid),
  })
  .meta({ id: 'CommitmentTerms' })
export type CommitmentTerms = z.output<typeof CommitmentTerms>

/** A commitment of the version that is being deliberated on. */
export const Commitment = z
  .strictObject({
    id: uuid,
    version: z.int().describe('the version that it is part of, or would be'),
    terms: CommitmentTerms,
    state: z.enum(commitmentStates),
    answer: z
      .exactOptional(
        z.strictObject({
          at: instantOut,
          partyId: uuid,
          personId: uuid,
          mandateId: uuid,
          reason: z.exactOptional(z.string()),
        }),
      )
      .describe('what its owner answered last'),
    revision: z.int(),
  })
  .meta({ id: 'Commitment' })
export type Commitment = z.output<typeof Commitment>

const progressStates = ['on-track', 'at-risk', 'done', 'stopped'] as const
export const Progress = z
  .strictObject({
    at: instantOut,
    partyId: uuid,
    personId: uuid,
    state: z.enum(progressStates),
    note: z.exactOptional(z.string()),
  })
  .meta({ id: 'Progress' })
export type Progress = z.output<typeof Progress>

/** A commitment as it is recorded while it is deliberated on: who carries it along is not said, as it follows from who is seated. */
export type Offered = Omit<Commitment, 'terms'> & { terms: OfferedTerms }
type OfferedTerms = Omit<CommitmentTerms, 'coResponsiblePartyIds'>

/** A commitment of an adopted version: a promise that is being kept, or not. */
export type Promised = Commitment & { progress?: Progress; reports: number }

/** A commitment as it stands at a moment, offered or promised. */
export const CommitmentView = Commitment.extend({
  progress: z.exactOptional(Progress).describe('what was reported last'),
  reports: z.exactOptional(z.int()).describe('how often its owner has reported, once its version was adopted'),
  overdue: z.boolean().describe('promised, due before today, and not done: everybody’s concern (ground rule 7)'),
}).meta({ id: 'CommitmentView' })
export type CommitmentView = z.output<typeof CommitmentView>

export const viewCommitment = (commitment: Commitment | Promised, at: Instant): CommitmentView => ({
  ...commitment,
  overdue: 'reports' in commitment && isOverdue(commitment, at),
})

/** A commitment with who carries it along now: whoever else is seated, also who came later. */
export const carried = (state: HasMandates, { terms, ...commitment }: Offered): Commitment => ({
  ...commitment,
  terms: { ...terms, coResponsiblePartyIds: coResponsible(state, terms.ownerPartyId) },
})

/** The commitments that count now, offered or promised, by version and id: those of rounds that have closed are in the versions. */
export const liveCommitments = (state: HasCommitments): (Commitment | Promised)[] =>
  [...Object.values(state.promises), ...Object.values(state.commitments).map((one) => carried(state, one))].sort(
    (a, b) => a.version - b.version || (a.id < b.id ? -1 : 1),
  )

/** The commitment as it is being deliberated on, or else as it was promised; refuses with `not-found`. */
export function liveCommitment(state: HasCommitments, id: string): Commitment | Promised {
  const offer = state.commitments[id]
  return offer ? carried(state, offer) : (state.promises[id] ?? refuse('not-found', { what: 'commitment' }))
}

export type HasCommitments = HasRound & HasMandates & HasRoles & { commitments: ById<Offered>; promises: ById<Promised> }

export const OfferCommitment = z
  .strictObject({
    what: text(2000),
    ownerPartyId: uuid,
    roleId: uuid,
    subject,
    demands: z.array(Demand).max(20).default([]),
    dueOn: day.optional(),
    ongoing: z.boolean().default(false).describe('instead of `dueOn`: for as long as the version holds'),
    proposalId: uuid.optional().describe('the proposal that it carries out'),
  })
  .refine((input) => (input.dueOn !== undefined) !== input.ongoing, {
    path: ['dueOn'],
    error: 'either `dueOn` or `ongoing: true`',
    params: { nl: 'of `dueOn`, of `ongoing: true`' },
  })
  .meta({ id: 'OfferCommitment' })
export type OfferCommitment = z.output<typeof OfferCommitment>

export const AnswerCommitment = z
  .strictObject({
    decision: z.enum(['accepted', 'declined', 'returned']),
    reason: text(2000).optional().describe('required when declined or returned: what would make it possible'),
  })
  .meta({ id: 'AnswerCommitment' })
export type AnswerCommitment = z.output<typeof AnswerCommitment>

export const ReportProgress = z.strictObject({ state: z.enum(progressStates), note: text(2000).optional() }).meta({ id: 'ReportProgress' })

/** Who else answers for it: whoever carries a part carries the whole (ground rule 7). */
export const coResponsible = (state: HasMandates, ownerPartyId: string): string[] =>
  seated(state)
    .map((party) => party.id)
    .filter((id) => id !== ownerPartyId)

function termsOf(state: HasCommitments, id: string, input: OfferCommitment, { now }: Context): OfferedTerms {
  const today = dayOf(now)
  const owner = requireParty(state, input.ownerPartyId, '/ownerPartyId')
  if (owner.involvement !== 'seated') refuse('owner-not-seated', {}, '/ownerPartyId')
  requireRole(state, input.roleId, '/roleId')
  if (input.dueOn !== undefined && input.dueOn < today) refuse('backdated', { today }, '/dueOn')
  return { ...defined(input), id }
}

/** Offers a commitment to a party here: part of the text from now on, so stances before it are void. */
export function offerCommitment(state: HasCommitments, input: OfferCommitment, context: Context): CommitmentEvent[] {
  room(state.commitments)
  guard(state, 'offer-commitment', context)
  const terms = termsOf(state, context.newId(), input, context)
  return [{ type: 'commitment-offered', data: { terms, version: (state.round?.number ?? 0) || 1 } }]
}

/** A commitment that is being deliberated on; refuses with `not-found`. */
const requireCommitment = (state: HasCommitments, id: string): Offered =>
  state.commitments[id] ?? refuse('not-found', { what: 'commitment' })

/** Puts a commitment in other words or to another owner; its owner then answers anew. */
export function reviseCommitment(state: HasCommitments, id: string, input: OfferCommitment, context: Context): CommitmentEvent[] {
  guard(state, 'offer-commitment', context)
  const commitment = requireCommitment(state, id)
  move('commitment', commitmentMachine, commitment.state, 'revise')
  return [{ type: 'commitment-revised', data: { terms: termsOf(state, id, input, context) } }]
}

/** Takes an offer off the table again; it stays on record as withdrawn. */
export function withdrawCommitment(state: HasCommitments, id: string, context: Context): CommitmentEvent[] {
  guard(state, 'offer-commitment', context)
  move('commitment', commitmentMachine, requireCommitment(state, id).state, 'withdraw')
  return [{ type: 'commitment-withdrawn', data: { commitmentId: id } }]
}

/** The commitments that are part of the text: those that were not withdrawn. */
export const offered = (state: HasMandates & { commitments: ById<Offered> }): Commitment[] =>
  inOrder(state.commitments)
    .filter((commitment) => commitment.state !== 'withdrawn')
    .map((commitment) => carried(state, commitment))

const moveOf: Record<AnswerCommitment['decision'], CommitmentMove> = { accepted: 'accept', declined: 'decline', returned: 'return' }

/** What a commitment asks of a mandate: its subject, its demands, and until when. */
export const askOf = (terms: OfferedTerms, validUntil: Day | undefined): Ask => {
  const until = terms.dueOn ?? validUntil
  return { subjects: [terms.subject], demands: terms.demands, ...(until && { untilAt: endOf(until) }) }
}

/** The owner answers, under a mandate that covers what it promises. */
export function answerCommitment(
  state: HasCommitments,
  id: string,
  input: AnswerCommitment,
  validUntil: Day | undefined,
  context: Context,
): CommitmentEvent[] {
  const seat = bind(state, 'answer-commitment', context)
  const { party, person } = seat
  const commitment = requireCommitment(state, id)
  if (commitment.terms.ownerPartyId !== party.id) refuse('not-yours', { what: 'commitment' })
  const to = move('commitment', commitmentMachine, commitment.state, moveOf[input.decision])
  if (to !== 'accepted' && input.reason === undefined) refuse('reason-required', {}, '/reason')
  const { mandate, lacking } = fitting(state, seat, askOf(commitment.terms, validUntil), '/decision', context.now)
  if (to === 'accepted') refuseAll(lacking)
  const answer = { partyId: party.id, personId: person.personId, mandateId: mandate.id, ...(input.reason && { reason: input.reason }) }
  return [{ type: 'commitment-answered', data: { commitmentId: id, state: to, answer }, mandateId: mandate.id }]
}

/**
 * The coverage check: where an accepted commitment falls outside every effective mandate of its owner at this moment. The gaps
 * named are those of the mandate that lacks least.
 */
export function coverageGaps(state: HasMandates, terms: OfferedTerms, validUntil: Day | undefined, at: Instant, pointer: string): Reason[] {
  const found = effectiveMandates(state, terms.ownerPartyId, at).map((mandate) => gaps(mandate, askOf(terms, validUntil), pointer))
  const [least] = found.sort((a, b) => a.length - b.length)
  return least ?? [{ code: 'owner-without-mandate', params: { commitment: terms.what }, pointer }]
}

/** Reports how a promise of the version in force goes, by its owner. */
export function reportProgress(
  state: HasCommitments,
  id: string,
  input: z.output<typeof ReportProgress>,
  context: Context,
): CommitmentEvent[] {
  const { party, person } = guard(state, 'report-progress', context)
  const promised = state.promises[id] ?? refuse('not-found', { what: 'commitment' })
  if (promised.terms.ownerPartyId !== party.id) refuse('not-yours', { what: 'commitment' })
  const { state: progress, note } = input
  return [
    {
      type: 'progress-reported',
      data: { commitmentId: id, partyId: party.id, personId: person.personId, state: progress, ...(note && { note }) },
    },
  ]
}

/** Whether a promise still is to be kept: it was neither done nor stopped. */
export const isUnfinished = ({ progress }: Promised): boolean => progress?.state !== 'done' && progress?.state !== 'stopped'

/** Whether a promise should have been done by now; overdue is everybody's, the owner's first (ground rule 7). */
export const isOverdue = (promised: Promised, at: Instant): boolean =>
  promised.terms.dueOn !== undefined && promised.terms.dueOn < dayOf(at) && isUnfinished(promised)

export const commitmentEvents = {
  'commitment-offered': (state, data: { terms: OfferedTerms; version: number }, { revision }) => ({
    commitments: put(state.commitments, { id: data.terms.id, version: data.version, terms: data.terms, state: 'offered', revision }),
  }),
  'commitment-revised': (state, data: { terms: OfferedTerms }, { revision }) => {
    const before = state.commitments[data.terms.id]
    if (!before) return {}
    return {
      commitments: put(state.commitments, { id: before.id, version: before.version, terms: data.terms, state: 'offered', revision }),
    }
  },
  'commitment-withdrawn': (state, data: { commitmentId: string }, { revision }) => ({
    commitments: patch(state.commitments, data.commitmentId, { state: commitmentMachine.offered.withdraw, revision }),
  }),
  'commitment-answered': (
    state,
    data: { commitmentId: string; state: CommitmentState; answer: Omit<NonNullable<Commitment['answer']>, 'at'> },
    { at, revision },
  ) => ({ commitments: patch(state.commitments, data.commitmentId, { state: data.state, answer: { ...data.answer, at }, revision }) }),
  'progress-reported': (state, data: Omit<Progress, 'at'> & { commitmentId: string }, { at, revision }) => {
    const { commitmentId, ...progress } = data
    return {
      promises: patch(state.promises, commitmentId, ({ reports }) => ({ progress: { ...progress, at }, reports: reports + 1, revision })),
    }
  },
} satisfies Evolvers<HasCommitments>
export type CommitmentEvent = EventOf<typeof commitmentEvents>

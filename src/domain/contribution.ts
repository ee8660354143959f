import { z } from 'zod'
import { type ById, type Context, type EventOf, type Evolvers, patch, put, room } from './event.ts'
import { bind, guard } from './guard.ts'
import { type HasMandates, reason } from './mandate.ts'
import { present, requireParty } from './party.ts'
import { refuse } from './refusal.ts'
import { type HasRound, ruleHolds } from './round.ts'
import { Origin } from './source.ts'
import { text } from './text.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

export const contributionKinds = ['problem', 'proposal', 'concern', 'dilemma', 'resistance', 'help-request', 'appreciation'] as const
export type ContributionKind = (typeof contributionKinds)[number]

const said = { id: uuid, partyId: uuid, personId: uuid, text: z.string(), at: instantOut }
const Answer = z.strictObject(said).meta({ id: 'Answer' })
export type Answer = z.output<typeof Answer>

const Exploration = z.strictObject({ partyId: uuid, personId: uuid, note: z.string(), at: instantOut }).meta({ id: 'Exploration' })
export type Exploration = z.output<typeof Exploration>

/** Help that another party offers, and what the party that asked answered. */
const HelpOffer = z
  .strictObject({
    ...said,
    answer: z.exactOptional(
      z.strictObject({ at: instantOut, personId: uuid, decision: z.enum(['accepted', 'declined']), reason: z.exactOptional(z.string()) }),
    ),
  })
  .meta({ id: 'HelpOffer' })
export type HelpOffer = z.output<typeof HelpOffer>

const ids = z.array(uuid)
export const Contribution = z
  .strictObject({
    ...said,
    roundNumber: z.int(),
    kind: z.enum(contributionKinds),
    problemId: z.exactOptional(uuid).describe('of a proposal: the problem that it answers'),
    proposalId: z.exactOptional(uuid).describe('of a problem: a proposal that answers it as well'),
    originatesFrom: z.exactOptional(Origin).describe('of a proposal: what it came from'),
    actingPartyIds: z.exactOptional(ids).describe('of a proposal: the parties that would act'),
    acceptedByPartyIds: z.exactOptional(ids).describe('of a proposal: the parties that have taken it on'),
    horns: z.exactOptional(z.array(z.string())).describe('of a dilemma: its sides'),
    toPartyIds: z.exactOptional(ids).describe('to whom it is put; everybody when left out'),
    meetingId: z.exactOptional(uuid).describe('the meeting in which it was brought in'),
    answers: z.array(Answer).describe('of a dilemma: the ideas that it gave'),
    held: z.exactOptional(z.strictObject({ at: instantOut, reason: z.string() })).describe('of a dilemma: held open on purpose'),
    resolved: z
      .exactOptional(z.strictObject({ at: instantOut, found: z.exactOptional(z.string()) }))
      .describe('of a dilemma: what was found; closed without a solution where nothing is said'),
    explored: z.exactOptional(z.array(Exploration)).describe('of resistance: what others found who explored it together with its party'),
    offers: z.exactOptional(z.array(HelpOffer)).describe('of a request for help'),
    withdrawn: z.exactOptional(z.strictObject({ at: instantOut, reason: z.string() })),
  })
  .meta({ id: 'Contribution' })
export type Contribution = z.output<typeof Contribution>

export type HasContributions = HasRound & HasMandates & { contributions: ById<Contribution>; foundingOpen: boolean }

export const body = text(4000)
const parties = z.array(uuid).min(1).max(100)
const actingPartyIds = parties.describe('the parties that would act')

/** What may be brought in; each kind asks for what makes it workable (docs/domain.md#contributions). */
export const Contribute = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('problem'),
      text: body,
      proposal: z
        .strictObject({ text: body, actingPartyIds })
        .optional()
        .describe('ground rule 2: a problem may be named, and is followed by a proposal; here, or `proposalId`, or both'),
      proposalId: uuid.optional().describe('a proposal of this round that answers the problem as well'),
    }),
    z.strictObject({
      kind: z.literal('proposal'),
      text: body,
      actingPartyIds,
      problemId: uuid.optional(),
      originatesFrom: Origin.optional().describe('what it comes from, which the caller may read'),
    }),
    z.strictObject({ kind: z.literal('concern'), text: body }).describe('a concern needs no proposal'),
    z.strictObject({
      kind: z.literal('dilemma'),
      text: body,
      horns: z.array(text(1000)).min(2).max(6).describe('the sides of the dilemma, at least two'),
      toPartyIds: parties.optional().describe('whom it is put to; everybody when left out'),
    }),
    z
      .strictObject({ kind: z.literal('resistance'), text: body, toPartyIds: parties.optional() })
      .describe('what we feel resistance to: it is explored, and never refuted'),
    z.strictObject({ kind: z.literal('help-request'), text: body, toPartyIds: parties.optional() }),
    z.strictObject({ kind: z.literal('appreciation'), text: body, toPartyIds: parties.optional() }),
  ])
  .meta({ id: 'Contribute' })
export type Contribute = z.output<typeof Contribute>

export const AnswerContribution = z.strictObject({ text: body }).meta({ id: 'AnswerContribution' })
export const WithdrawContribution = z.strictObject({ reason }).meta({ id: 'WithdrawContribution' })

/** The number of the round that is going on; there is none before the first. */
export const roundNumber = (state: HasRound): number => state.round?.number ?? 0

/** A contribution of this round, as the person who speaks brings it in. */
const made = (state: HasRound, speaker: { partyId: string; personId: string }, { now, newId }: Context) => ({
  id: newId(),
  roundNumber: roundNumber(state),
  ...speaker,
  at: now,
  answers: [],
})

/** Records a concern of a party: from the hearing, a meeting, or an outcome that the organisation does not carry. */
export function concernOf(
  state: HasRound,
  speaker: { partyId: string; personId: string; meetingId?: string },
  words: string,
  context: Context,
): ContributionEvent {
  return { type: 'contribution-made', data: { ...made(state, speaker, context), kind: 'concern', text: words } }
}

/** Brings something in. A problem comes with its proposal, in one act (ground rule 2). */
export function contribute(state: HasContributions, input: Contribute, context: Context, meetingId?: string): ContributionEvent[] {
  room(state.contributions)
  const { party, person } = guard(state, 'contribute', context)
  const speaker = { partyId: party.id, personId: person.personId, ...(meetingId && { meetingId }) }
  const contribution = { ...made(state, speaker, context), text: input.text }
  const event = (data: Contribution): ContributionEvent => ({ type: 'contribution-made', data })
  switch (input.kind) {
    case 'concern':
      return [event({ ...contribution, kind: 'concern' })]
    case 'proposal': {
      if (input.problemId) requireOpen(state, input.problemId, 'problem', '/problemId')
      return [event(proposal(state, contribution, input, '/actingPartyIds'))]
    }
    case 'problem': {
      const { proposalId } = input
      if (proposalId) requireOpen(state, proposalId, 'proposal', '/proposalId')
      const problem = event({ ...contribution, kind: 'problem', ...(proposalId && { proposalId }) })
      if (input.proposal) {
        const answer = { ...made(state, speaker, context), text: input.proposal.text }
        const named = { ...input.proposal, problemId: contribution.id }
        return [problem, event(proposal(state, answer, named, '/proposal/actingPartyIds'))]
      }
      if (proposalId) return [problem]
      return ruleHolds(state, 2) ? refuse('problem-needs-proposal', {}, '/proposal') : [problem]
    }
    default: {
      const to = input.toPartyIds?.map((id, index) => requireParty(state, id, `/toPartyIds/${index}`).id)
      return [
        event({
          ...contribution,
          kind: input.kind,
          ...(input.kind === 'dilemma' && { horns: input.horns }),
          ...(to && { toPartyIds: to }),
        }),
      ]
    }
  }
}

function proposal(
  state: HasContributions,
  base: Omit<Contribution, 'kind'>,
  input: { actingPartyIds: string[]; problemId?: string | undefined; originatesFrom?: Origin | undefined },
  pointer: string,
): Contribution {
  const acting = input.actingPartyIds.map((id, index) => requireParty(state, id, `${pointer}/${index}`).id)
  return {
    ...base,
    kind: 'proposal',
    actingPartyIds: acting,
    acceptedByPartyIds: [],
    ...(input.problemId && { problemId: input.problemId }),
    ...(input.originatesFrom && { originatesFrom: input.originatesFrom }),
  }
}

/** A contribution of this kind of the round that is going on, which was not withdrawn; refuses with `not-found` and `not-an-open`. */
export function requireOpen(state: HasContributions, id: string, kind: ContributionKind, pointer?: string): Contribution {
  const contribution = state.contributions[id]
  if (!contribution || contribution.roundNumber !== roundNumber(state)) refuse('not-found', { what: kind }, pointer)
  if (contribution.kind !== kind || contribution.withdrawn) refuse('not-an-open', { what: kind }, pointer)
  return contribution
}

/** A contribution of the round that is going on; refuses with `not-found`. */
export function requireContribution(state: HasContributions, id: string): Contribution {
  const contribution = state.contributions[id]
  return contribution && contribution.roundNumber === roundNumber(state) ? contribution : refuse('not-found', { what: 'contribution' })
}

/** Answers what another party brought in: the other half of hearing both sides. */
export function answer(
  state: HasContributions,
  id: string,
  input: z.output<typeof AnswerContribution>,
  context: Context,
): ContributionEvent[] {
  const { party, person } = guard(state, 'contribute', context)
  const contribution = requireContribution(state, id)
  if (contribution.partyId === party.id) refuse('answer-own')
  if (contribution.kind === 'resistance') refuse('resistance-answered')
  const answer = { id: context.newId(), partyId: party.id, personId: person.personId, text: input.text, at: context.now }
  return [{ type: 'contribution-answered', data: { contributionId: id, answer } }]
}

/** A party that would act under a proposal takes it on (adoption condition 4). */
export function acceptProposal(state: HasContributions, id: string, context: Context): ContributionEvent[] {
  const { party, mandate } = bind(state, 'accept-proposal', context)
  const contribution = requireOpen(state, id, 'proposal')
  if (!contribution.actingPartyIds?.includes(party.id)) refuse('not-acting-party')
  if (contribution.acceptedByPartyIds?.includes(party.id)) refuse('already-done', { what: 'acceptance' })
  return [{ type: 'proposal-accepted', data: { contributionId: id, partyId: party.id }, mandateId: mandate.id }]
}

/** Takes back one's own contribution; it stays on record as withdrawn, and no longer counts. */
export function withdrawContribution(
  state: HasContributions,
  id: string,
  input: z.output<typeof WithdrawContribution>,
  context: Context,
): ContributionEvent[] {
  const { party } = guard(state, 'contribute', context)
  const contribution = requireContribution(state, id)
  if (contribution.partyId !== party.id) refuse('not-yours', { what: 'contribution' })
  if (contribution.withdrawn) refuse('already-done', { what: 'withdrawal' })
  return [{ type: 'contribution-withdrawn', data: { contributionId: id, reason: input.reason } }]
}

/** A contribution as it is shown: how far a dilemma or a request for help has come follows from what was said of it. */
export const ContributionView = Contribution.extend({
  status: z
    .exactOptional(z.enum(['open', 'held', 'resolved', 'asked', 'offered', 'given']))
    .describe('of a dilemma: `open`, `held` or `resolved`; of a request for help: `asked`, `offered` or `given`'),
}).meta({ id: 'ContributionView' })
export type ContributionView = z.output<typeof ContributionView>

export function viewContribution(contribution: Contribution): ContributionView {
  const { kind, held, resolved, offers = [] } = contribution
  if (kind === 'dilemma') return { ...contribution, status: resolved ? 'resolved' : held ? 'held' : 'open' }
  if (kind !== 'help-request') return contribution
  const given = offers.some(({ answer }) => answer?.decision === 'accepted')
  return { ...contribution, status: given ? 'given' : offers.some(({ answer }) => !answer) ? 'offered' : 'asked' }
}

/** The concerns of this round that nobody from another party has answered. */
export const unansweredConcerns = (state: HasContributions): Contribution[] =>
  openOf(state, 'concern').filter((concern) => concern.answers.length === 0)

/** What was brought in this round and not withdrawn, of one kind. */
export const openOf = (state: HasContributions, kind: ContributionKind): Contribution[] =>
  Object.values(state.contributions).filter(
    (contribution) => contribution.kind === kind && !contribution.withdrawn && contribution.roundNumber === roundNumber(state),
  )

/** The proposals that answer a problem: those that name it, and the one that it names. */
export const proposalsFor = (state: HasContributions, problem: Contribution): Contribution[] =>
  openOf(state, 'proposal').filter((proposal) => proposal.problemId === problem.id || proposal.id === problem.proposalId)

/** Whether a proposal is ours to do: its maker acts, or all that would act have accepted it (ground rule 1). */
export const isOurs = (state: HasContributions, proposal: Contribution): boolean => {
  const here = new Set(present(state).map((party) => party.id))
  const acting = proposal.actingPartyIds ?? []
  return (
    acting.length > 0 &&
    acting.every((id) => here.has(id)) &&
    (acting.includes(proposal.partyId) || acting.every((id) => proposal.acceptedByPartyIds?.includes(id)))
  )
}

export const contributionEvents = {
  'contribution-made': (state, data: Contribution) => ({
    contributions: put(state.contributions, data),
    // A concern is a hearing, by whichever door it comes in: it closes the founding as the first hearing does.
    foundingOpen: state.foundingOpen && data.kind !== 'concern',
  }),
  'contribution-answered': (state, data: { contributionId: string; answer: Answer }) => ({
    contributions: patch(state.contributions, data.contributionId, (found) => ({ answers: [...found.answers, data.answer] })),
  }),
  'proposal-accepted': (state, data: { contributionId: string; partyId: string }) => ({
    contributions: patch(state.contributions, data.contributionId, (found) => ({
      acceptedByPartyIds: [...(found.acceptedByPartyIds ?? []), data.partyId],
    })),
  }),
  'contribution-withdrawn': (state, data: { contributionId: string; reason: string }, { at }) => ({
    contributions: patch(state.contributions, data.contributionId, { withdrawn: { at, reason: data.reason } }),
  }),
} satisfies Evolvers<HasContributions>
export type ContributionEvent = EventOf<typeof contributionEvents>

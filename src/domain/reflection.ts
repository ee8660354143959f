import { z } from 'zod'
import { type Content, contentOf, textDigest } from './agreement-text.ts'
import { type HasContributions, openOf } from './contribution.ts'
import { type ById, type Context, type EventOf, type Evolvers, mostAtTable, put } from './event.ts'
import { guard } from './guard.ts'
import { NormAverage, normAverages, norms } from './norm.ts'
import { seated } from './party.ts'
import { type Averages, averages, averagesOf, nobodyYet, Pulse, plus, pulseMinimum, score } from './pulse.ts'
import { type Reason, refuse, refuseAll } from './refusal.ts'
import { type AgendaItem, type Round, RoundView, type Rules, reflectionOpenedAt, roundMachine, viewRound } from './round.ts'
import { Dissent, dissentsOn, type HasStances, type Stance } from './stance.ts'
import { text } from './text.ts'
import { type Instant, instantOut, later } from './time.ts'
import { uuid } from './uuid.ts'

export const recommendationLevels = ['direct', 'tactical', 'policy'] as const
const dissentOutcomes = ['confirmed', 'refuted', 'open'] as const
export type DissentOutcome = (typeof dissentOutcomes)[number]

const note = text(2000).optional()
const line = text(2000)

/** One party's experience with the version in practice; what works comes first (docs/domain.md#reflecting). */
export const GiveReflection = z
  .strictObject({
    whatWorks: text(4000),
    whatHappened: text(4000),
    whatWeLearned: text(4000),
    commitments: z
      .array(z.strictObject({ commitmentId: uuid, outcome: z.enum(['kept', 'partly', 'not']), why: line }))
      .max(mostAtTable)
      .default([])
      .describe('at least the commitments of one’s own'),
    dissents: z
      .array(z.strictObject({ dissentId: uuid, outcome: z.enum(dissentOutcomes), why: line }))
      .max(mostAtTable)
      .default([])
      .describe('every dissent: did practice confirm it, refute it, or is it still open'),
    criteria: z
      .array(z.strictObject({ criterionId: uuid, met: z.enum(['met', 'partly', 'not-met']), note }))
      .max(50)
      .default([])
      .describe('every evaluation criterion, also the ones that mean failure'),
    beneficiaries: z
      .array(z.strictObject({ beneficiaryId: uuid, addedValue: score, nuisance: score, note }))
      .max(50)
      .default([])
      .describe('every beneficiary: how much they gained, and how much it bothered them, 1 to 5'),
    pulse: Pulse.describe('towards the shared goal, 1 to 5; shown only in aggregate'),
    norms: z
      .strictObject(
        Object.fromEntries(norms.map((norm) => [norm, score.optional()])) as Record<(typeof norms)[number], z.ZodOptional<typeof score>>,
      )
      .prefault({})
      .describe('how the nine norms of a working community were lived up to, 1 to 5; shown only in aggregate'),
    recommendations: z
      .array(z.strictObject({ level: z.enum(recommendationLevels), text: line }))
      .max(30)
      .default([]),
    nextRound: z.array(line).max(30).default([]).describe('what to take into the next round'),
  })
  .meta({ id: 'GiveReflection' })
export type GiveReflection = z.output<typeof GiveReflection>

export const Reflection = GiveReflection.omit({ recommendations: true, nextRound: true })
  .extend({
    id: uuid,
    roundNumber: z.int(),
    partyId: uuid,
    personId: uuid,
    recommendations: z.array(z.strictObject({ id: uuid, level: z.enum(recommendationLevels), text: z.string() })),
    nextRound: z.array(z.strictObject({ id: uuid, text: z.string() })),
    at: instantOut,
    amendedAt: z.exactOptional(instantOut),
    revision: z.int(),
  })
  .meta({ id: 'Reflection' })
export type Reflection = z.output<typeof Reflection>

/** A reflection as others at the table see it: without its pulse and what it gave the norms, which only its own party sees. */
export const ReflectionView = Reflection.extend({
  pulse: z.exactOptional(Reflection.shape.pulse).describe('shown only to the party itself'),
  norms: z.exactOptional(Reflection.shape.norms.unwrap()).describe('shown only to the party itself'),
}).meta({
  id: 'ReflectionView',
})
export type ReflectionView = z.output<typeof ReflectionView>

export const viewReflection = ({ pulse, norms, ...reflection }: Reflection, readerPartyId: string): ReflectionView =>
  reflection.partyId === readerPartyId ? { ...reflection, pulse, norms } : reflection

export const CallReflection = z.strictObject({ reason: text(2000) }).meta({ id: 'CallReflection' })

/** An adopted version, as far as later rounds need it. */
type AdoptedVersion = { number: number; content: Content; dissents: Dissent[] }

export type HasReflections = HasStances & HasContributions & { reflections: ById<Reflection>; adopted: AdoptedVersion | null }

/** Calls the reflection before its day, with a reason. */
export function callReflection(state: HasReflections, input: z.output<typeof CallReflection>, context: Context): ReflectionEvent[] {
  const { party } = guard(state, 'call-reflection', context)
  return [{ type: 'reflection-called', data: { partyId: party.id, reason: input.reason } }]
}

/** The last moment to reflect, once reflecting has opened. */
export const reflectBy = (state: HasReflections, at: Instant): Instant | undefined => {
  const opened = state.round ? reflectionOpenedAt(state.round, at) : undefined
  return opened && later(opened, state.rules.reflectionDays)
}

/** The reflection of a party in this round, when it has given one. */
export const reflectionOf = (state: HasReflections, partyId: string): Reflection | undefined =>
  Object.values(state.reflections).find((reflection) => reflection.partyId === partyId && reflection.roundNumber === state.round?.number)

/** A party's one reflection on the version; it can be amended until the round closes. */
export function reflect(state: HasReflections, input: GiveReflection, context: Context): ReflectionEvent[] {
  const { party, person } = guard(state, 'reflect', context)
  if (reflectionOf(state, party.id)) refuse('already-reflected')
  checkReflection(state, input, party.id)
  return [
    { type: 'reflection-given', data: given(state, input, { id: context.newId(), partyId: party.id, personId: person.personId }, context) },
  ]
}

/** Amends one's own party's reflection. */
export function amendReflection(state: HasReflections, reflectionId: string, input: GiveReflection, context: Context): ReflectionEvent[] {
  const { party, person } = guard(state, 'reflect', context)
  const before = state.reflections[reflectionId]
  if (!before || before.roundNumber !== state.round?.number) refuse('not-found', { what: 'reflection' })
  if (before.partyId !== party.id) refuse('not-yours', { what: 'reflection' })
  checkReflection(state, input, party.id)
  return [
    { type: 'reflection-amended', data: given(state, input, { id: reflectionId, partyId: party.id, personId: person.personId }, context) },
  ]
}

function given(state: HasReflections, input: GiveReflection, who: { id: string; partyId: string; personId: string }, { newId }: Context) {
  return {
    ...input,
    ...who,
    roundNumber: state.round?.number ?? 0,
    recommendations: input.recommendations.map((recommendation) => ({ id: newId(), ...recommendation })),
    nextRound: input.nextRound.map((text) => ({ id: newId(), text })),
  }
}

function checkReflection(state: HasReflections, input: GiveReflection, partyId: string): void {
  const version = state.adopted ?? refuse('not-found', { what: 'version' })
  const { commitments, evaluationCriteria, beneficiaries } = version.content
  const own = commitments.filter((commitment) => commitment.ownerPartyId === partyId)
  refuseAll([
    ...strangers(input.commitments, 'commitmentId', commitments, 'commitments'),
    ...strangers(input.dissents, 'dissentId', version.dissents, 'dissents'),
    ...strangers(input.criteria, 'criterionId', evaluationCriteria, 'criteria'),
    ...strangers(input.beneficiaries, 'beneficiaryId', beneficiaries, 'beneficiaries'),
    ...missing(own, input.commitments, 'commitmentId', 'commitments'),
    ...missing(version.dissents, input.dissents, 'dissentId', 'dissents'),
    ...missing(evaluationCriteria, input.criteria, 'criterionId', 'criteria'),
    ...missing(beneficiaries, input.beneficiaries, 'beneficiaryId', 'beneficiaries'),
  ])
}

const strangers = <Key extends string>(
  given: readonly Record<Key, string>[],
  key: Key,
  known: readonly { id: string }[],
  list: string,
): Reason[] =>
  given.flatMap((one, index): Reason[] => {
    if (!known.some((item) => item.id === one[key])) return [{ code: 'not-in-version', pointer: `/${list}/${index}/${key}` }]
    return given.findIndex((other) => other[key] === one[key]) < index ? [{ code: 'id-twice', pointer: `/${list}/${index}/${key}` }] : []
  })

const missing = <Key extends string>(
  asked: readonly { id: string }[],
  given: readonly Record<Key, string>[],
  key: Key,
  list: string,
): Reason[] =>
  asked
    .filter((item) => !given.some((one) => one[key] === item.id))
    .map((item) => ({ code: 'not-judged', pointer: `/${list}`, params: { list, id: item.id } }) as const)

/** What a reflection says of dissents, and for which party. */
export type Judging = Pick<Reflection, 'partyId' | 'dissents'>

/** What practice showed of a dissent: what all who judged it share; where they differ it stays open, with every judgement on record. */
export function dissentOutcome(reflections: readonly Judging[], dissentId: string): DissentOutcome {
  const judged = new Set(
    reflections.flatMap(({ dissents }) => dissents.filter((one) => one.dissentId === dissentId).map((one) => one.outcome)),
  )
  const [only, ...others] = judged
  return only && others.length === 0 ? only : 'open'
}

const judgement = Reflection.shape.dissents.unwrap().element.omit({ dissentId: true }).extend({ partyId: uuid })

/** A dissent with what practice showed of it, and how each party judged. */
export const DissentView = Dissent.extend({ outcome: z.enum(dissentOutcomes), judgements: z.array(judgement) }).meta({ id: 'DissentView' })
export type DissentView = z.output<typeof DissentView>

export const viewDissent = (dissent: Dissent, reflections: readonly Judging[]): DissentView => ({
  ...dissent,
  outcome: dissentOutcome(reflections, dissent.id),
  judgements: reflections.flatMap(({ partyId, dissents }) =>
    dissents.filter(({ dissentId }) => dissentId === dissent.id).map(({ outcome, why }) => ({ partyId, outcome, why })),
  ),
})

/** The seated parties that have not reflected. */
export const notReflected = (state: HasReflections): string[] =>
  seated(state)
    .map((party) => party.id)
    .filter((id) => !reflectionOf(state, id))

/** Closes the round when all have reflected, or after the deadline, naming who did not. */
export function closeRound(state: HasReflections, context: Context): ReflectionEvent[] {
  guard(state, 'close-round', context)
  const deadline = reflectBy(state, context.now)
  const silent = notReflected(state)
  if (silent.length > 0 && deadline && context.now < deadline)
    refuseAll(silent.map((id) => ({ code: 'party-not-reflected' as const, params: { party: state.parties[id]?.name ?? id, deadline } })))
  return [{ type: 'round-closed', data: { notReflected: silent } }]
}

/** The agenda of the next round: reflections, unanswered concerns, dilemmas that stand open, what practice showed of dissents, and recommendations. */
export function nextAgenda(state: HasReflections): AgendaItem[] {
  const reflections = Object.values(state.reflections).filter((reflection) => reflection.roundNumber === state.round?.number)
  const concerns = Object.values(state.contributions).filter((one) => one.kind === 'concern' && one.answers.length === 0 && !one.withdrawn)
  const dilemmas = openOf(state, 'dilemma').filter((one) => !one.resolved)
  return [
    ...reflections.map(({ id, partyId, whatWeLearned }): AgendaItem => ({ id, kind: 'reflection', partyId, text: whatWeLearned })),
    ...concerns.map(({ id, partyId, text }): AgendaItem => ({ id, kind: 'concern', partyId, text })),
    ...dilemmas.map(({ id, partyId, text, held }): AgendaItem => ({ id, kind: 'dilemma', partyId, text, outcome: held ? 'held' : 'open' })),
    ...(state.adopted?.dissents ?? []).map(
      ({ id, partyId, expectation }): AgendaItem => ({
        id,
        kind: 'dissent',
        partyId,
        text: expectation,
        outcome: dissentOutcome(reflections, id),
      }),
    ),
    ...reflections.flatMap(({ partyId, recommendations, nextRound }) => [
      ...recommendations.map(({ id, level, text }): AgendaItem => ({ id, kind: 'recommendation', partyId, text, outcome: level })),
      ...nextRound.map(({ id, text }): AgendaItem => ({ id, kind: 'next-round', partyId, text })),
    ]),
  ]
}

/** The pulse of a round, as everybody may see it: averages, and only from so many answers on that nobody's own shows. */
export const pulseOf = (reflections: readonly Reflection[], rules: Rules): Averages =>
  averagesOf(
    reflections.reduce((sum, { pulse }) => plus(sum, pulse), nobodyYet),
    pulseMinimum(rules),
  )

/** A round with the rules by which it goes, and what was said in it on one text: the one being deliberated on, or the one that it adopted. */
export type RoundMatter = {
  round: Round
  rules: Rules
  stances: Stance[]
  reflections: Reflection[]
  textDigest: string
  dissents: Dissent[]
}

/** The round that is going on, with its matter; nothing when that is another one. */
export function roundMatter(state: HasReflections, number: number): RoundMatter | undefined {
  const { round, adopted } = state
  if (round?.number !== number) return undefined
  const version = adopted?.number === number ? adopted : undefined
  const digest = textDigest(version?.content ?? contentOf(state))
  return {
    round,
    rules: state.rules,
    stances: Object.values(state.stances),
    reflections: Object.values(state.reflections),
    textDigest: digest,
    dissents: version?.dissents ?? dissentsOn(state, digest),
  }
}

/** A round with what its reflections tell together. */
export const RoundDetail = RoundView.extend({
  reflectBy: z.exactOptional(instantOut).describe('until when parties can reflect, while they can'),
  pulse: z
    .strictObject(averages)
    .describe('averages, once the round has closed and from five answers on, or as many as the ground rules say: nobody’s own shows'),
  norms: z.array(NormAverage).describe('the norms that were scored, once the round has closed; each with its average from five answers on'),
}).meta({ id: 'RoundDetail' })
export type RoundDetail = z.output<typeof RoundDetail>

export function viewRoundDetail(
  { round, reflections, rules }: Pick<RoundMatter, 'round' | 'reflections' | 'rules'>,
  at: Instant,
): RoundDetail {
  const view = viewRound(round, at)
  const opened = view.state === 'reflecting' ? reflectionOpenedAt(round, at) : undefined
  return {
    ...view,
    ...(opened && { reflectBy: later(opened, rules.reflectionDays) }),
    // While parties still reflect, how an average moves would show the answer that came in.
    pulse: view.state === 'closed' ? pulseOf(reflections, rules) : { answers: reflections.length },
    norms: view.state === 'closed' ? normAverages(reflections.map((reflection) => reflection.norms)) : [],
  }
}

type Given = Omit<Reflection, 'at' | 'amendedAt' | 'revision'>

export const reflectionEvents = {
  'reflection-called': (state, data: { partyId: string; reason: string }, { at }) => ({
    round: state.round && { ...state.round, state: roundMachine.acting['open-reflection'], reflectionCalled: { at, ...data } },
  }),
  'reflection-given': (state, data: Given, { at, revision }) => ({
    reflections: put(state.reflections, { ...data, at, revision }),
  }),
  'reflection-amended': (state, data: Given, { at, revision }) => ({
    reflections: put(state.reflections, { ...data, at: state.reflections[data.id]?.at ?? at, amendedAt: at, revision }),
  }),
  'round-closed': (state, data: { notReflected: string[] }, { at }) => ({
    round: state.round && { ...state.round, state: roundMachine.reflecting.close, closedAt: at, notReflected: data.notReflected },
  }),
} satisfies Evolvers<HasReflections>
export type ReflectionEvent = EventOf<typeof reflectionEvents>

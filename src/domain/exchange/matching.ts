import { z } from 'zod'
import { type Context, type EventOf, type Evolvers, inOrder } from '../event.ts'
import type { Reason } from '../refusal.ts'
import { instantOut } from '../time.ts'
import { uuid } from '../uuid.ts'
import { maximumMatching } from './blossom.ts'
import { type Enrolment, type EnrolmentEvent, enrolmentEvents, type HasEnrolments, ofRound, type People } from './enrolment.ts'
import { type Members, requireLead, requireRound } from './round.ts'
import { leftovers } from './unplaced.ts'

export const MakeMatching = z.strictObject({ roundNumber: z.int().min(1) }).meta({ id: 'MakeMatching' })

const who = { enrolmentId: uuid, personId: uuid, organisationId: uuid }
const Visitor = z.strictObject(who)
const Pair = z.strictObject({
  first: Visitor.describe('visits the other in the week'),
  second: Visitor.describe('visits the first in the reverse week'),
  wishes: z.int().describe('how many of the two see an organisation that they wished for'),
})

/** Who visits whom, as it was worked out last for a round: a proposal until its placements are made. */
const made = {
  roundNumber: z.int(),
  madeAt: instantOut,
  pairs: z.array(Pair),
  voidAt: z.exactOptional(instantOut).describe('when somebody in it withdrew: it has to be made again'),
}
const Made = z.strictObject(made)
const left = { ...who, organisationIds: z.array(uuid).describe('the organisations that this is about') }
const Left = z.strictObject(left)
export type Matching = z.output<typeof Made> & { unplaced: (z.output<typeof Left> & { reason: Reason })[] }

/** A matching as a reader sees it, with the reasons in words: `reason` is the schema of such a reason. */
export const matchingView = <Schema extends z.ZodType>(reason: Schema) =>
  z
    .strictObject({
      ...made,
      unplaced: z.array(z.strictObject({ ...left, reason })).describe('who is in no pair, and why'),
      wishes: z.int().describe('how many wishes these pairs fulfil: no matching with as many pairs fulfils more'),
    })
    .meta({ id: 'Matching' })

/** `matchings` are those of rounds that are not closed, by round. */
export type HasMatchings = HasEnrolments & { matchings: Readonly<Record<string, Matching>> }

const mayVisit = (guest: Enrolment, host: Enrolment): boolean =>
  guest.organisationId !== host.organisationId &&
  !guest.notWith.includes(host.organisationId) &&
  !host.notWith.includes(guest.organisationId)

const wishesOf = (a: Enrolment, b: Enrolment): number =>
  Number(a.wishes.includes(b.organisationId)) + Number(b.wishes.includes(a.organisationId))

const visitor = ({ id, personId, organisationId }: Enrolment) => ({ enrolmentId: id, personId, organisationId })

/**
 * Pairs as many people as can be, and of all ways to do so one that fulfils the most wishes; says of everybody who is left over why.
 * Each visits the organisation of the other, which is never their own nor one that either is not paired with.
 */
export function matched(enrolments: readonly Enrolment[], members: Members): Pick<Matching, 'pairs' | 'unplaced'> {
  const between = <T>(rule: (a: Enrolment, b: Enrolment) => T, otherwise: T) => {
    return (a: number, b: number): T => {
      const [one, other] = [enrolments[a], enrolments[b]]
      return one && other && mayVisit(one, other) ? rule(one, other) : otherwise
    }
  }
  // A pair that fulfils no wish weighs one, and each of the two wishes that it can fulfil one more.
  const weight = between((a, b) => 1 + wishesOf(a, b), 0)
  const mates = maximumMatching(enrolments.length, weight, 3)
  const adjacent = enrolments.map((_, a) => enrolments.flatMap((_, b) => (weight(a, b) > 0 ? [b] : [])))
  const organisations = enrolments.map(({ organisationId }) => organisationId)
  const reasons = leftovers({ organisations, adjacent, mates }, (id) => members.get(id)?.name ?? id)
  return {
    pairs: enrolments.flatMap((first, nth) => {
      const second = enrolments[mates[nth] ?? -1]
      return second && (mates[nth] ?? -1) > nth ? [{ first: visitor(first), second: visitor(second), wishes: wishesOf(first, second) }] : []
    }),
    unplaced: enrolments.flatMap((one, nth) => {
      const left = reasons.get(nth)
      return left ? [{ ...visitor(one), ...left }] : []
    }),
  }
}

/** Whether somebody is with their organisation still, and that with the network. */
export const isThere = (one: { personId: string; organisationId: string }, members: Members, people: People): boolean =>
  members.has(one.organisationId) && people.get(one.personId)?.organisationId === one.organisationId

/** Works out who visits whom, once enrolling is over; again as often as needed, until its placements are made. */
export function makeMatching(
  state: HasMatchings,
  { roundNumber }: z.output<typeof MakeMatching>,
  members: Members,
  people: People,
  context: Context,
): MatchingEvent[] {
  requireLead(state, context.actor)
  requireRound(state, roundNumber, ['matching'], 'match', context)
  const enrolled = inOrder(ofRound(state.enrolments, roundNumber))
  const stays = (one: Enrolment) => isThere(one, members, people)
  const { pairs, unplaced } = matched(enrolled.filter(stays), members)
  const gone = enrolled
    .filter((one) => !stays(one))
    .map((one) => ({ ...visitor(one), reason: { code: 'no-longer-there' as const }, organisationIds: [one.organisationId] }))
  return [{ type: 'matching-made', data: { roundNumber, pairs, unplaced: [...unplaced, ...gone] } }]
}

export const matchingEvents = {
  'matching-made': (state, data: Omit<Matching, 'madeAt'>, { at }) => ({
    matchings: { ...state.matchings, [data.roundNumber]: { ...data, madeAt: at } },
  }),
  ...enrolmentEvents,
  'enrolment-withdrawn': (state, data: { enrolmentId: string }, recorded) => {
    const { roundNumber } = state.enrolments[data.enrolmentId] ?? {}
    const made = roundNumber === undefined ? undefined : state.matchings[roundNumber]
    return {
      ...enrolmentEvents['enrolment-withdrawn'](state, data, recorded),
      ...(made && { matchings: { ...state.matchings, [made.roundNumber]: { ...made, voidAt: recorded.at } } }),
    }
  },
} satisfies Evolvers<HasMatchings>
export type MatchingEvent = Exclude<EventOf<typeof matchingEvents>, EnrolmentEvent>

import { z } from 'zod'
import type { Actor } from '../actor.ts'
import { type ById, type Context, defined, type EventOf, type Evolvers, keep, put, room } from '../event.ts'
import { requirePerson } from '../guard.ts'
import { type Reason, refuse, refuseAll } from '../refusal.ts'
import { optionalText } from '../text.ts'
import { instantOut } from '../time.ts'
import { uuid } from '../uuid.ts'
import { type HasExchangeRounds, type Members, requireRound } from './round.ts'

// More than the organisations that most chains have: who names that many has no preference.
const organisations = z.array(uuid).max(50).default([])

export const Enrol = z
  .strictObject({
    roundNumber: z.int().min(1),
    personId: uuid.describe('somebody of your own organisation'),
    wishes: organisations.describe('the organisations that they would like to see'),
    notWith: organisations.describe('the organisations with which they are not paired; nobody else sees which'),
    hostContactId: uuid.optional().describe('who prepares the visit that they get; they themselves when left out'),
    offers: optionalText(2000).describe('what there is to see and to join in with'),
  })
  .meta({ id: 'Enrol' })
export type Enrol = z.output<typeof Enrol>

/** Somebody who takes part in a round: they visit, and they are visited. */
export const Enrolment = z
  .strictObject({
    id: uuid,
    roundNumber: z.int(),
    personId: uuid,
    organisationId: uuid,
    wishes: z.array(uuid),
    notWith: z.exactOptional(z.array(uuid)).describe('for their own organisation and the leading one'),
    hostContactId: uuid,
    offers: z.exactOptional(z.string()),
    enrolledAt: instantOut,
    withdrawnAt: z.exactOptional(instantOut),
    revision: z.int(),
  })
  .meta({ id: 'Enrolment' })
export type EnrolmentView = z.output<typeof Enrolment>
export type Enrolment = EnrolmentView & { notWith: string[] }

/** An enrolment as a reader sees it: with whom somebody is not paired is between their organisation and the one that pairs. */
export function viewEnrolment({ notWith, ...enrolment }: Enrolment, actor: Actor, leadId: string): EnrolmentView {
  const own = actor.kind !== 'operator' && [enrolment.organisationId, leadId].includes(actor.organisationId)
  return own ? { ...enrolment, notWith } : enrolment
}

/** `enrolments` are those of rounds that are not closed; `left` is the one that was withdrawn last. */
export type HasEnrolments = HasExchangeRounds & { enrolments: ById<Enrolment>; left: Enrolment | null }

export const ofRound = <T extends { roundNumber: number }>(items: ById<T>, roundNumber: number): ById<T> =>
  keep(items, (item) => item.roundNumber === roundNumber)

/** Who works where, of those who are with an organisation now. */
export type People = ReadonlyMap<string, { organisationId: string }>

/** Enrols somebody of one's own organisation, until the deadline. */
export function enrol(state: HasEnrolments, input: Enrol, members: Members, people: People, context: Context): EnrolmentEvent[] {
  const { organisationId } = requirePerson(context.actor)
  requireRound(state, input.roundNumber, ['enrolling'], 'enrol', context)
  room(state.enrolments)
  const { hostContactId = input.personId } = input
  const colleague = (id: string, pointer: string): Reason[] =>
    people.get(id)?.organisationId === organisationId ? [] : [{ code: 'holder-not-of-organisation', pointer }]
  const other =
    (field: 'wishes' | 'notWith') =>
    (id: string, index: number): Reason[] => {
      const pointer = `/${field}/${index}`
      if (id === organisationId) return [{ code: 'own-organisation', pointer }]
      return members.has(id) ? [] : [{ code: 'not-a-member', pointer }]
    }
  const both = (id: string, index: number): Reason[] =>
    input.notWith.includes(id) ? [{ code: 'wished-and-excluded', pointer: `/wishes/${index}` }] : []
  refuseAll([
    ...colleague(input.personId, '/personId'),
    ...(hostContactId === input.personId ? [] : colleague(hostContactId, '/hostContactId')),
    ...input.wishes.flatMap(other('wishes')),
    ...input.notWith.flatMap(other('notWith')),
    ...input.wishes.flatMap(both),
  ])
  const again = Object.values(ofRound(state.enrolments, input.roundNumber)).some(({ personId }) => personId === input.personId)
  if (again) refuse('already-enrolled', {}, '/personId')
  const [wishes, notWith] = [[...new Set(input.wishes)], [...new Set(input.notWith)]]
  return [{ type: 'enrolled', data: defined({ ...input, wishes, notWith, id: context.newId(), organisationId, hostContactId }) }]
}

/** Takes an enrolment back, until placements are made of it; a matching that was made before is void. */
export function withdrawEnrolment(state: HasEnrolments, enrolmentId: string, context: Context): EnrolmentEvent[] {
  const { organisationId } = requirePerson(context.actor)
  const enrolment = state.enrolments[enrolmentId] ?? refuse('not-found', { what: 'enrolment' })
  if (enrolment.organisationId !== organisationId) refuse('other-organisation')
  requireRound(state, enrolment.roundNumber, ['enrolling', 'matching'], 'withdraw', context)
  return [{ type: 'enrolment-withdrawn', data: { enrolmentId } }]
}

export const enrolmentEvents = {
  'enrolled': (state, data: Omit<Enrolment, 'enrolledAt' | 'revision'>, { at, revision }) => ({
    enrolments: put(state.enrolments, { ...data, enrolledAt: at, revision }),
  }),
  'enrolment-withdrawn': (state, { enrolmentId }: { enrolmentId: string }, { at, revision }) => {
    const enrolment = state.enrolments[enrolmentId]
    if (!enrolment) return {}
    return {
      enrolments: keep(state.enrolments, ({ id }) => id !== enrolmentId),
      left: { ...enrolment, withdrawnAt: at, revision },
    }
  },
} satisfies Evolvers<HasEnrolments>
export type EnrolmentEvent = EventOf<typeof enrolmentEvents>

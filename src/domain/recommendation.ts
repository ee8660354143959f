import { z } from 'zod'
import { type Context, defined, type EventOf, type Evolvers, type Recorded } from './event.ts'
import { requirePerson } from './guard.ts'
import type { Members } from './inquiry.ts'
import { type Machine, move, statesOf } from './machine.ts'
import { recommendationLevels } from './reflection.ts'
import { refuse } from './refusal.ts'
import { Basis, requireSeen, type Seen } from './source.ts'
import { text } from './text.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

type RecommendationStatus = 'open' | 'taken-up' | 'declined' | 'done'
type RecommendationMove = 'take-up' | 'decline' | 'finish'

/** A recommendation waits for its addressee, who takes it up, declines it or says that it is done (docs/domain.md#recommendations). */
export const recommendationMachine = {
  'open': { 'take-up': 'taken-up', 'decline': 'declined', 'finish': 'done' },
  'taken-up': { decline: 'declined', finish: 'done' },
  'declined': {},
  'done': {},
} as const satisfies Machine<RecommendationStatus, RecommendationMove>
export const recommendationStatuses = statesOf(recommendationMachine)

const moveOf = { 'taken-up': 'take-up', 'declined': 'decline', 'done': 'finish' } as const

const followUpStatuses = ['taken-up', 'declined', 'done'] as const
const FollowUp = z
  .strictObject({
    status: z.enum(followUpStatuses),
    note: z.exactOptional(z.string()),
    organisationId: uuid,
    personId: uuid,
    at: instantOut,
  })
  .meta({ id: 'FollowUp' })

/** A recommendation as the members of its network see it; what it was based on is in its lineage, for who may read that. */
export const RecommendationView = z
  .strictObject({
    id: uuid,
    networkId: uuid,
    level: z.enum(recommendationLevels),
    text: z.string(),
    why: z.string(),
    addressee: z.strictObject({ organisationId: uuid, name: z.string(), personId: z.exactOptional(uuid) }),
    organisationId: uuid.describe('the organisation that made it'),
    personId: uuid,
    madeAt: instantOut,
    status: z.enum(recommendationStatuses),
    followUps: z.array(FollowUp),
    revision: z.int(),
  })
  .meta({ id: 'Recommendation' })
export type RecommendationView = z.output<typeof RecommendationView>
export type Recommendation = RecommendationView & { basedOn: readonly z.output<typeof Basis>[] }

export const viewRecommendation = ({ basedOn: _, ...recommendation }: Recommendation): RecommendationView => recommendation

export const Recommend = z
  .strictObject({
    networkId: uuid,
    level: z
      .enum(recommendationLevels)
      .describe('`direct`: among those who do the work; `tactical`: to who manages it; `policy`: to who makes policy'),
    text: text(2000),
    why: text(2000),
    basedOn: z.array(Basis).max(20).default([]).describe('findings, reflections and outcomes of exchanges that you may read'),
    addressee: z
      .strictObject({ organisationId: uuid, personId: uuid.optional().describe('somebody of that organisation') })
      .describe('a member of the network'),
  })
  .meta({ id: 'Recommend' })
export type Recommend = z.output<typeof Recommend>

export const FollowUpRecommendation = z
  .strictObject({
    status: z.enum(followUpStatuses),
    note: text(2000).optional().describe('required where it is declined: why'),
  })
  .meta({ id: 'FollowUpRecommendation' })
export type FollowUpRecommendation = z.output<typeof FollowUpRecommendation>

/** What was looked up before deciding: members and people among those that are named, and which sources the caller may read. */
export type Known = { members: Members; people: ReadonlyMap<string, { organisationId: string }>; seen: Seen }

/** Makes a recommendation to a member of the network, based on what the caller may read. */
export function recommend(input: Recommend, { members, people, seen }: Known, { actor, newId }: Context): RecommendationEvent[] {
  const { organisationId, personId } = requirePerson(actor)
  requireSeen(
    input.basedOn.map((source, index) => ({ source, pointer: `/basedOn/${index}` })),
    seen,
  )
  const { addressee, ...rest } = input
  const { name } = members.get(addressee.organisationId) ?? refuse('not-a-member', {}, '/addressee/organisationId')
  if (addressee.personId !== undefined && people.get(addressee.personId)?.organisationId !== addressee.organisationId)
    refuse('not-found', { what: 'person' }, '/addressee/personId')
  const data = { ...rest, id: newId(), addressee: { ...defined(addressee), name }, organisationId, personId }
  return [{ type: 'recommendation-made', data }]
}

/** Says what becomes of a recommendation, by the organisation that it is addressed to; declining says why. */
export function followUp(state: Recommendation, input: FollowUpRecommendation, { actor }: Context): RecommendationEvent[] {
  const { organisationId, personId } = requirePerson(actor)
  if (state.addressee.organisationId !== organisationId) refuse('not-yours', { what: 'recommendation' })
  move('recommendation', recommendationMachine, state.status, moveOf[input.status])
  if (input.status === 'declined' && input.note === undefined) refuse('reason-required', {}, '/note')
  return [{ type: 'recommendation-followed-up', data: { ...defined(input), organisationId, personId } }]
}

const evolvers = {
  'recommendation-followed-up': (state, data: Omit<z.output<typeof FollowUp>, 'at'>, { at, revision }) => ({
    status: data.status,
    followUps: [...state.followUps, { ...data, at }],
    revision,
  }),
} satisfies Evolvers<Recommendation>

type Made = Omit<Recommendation, 'madeAt' | 'status' | 'followUps' | 'revision'>
export type RecommendationEvent = { type: 'recommendation-made'; data: Made; mandateId?: string } | EventOf<typeof evolvers>

/** The recommendation after an event. */
export function evolve(state: Recommendation | undefined, event: RecommendationEvent, recorded: Recorded): Recommendation {
  const { at, revision } = recorded
  if (event.type === 'recommendation-made') return { ...event.data, madeAt: at, status: 'open', followUps: [], revision }
  if (!state) throw new Error(`a recommendation begins with recommendation-made, not with ${event.type}`)
  const table: Evolvers<Recommendation> = evolvers
  return { ...state, ...table[event.type]?.(state, event.data, recorded) }
}

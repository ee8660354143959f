import { z } from 'zod'
import { type Context, defined, type EventOf, type Evolvers, patch } from '../event.ts'
import { requirePerson } from '../guard.ts'
import { type Reason, refuse, refuseAll } from '../refusal.ts'
import { text } from '../text.ts'
import { type Day, day, dayOf, dayOut, instantOut } from '../time.ts'
import { uuid } from '../uuid.ts'
import type { People } from './enrolment.ts'
import { type HasPlacements, requirePlacement } from './placement.ts'

/** What people who visited each other say about it. */
export const exchangeThemes = ['welcome', 'taking-part', 'depth', 'understanding', 'knowledge', 'wider-view', 'more-coffee'] as const

/** What crossing a boundary between organisations can bring to light. */
export const boundaryPoints = ['differences-and-similarities', 'efficiency', 'others-eyes', 'renewal'] as const

/** Both say it, each from their own side. */
const reflectionSides = ['guest', 'host'] as const

export const ReflectOnPlacement = z
  .strictObject({
    themes: z
      .array(z.strictObject({ theme: z.enum(exchangeThemes), text: text(2000), score: z.int().min(1).max(5).optional() }))
      .min(1)
      .max(exchangeThemes.length),
    boundaryPoints: z
      .array(z.strictObject({ point: z.enum(boundaryPoints), text: text(2000) }))
      .max(20)
      .default([]),
    insights: z.array(text(500)).max(20).default([]).describe('what others can build on: each gets an id'),
    followUp: z
      .strictObject({ withPersonId: uuid, on: day })
      .optional()
      .describe('more coffee: with whom of guest’s or host’s organisation, and when'),
  })
  .meta({ id: 'ReflectOnPlacement' })
export type ReflectOnPlacement = z.output<typeof ReflectOnPlacement>

export const PlacementReflection = z
  .strictObject({
    id: uuid,
    placementId: uuid,
    side: z.enum(reflectionSides),
    personId: uuid,
    organisationId: uuid,
    themes: z.array(z.strictObject({ theme: z.enum(exchangeThemes), text: z.string(), score: z.exactOptional(z.int()) })),
    boundaryPoints: z.array(z.strictObject({ point: z.enum(boundaryPoints), text: z.string() })),
    insights: z.array(z.strictObject({ id: uuid, text: z.string() })),
    followUp: z.exactOptional(z.strictObject({ withPersonId: uuid, on: dayOut })),
    at: instantOut,
  })
  .meta({ id: 'PlacementReflection' })
export type PlacementReflection = z.output<typeof PlacementReflection>

/** Whom somebody meets again after a visit, and on which day: for each of the two of them the other. */
export type FollowUp = { networkId: string; network: string; programmeId: string; placementId: string; name: string; on: Day }

/** `reflected` is what was said last; what was said before keeps its row. `reflectors` have said something, per placement. */
export type HasReflections = HasPlacements & {
  reflected: PlacementReflection | null
  reflectors: Readonly<Record<string, readonly string[]>>
}

/** Guest and host contact each say once how a visit that was held was, and with whom of their two organisations they meet again. */
export function reflectOnPlacement(
  state: HasReflections,
  placementId: string,
  input: ReflectOnPlacement,
  people: People,
  context: Context,
): ReflectionEvent[] {
  const { personId, organisationId } = requirePerson(context.actor)
  const { guest, host, state: current } = requirePlacement(state, placementId)
  const side: PlacementReflection['side'] =
    guest.personId === personId ? 'guest' : host.contactId === personId ? 'host' : refuse('was-not-on-visit')
  if (current !== 'held') refuse('wrong-state', { what: 'placement', state: current, action: 'reflect' })
  if (state.reflectors[placementId]?.includes(personId)) refuse('already-done', { what: 'reflection' })
  const { insights, followUp, ...rest } = input
  const today = dayOf(context.now)
  const twice = input.themes.findIndex(({ theme }, nth) => input.themes.findIndex((other) => other.theme === theme) < nth)
  const met = (id: string) =>
    id !== personId && [guest.organisationId, host.organisationId].some((one) => people.get(id)?.organisationId === one)
  const wrong: (Reason | false)[] = [
    twice >= 0 && { code: 'theme-twice', pointer: `/themes/${twice}/theme` },
    followUp !== undefined &&
      !met(followUp.withPersonId) && { code: 'not-found', params: { what: 'person' }, pointer: '/followUp/withPersonId' },
    followUp !== undefined && followUp.on < today && { code: 'backdated', params: { today }, pointer: '/followUp/on' },
  ]
  refuseAll(wrong.filter((one) => one !== false))
  const said: Omit<PlacementReflection, 'at'> = {
    ...defined({ ...rest, followUp }),
    themes: input.themes.map(defined),
    id: context.newId(),
    placementId,
    side,
    personId,
    organisationId,
    insights: insights.map((one) => ({ id: context.newId(), text: one })),
  }
  return [{ type: 'placement-reflected', data: said }]
}

export const reflectionEvents = {
  'placement-reflected': (state, data: Omit<PlacementReflection, 'at'>, { at, revision }) => {
    const said = [...(state.reflectors[data.placementId] ?? []), data.personId]
    return {
      reflected: { ...data, at },
      reflectors: { ...state.reflectors, [data.placementId]: said },
      placements: patch(state.placements, data.placementId, { revision }),
    }
  },
} satisfies Evolvers<HasReflections>
export type ReflectionEvent = EventOf<typeof reflectionEvents>

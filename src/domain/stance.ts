import { z } from 'zod'
import { contentOf, type HasText, textDigest } from './agreement-text.ts'
import { type ById, type Context, type EventOf, type Evolvers, put, room } from './event.ts'
import { formed } from './format.ts'
import { bind, fitting, guard } from './guard.ts'
import { refuse, refuseAll } from './refusal.ts'
import { text } from './text.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

export const positions = ['accept', 'accept-with-dissent', 'withhold'] as const

/** "I will act on this, and I expect that…": practice decides, in the reflection. */
export const Dissent = z.strictObject({ id: uuid, partyId: uuid, statement: z.string(), expectation: z.string() }).meta({ id: 'Dissent' })
export type Dissent = z.output<typeof Dissent>

/** What a party will do with this exact text. Accepting to act is not the same as agreeing (docs/domain.md#stances). */
export const Stance = z
  .strictObject({
    id: uuid,
    roundNumber: z.int(),
    partyId: uuid,
    personId: uuid,
    mandateId: uuid,
    position: z.enum(positions),
    textDigest: z.string().describe('the exact text on which it was taken'),
    reason: z.exactOptional(z.string()).describe('of `withhold`: what would have to change'),
    dissent: z.exactOptional(Dissent),
    at: instantOut,
  })
  .meta({ id: 'Stance' })
export type Stance = z.output<typeof Stance>

/** A stance as it is worth now: void when the text is no longer the one on which it was taken. */
export const StanceView = Stance.extend({ void: z.boolean().describe('the text was changed after it: it counts no more') }).meta({
  id: 'StanceView',
})
export type StanceView = z.output<typeof StanceView>

/** `textDigest` is that of the text being deliberated on, or of the version that the round adopted. */
export const viewStance = (stance: Stance, textDigest: string): StanceView => ({ ...stance, void: stance.textDigest !== textDigest })

export type HasStances = HasText & { stances: ById<Stance>; dissents: ById<Dissent> }

const sha256 = formed('digest', /^[0-9a-f]{64}$/)

export const StateDissent = z
  .strictObject({
    statement: text(2000).describe('where we see it differently'),
    expectation: text(2000).describe('what we expect to happen: practice will show'),
  })
  .meta({ id: 'StateDissent' })
export type StateDissent = z.output<typeof StateDissent>

export const TakeStance = z
  .discriminatedUnion('position', [
    z.strictObject({ position: z.literal('accept'), textDigest: sha256 }),
    z.strictObject({ position: z.literal('accept-with-dissent'), textDigest: sha256, dissent: StateDissent }),
    z.strictObject({ position: z.literal('withhold'), textDigest: sha256, reason: text(2000).describe('what would have to change') }),
  ])
  .meta({ id: 'TakeStance' })
export type TakeStance = z.output<typeof TakeStance>

/** Takes a party's stance on the exact text that it read: one per party, the last one counts; any edit of the text voids it. */
export function takeStance(state: HasStances, input: TakeStance, context: Context): StanceEvent[] {
  const seat = bind(state, 'take-stance', context)
  const { party, person } = seat
  const content = contentOf(state)
  if (input.textDigest !== textDigest(content)) refuse('text-changed', {}, '/textDigest')
  const { mandate, lacking } = fitting(state, seat, { subjects: content.mandate?.subjects ?? [], demands: [] }, '/position', context.now)
  refuseAll(lacking)
  const stance: Omit<Stance, 'at'> = {
    id: context.newId(),
    roundNumber: state.round?.number ?? 0,
    partyId: party.id,
    personId: person.personId,
    mandateId: mandate.id,
    position: input.position,
    textDigest: input.textDigest,
    ...(input.position === 'withhold' && { reason: input.reason }),
    ...(input.position === 'accept-with-dissent' && { dissent: { id: context.newId(), partyId: party.id, ...input.dissent } }),
  }
  return [{ type: 'stance-taken', data: stance, mandateId: mandate.id }]
}

/** States a dissent beside any stance. It binds nobody, so it needs no mandate: also who waits for renewal may dissent. */
export function stateDissent(state: HasStances, input: StateDissent, context: Context): StanceEvent[] {
  room(state.dissents)
  const { party } = guard(state, 'state-dissent', context)
  return [{ type: 'dissent-stated', data: { id: context.newId(), partyId: party.id, ...input } }]
}

/** The dissents that a version on this text would carry: those in the stances on it, and those stated beside them. */
export const dissentsOn = (state: HasStances, digest: string): Dissent[] => [
  ...[...standing(state, digest).values()].flatMap(({ dissent }) => dissent ?? []),
  ...Object.values(state.dissents),
]

/** The stances that count now: those on this exact text, by party. */
export const standing = (state: HasStances, digest: string): Map<string, Stance> =>
  new Map(
    Object.values(state.stances)
      .filter((stance) => stance.textDigest === digest && stance.roundNumber === state.round?.number)
      .map((stance) => [stance.partyId, stance]),
  )

export const stanceEvents = {
  'stance-taken': (state, data: Omit<Stance, 'at'>, { at }) => ({
    stances: {
      ...Object.fromEntries(Object.entries(state.stances).filter(([, stance]) => stance.partyId !== data.partyId)),
      [data.id]: { ...data, at },
    },
    // Who has taken a stance has done so under the rules as they are.
    foundingOpen: false,
  }),
  'dissent-stated': (state, data: Dissent) => ({ dissents: put(state.dissents, data) }),
} satisfies Evolvers<HasStances>
export type StanceEvent = EventOf<typeof stanceEvents>

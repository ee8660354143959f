import { z } from 'zod'
import { type Context, type EventOf, type Evolvers, keep } from '../event.ts'
import { type Reason, refuse, refuseAll } from '../refusal.ts'
import { text } from '../text.ts'
import { day, dayOf, dayOut, instantOut } from '../time.ts'
import { uuid } from '../uuid.ts'
import { isOwed } from './placement.ts'
import type { HasReflections } from './reflection.ts'
import { requireLead, requireRound } from './round.ts'

export const CloseExchangeRound = z
  .strictObject({
    roundNumber: z.int().min(1),
    heldOn: day,
    outcomes: z
      .array(z.strictObject({ text: text(2000), insightIds: z.array(uuid).max(50).default([]) }))
      .max(100)
      .describe('what follows from the exchange, and the insights that it comes from'),
  })
  .meta({ id: 'CloseExchangeRound' })
export type CloseExchangeRound = z.output<typeof CloseExchangeRound>

/** What came of an exchange: a recommendation or an agreement can originate from it. */
const ExchangeOutcome = z.strictObject({ id: uuid, text: z.string(), insightIds: z.array(uuid) }).meta({ id: 'ExchangeOutcome' })

/** The meeting that closes a round: where new activities start. */
export const ClosingMeeting = z
  .strictObject({ roundNumber: z.int(), heldOn: dayOut, outcomes: z.array(ExchangeOutcome), at: instantOut })
  .meta({ id: 'ClosingMeeting' })
export type ClosingMeeting = z.output<typeof ClosingMeeting>

/** `closing` is the meeting that was recorded last; those before it keep their rows. */
export type HasClosing = HasReflections & { closing: ClosingMeeting | null }

/**
 * Records the closing meeting of a round, and so closes it. What is still owed stays owed: it is in the way of no closing, and can be
 * made up for afterwards. `insights` are those of these ids that this programme knows.
 */
export function closeExchangeRound(
  state: HasClosing,
  input: CloseExchangeRound,
  insights: ReadonlySet<string>,
  context: Context,
): ClosingEvent[] {
  requireLead(state, context.actor)
  const { week } = requireRound(state, input.roundNumber, ['placing'], 'close', context)
  const today = dayOf(context.now)
  if (input.heldOn > today) refuse('not-yet-held', { today }, '/heldOn')
  if (input.heldOn < week.from) refuse('days-out-of-order', { after: week.from }, '/heldOn')
  refuseAll(
    input.outcomes.flatMap(({ insightIds }, outcome) =>
      insightIds.flatMap((id, nth): Reason[] =>
        insights.has(id) ? [] : [{ code: 'not-found', params: { what: 'insight' }, pointer: `/outcomes/${outcome}/insightIds/${nth}` }],
      ),
    ),
  )
  const outcomes = input.outcomes.map((outcome) => ({ id: context.newId(), ...outcome }))
  return [{ type: 'exchange-round-closed', data: { ...input, outcomes } }]
}

export const closingEvents = {
  // What a closed round held leaves the working state; visits of which one is still owed stay, with the one that they return.
  'exchange-round-closed': (state, data: Omit<ClosingMeeting, 'at'>, { at, revision }) => {
    const rounds = state.rounds.map((round) => (round.number === data.roundNumber ? { ...round, closedAt: at } : round))
    const open = new Set(rounds.filter((round) => !round.closedAt).map(({ number }) => number))
    const placements = keep(state.placements, (one) => {
      const other = state.placements[one.reverseId]
      return open.has(one.roundNumber) || isOwed(state, one) || (other !== undefined && isOwed(state, other))
    })
    return {
      closing: { ...data, at },
      rounds,
      enrolments: keep(state.enrolments, ({ roundNumber }) => open.has(roundNumber)),
      matchings: keep(state.matchings, ({ roundNumber }) => open.has(roundNumber)),
      placements,
      reflectors: Object.fromEntries(Object.entries(state.reflectors).filter(([id]) => id in placements)),
      revision,
    }
  },
} satisfies Evolvers<HasClosing & { revision: number }>
export type ClosingEvent = EventOf<typeof closingEvents>

import { z } from 'zod'
import { type Context, type EventOf, type Evolvers, keep } from '../event.ts'
import { ProposalFrom } from '../lineage.ts'
import { type Reason, refuse, refuseAll } from '../refusal.ts'
import { text } from '../text.ts'
import { day, dayOf, dayOut, instantOut } from '../time.ts'
import { uuid } from '../uuid.ts'
import { isGoingOn } from './placement.ts'
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

/** What came of an exchange: a recommendation can be based on it, and an agreement or a proposal can originate from it. */
const RecordedOutcome = z.strictObject({ id: uuid, text: z.string(), insightIds: z.array(uuid) })
const RecordedClosing = z.strictObject({ roundNumber: z.int(), heldOn: dayOut, outcomes: z.array(RecordedOutcome), at: instantOut })
export type RecordedClosing = z.output<typeof RecordedClosing>

const ExchangeOutcome = RecordedOutcome.extend({
  recommendationIds: z.array(uuid).describe('the recommendations of this network that are based on it'),
  agreementIds: z.array(uuid).describe('the agreements that originate from it, of those at whose table you are'),
  proposals: z.array(ProposalFrom).describe('the proposals that originate from it, at the tables where you are'),
}).meta({ id: 'ExchangeOutcome' })

/** The meeting that closes a round: where new activities start. */
export const ClosingMeeting = RecordedClosing.extend({ outcomes: z.array(ExchangeOutcome) }).meta({ id: 'ClosingMeeting' })
export type ClosingMeeting = z.output<typeof ClosingMeeting>

/** What came of an outcome, as far as the reader may read it. */
export type CameOf = { outcomeId: string } & ({ recommendationId: string } | { agreementId: string } | { proposal: ProposalFrom })

/** A closing meeting with what came of each of its outcomes; of one that was just recorded nothing has. */
export const viewClosing = ({ outcomes, ...closing }: RecordedClosing, came: readonly CameOf[] = []): ClosingMeeting => ({
  ...closing,
  outcomes: outcomes.map((outcome) => {
    const its = came.filter(({ outcomeId }) => outcomeId === outcome.id)
    return {
      ...outcome,
      recommendationIds: its.flatMap((one) => ('recommendationId' in one ? [one.recommendationId] : [])),
      agreementIds: its.flatMap((one) => ('agreementId' in one ? [one.agreementId] : [])),
      proposals: its.flatMap((one) => ('proposal' in one ? [one.proposal] : [])),
    }
  }),
})

/** `closing` is the meeting that was recorded last; those before it keep their rows. */
export type HasClosing = HasReflections & { closing: RecordedClosing | null }

/**
 * Records the closing meeting of a round, when no visit of it is still to come, and so closes it. What is owed stays owed: it is in the
 * way of no closing, and can be made up for afterwards. `insights` are those of these ids that this programme knows.
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
  const ahead = Object.values(state.placements).filter(
    (one) => one.roundNumber === input.roundNumber && one.state === 'planned' && one.week.until > today,
  )
  const [until] = ahead
    .map((one) => one.week.until)
    .sort()
    .toReversed()
  if (until !== undefined) refuse('visits-ahead', { visits: ahead.length, until })
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
  // What a closed round held leaves the working state. Its visits stay until the next one closes, for who has yet to say what became of
  // them; those of which one is still owed stay longer, with the one that they return.
  'exchange-round-closed': (state, data: Omit<RecordedClosing, 'at'>, { at, revision }) => {
    const rounds = state.rounds.map((round) => (round.number === data.roundNumber ? { ...round, closedAt: at } : round))
    const open = new Set(rounds.filter((round) => !round.closedAt).map(({ number }) => number))
    const going = { ...state, rounds }
    const placements = keep(state.placements, (one) => one.roundNumber === data.roundNumber || isGoingOn(going, one))
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

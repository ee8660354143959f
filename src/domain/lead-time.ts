import { z } from 'zod'
import { tenths } from './pulse.ts'
import { type Round, reflectionOpenedAt } from './round.ts'
import { type Instant, instantOut } from './time.ts'

const stages = ['deliberating', 'acting', 'reflecting'] as const

const Stage = z
  .strictObject({
    fromAt: instantOut,
    untilAt: z.exactOptional(instantOut).describe('left out while it goes on'),
    days: z.number().describe('until now while it goes on; to one decimal'),
  })
  .meta({ id: 'LeadTimeStage' })

/** How long one round took, or takes: an impasse is part of deliberating. */
export const LeadTime = z
  .strictObject({
    roundNumber: z.int(),
    deliberating: Stage,
    acting: z.exactOptional(Stage),
    reflecting: z.exactOptional(Stage),
    total: Stage,
  })
  .meta({ id: 'LeadTime' })
export type LeadTime = z.output<typeof LeadTime>

/** A round as far as its lead time goes by it. */
export type Timed = Omit<Round, 'agenda'>

/** How long a round took, derived from when it moved on; a round of an agreement that ended goes no further than that. */
export function leadTime(round: Timed, at: Instant, endedAt?: Instant): LeadTime {
  const { openedAt, adoptedAt, closedAt } = round
  const until = closedAt ?? endedAt
  const reflectedAt = reflectionOpenedAt({ ...round, agenda: [] }, until ?? at)
  const between = (fromAt: Instant, next: Instant | undefined) => {
    const untilAt = next ?? until
    return { fromAt, ...(untilAt && { untilAt }), days: daysBetween(fromAt, untilAt ?? at) }
  }
  return {
    roundNumber: round.number,
    deliberating: between(openedAt, adoptedAt),
    ...(adoptedAt && { acting: between(adoptedAt, reflectedAt) }),
    ...(adoptedAt && reflectedAt && { reflecting: between(reflectedAt, undefined) }),
    total: between(openedAt, undefined),
  }
}

const daysBetween = (from: Instant, until: Instant): number => tenths((Date.parse(until) - Date.parse(from)) / 86_400_000)

const Spread = z
  .strictObject({ rounds: z.int(), shortest: z.number(), median: z.number(), longest: z.number() })
  .meta({ id: 'LeadTimeSpread' })

/** How long rounds took in the agreements of a network: in days, of what has ended. */
export const NetworkLeadTimes = z
  .strictObject({
    agreements: z.int(),
    deliberating: z.exactOptional(Spread),
    acting: z.exactOptional(Spread),
    reflecting: z.exactOptional(Spread),
    total: z.exactOptional(Spread),
  })
  .meta({ id: 'NetworkLeadTimes' })
export type NetworkLeadTimes = z.output<typeof NetworkLeadTimes>

export function networkLeadTimes(rounds: readonly LeadTime[], agreements: number): NetworkLeadTimes {
  const spreads = [...stages, 'total' as const].flatMap((stage) => {
    const days = rounds.flatMap((round) => (round[stage]?.untilAt ? [round[stage].days] : [])).sort((a, b) => a - b)
    const [shortest] = days
    const longest = days.at(-1)
    if (shortest === undefined || longest === undefined) return []
    return [[stage, { rounds: days.length, shortest, median: medianOf(days), longest }]]
  })
  return { agreements, ...Object.fromEntries(spreads) }
}

/** The middle one, or halfway the two in the middle. */
function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1
  const [before = 0, at = 0] = [sorted[middle - 1], sorted[middle]]
  return sorted.length % 2 === 1 ? at : tenths((before + at) / 2)
}

import { z } from 'zod'
import type { Rules } from './round.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** One step of the scale on which people score. */
export const score = z.int().min(1).max(5)

/** How atmosphere and effectiveness are, towards the shared goal. */
export const Pulse = z.strictObject({ atmosphere: score, effectiveness: score }).meta({ id: 'Pulse' })
export type Pulse = z.output<typeof Pulse>

/**
 * From how many answers on averages are shown, where the ground rules set no other number: with five, whoever knows their own answer and
 * the average still cannot tell who answered what.
 */
const standardPulseMinimum = 5
export const pulseMinimum = ({ pulseMinimum = standardPulseMinimum }: Rules): number => pulseMinimum

/** How many answered, and how the two scores add up: all that is kept of them together. */
export type PulseSum = { answers: number; atmosphere: number; effectiveness: number }

export const nobodyYet: PulseSum = { answers: 0, atmosphere: 0, effectiveness: 0 }
export const plus = (sum: PulseSum, { atmosphere, effectiveness }: Pulse): PulseSum => ({
  answers: sum.answers + 1,
  atmosphere: sum.atmosphere + atmosphere,
  effectiveness: sum.effectiveness + effectiveness,
})

/** What may be shown of a pulse: how many answered and, from the minimum on, the averages to one decimal. Nobody's own answer shows. */
export const averages = {
  answers: z.int(),
  atmosphere: z.exactOptional(z.number()),
  effectiveness: z.exactOptional(z.number()),
}
export type Averages = { answers: number; atmosphere?: number; effectiveness?: number }

export function averagesOf({ answers, ...sums }: PulseSum, minimum: number): Averages {
  if (answers < minimum) return { answers }
  return { answers, atmosphere: tenths(sums.atmosphere / answers), effectiveness: tenths(sums.effectiveness / answers) }
}

/** A number as averages are shown: to one decimal. */
export const tenths = (value: number): number => Math.round(10 * value) / 10

/** A pulse that was taken: of a round, when it closed, or of a meeting. It holds no more than may be shown of it. */
export const pulseKinds = ['round', 'meeting'] as const
export const PulsePoint = z.strictObject({
  id: z.string(),
  kind: z.enum(pulseKinds).describe('`round`: one answer of each party, in its reflection; `meeting`: one of each person who was there'),
  roundNumber: z.int(),
  meetingId: z.exactOptional(uuid),
  takenAt: instantOut.describe('when the round or the meeting closed'),
  shownAt: instantOut,
  ...averages,
})
export type PulsePoint = z.output<typeof PulsePoint>

/**
 * How far an average falls before it is a signal: a whole step of the scale. Less can be the mood of one or two; this takes nearly
 * everybody to score lower, or some much lower.
 */
const drop = 1

const signal = z.exactOptional(z.literal('dropped')).describe('an average fell by a whole step or more since the one shown before it')

/** Points with a signal where an average fell since the one before that is shown; in the order in which they were taken. */
export function withSignals<Point extends Averages>(points: readonly Point[]): (Point & { signal?: 'dropped' })[] {
  let before: Averages | undefined
  return points.map((point) => {
    const fell = before !== undefined && (fallen(before.atmosphere, point.atmosphere) || fallen(before.effectiveness, point.effectiveness))
    if (point.atmosphere !== undefined) before = point
    return fell ? { ...point, signal: 'dropped' } : point
  })
}

// In tenths, as they are shown: 4.1 - 3.1 is not quite 1 to a computer.
const fallen = (before: number | undefined, now: number | undefined): boolean =>
  before !== undefined && now !== undefined && Math.round(10 * (before - now)) >= 10 * drop

const TrendPoint = PulsePoint.omit({ id: true, kind: true, shownAt: true }).extend({ signal })

/** How the pulse of one agreement went, against its shared goal. */
export const PulseTrend = z
  .strictObject({
    sharedGoal: z.exactOptional(z.string()).describe('the purpose of the last version, or of the text while there is none'),
    minimum: z.int().describe('from how many answers on averages are shown now; each pulse goes by the minimum of when it was taken'),
    rounds: z.array(TrendPoint).describe('what the reflections of a closed round say together: one answer for each party'),
    meetings: z.array(TrendPoint).describe('what those who were at a meeting say together: one answer for each person'),
  })
  .meta({ id: 'PulseTrend' })
export type PulseTrend = z.output<typeof PulseTrend>

/** The trend of what was taken, given in the order in which it was. */
export function pulseTrend(points: readonly PulsePoint[]): Pick<PulseTrend, 'rounds' | 'meetings'> {
  const of = (kind: PulsePoint['kind']) =>
    withSignals(points.filter((point) => point.kind === kind).map(({ id: _, kind: _kind, shownAt: _shown, ...point }) => point))
  return { rounds: of('round'), meetings: of('meeting') }
}

/** What agreements of a network show in one month, together. */
export type PulseMonth = { month: string; kind: PulsePoint['kind']; agreements: number } & PulseSum

const NetworkPoint = z.strictObject({ month: z.string(), agreements: z.int(), ...averages, signal })

/** How the pulse of a network went by month, against its shared goal. */
export const NetworkPulse = z
  .strictObject({
    sharedGoal: z.string(),
    rounds: z.array(NetworkPoint).describe('of the rounds that closed in a month: answers of parties'),
    meetings: z.array(NetworkPoint).describe('of the meetings of a month: answers of people'),
  })
  .meta({ id: 'NetworkPulse' })
export type NetworkPulse = z.output<typeof NetworkPulse>

/** The pulse of a network, out of what its agreements show already: so together they tell no more than each of them does. */
export function networkPulse(sharedGoal: string, months: readonly PulseMonth[]): NetworkPulse {
  const of = (kind: PulsePoint['kind']) =>
    withSignals(
      months
        .filter((one) => one.kind === kind)
        .map(({ month, agreements, kind: _, ...sum }) => ({ month, agreements, ...averagesOf(sum, 1) })),
    )
  return { sharedGoal, rounds: of('round'), meetings: of('meeting') }
}

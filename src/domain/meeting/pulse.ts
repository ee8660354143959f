import type { z } from 'zod'
import type { ById, Context, EventOf, Evolvers } from '../event.ts'
import { guard } from '../guard.ts'
import { type Averages, averagesOf, nobodyYet, Pulse, type PulseSum, plus, pulseMinimum } from '../pulse.ts'
import { refuse } from '../refusal.ts'
import { type Instant, later } from '../time.ts'
import { type HasMeetings, type Meeting, requireMeeting } from './meeting.ts'

export const GivePulse = Pulse.meta({ id: 'GivePulse' })

/**
 * The pulse of a meeting as it is kept: who answered, and apart from that what they answered together. Who answered what is nowhere in
 * the state, nor in a table.
 */
export type MeetingPulse = PulseSum & {
  meetingId: string
  answeredBy: readonly string[]
  /** From how many answers on it is shown: the most that the ground rules asked while people answered. */
  minimum: number
}

export type HasPulses = HasMeetings & { pulses: ById<MeetingPulse> }

/** How long after a meeting people say how it was: a week, because those who meet weekly then have the next one to think of. */
const pulseDays = 7

/** Until when those who were at a meeting say how it was, and from when what they said together is shown: nothing changes it any more. */
export const pulseUntil = (closedAt: Instant): Instant => later(closedAt, pulseDays)

/** Who was at a meeting that has closed says how it was, once: what could be changed would show by how the average moves. */
export function givePulse(state: HasPulses, meetingId: string, input: z.output<typeof GivePulse>, context: Context): PulseEvent[] {
  const { person } = guard(state, 'give-pulse', context)
  const meeting = requireMeeting(state, meetingId)
  if (meeting.state !== 'closed' || !meeting.closedAt)
    refuse('wrong-state', { what: 'meeting', state: meeting.state, action: 'give-pulse' })
  const until = pulseUntil(meeting.closedAt)
  if (!wasThere(meeting, person.personId)) refuse('was-not-there')
  if (context.now >= until) refuse('pulse-closed', { until })
  if (state.pulses[meetingId]?.answeredBy.includes(person.personId)) refuse('already-done', { what: 'pulse' })
  return [{ type: 'pulse-given', data: { meetingId, ...input } }]
}

const wasThere = ({ attendance }: Meeting, personId: string): boolean =>
  attendance.some((attendee) => attendee.personId === personId && attendee.presence === 'present')

/** What may be shown of the pulse of a meeting. */
export const viewMeetingPulse = ({ minimum, ...pulse }: MeetingPulse): Averages => averagesOf(pulse, minimum)

export const meetingPulseEvents = {
  'pulse-given': (state, { meetingId, ...pulse }: Pulse & { meetingId: string }, { by }) => {
    const before = state.pulses[meetingId] ?? { ...nobodyYet, answeredBy: [], minimum: 0 }
    const after: MeetingPulse = {
      ...plus(before, pulse),
      meetingId,
      // By their ids, and not in the order in which they answered.
      answeredBy: [...before.answeredBy, by.actorId].sort(),
      minimum: Math.max(before.minimum, pulseMinimum(state.rules)),
    }
    return { pulses: { ...state.pulses, [meetingId]: after } }
  },
} satisfies Evolvers<HasPulses>
export type PulseEvent = EventOf<typeof meetingPulseEvents>

import { type HasPulses, pulseUntil, viewMeetingPulse } from './meeting/pulse.ts'
import type { PulsePoint } from './pulse.ts'
import { type HasReflections, pulseOf } from './reflection.ts'

/** The pulses that were taken in the round that is going on, as far as they may be shown: of its meetings and, once it has closed, its own. */
export function pulsesTaken(state: HasReflections & HasPulses): Record<string, PulsePoint> {
  const points = [...ofRound(state), ...ofMeetings(state)]
  return Object.fromEntries(points.map((point) => [point.id, point]))
}

function ofRound({ round, reflections, rules }: HasReflections): PulsePoint[] {
  if (!round?.closedAt) return []
  const { number, closedAt } = round
  const taken = { id: `round-${number}`, kind: 'round' as const, roundNumber: number, takenAt: closedAt, shownAt: closedAt }
  return [{ ...taken, ...pulseOf(Object.values(reflections), rules) }]
}

const ofMeetings = ({ meetings, pulses }: HasPulses): PulsePoint[] =>
  Object.values(pulses).flatMap((pulse): PulsePoint[] => {
    const { id, roundNumber, closedAt } = meetings[pulse.meetingId] ?? {}
    if (!id || !roundNumber || !closedAt) return []
    const taken = { id, kind: 'meeting' as const, roundNumber, meetingId: id, takenAt: closedAt, shownAt: pulseUntil(closedAt) }
    return [{ ...taken, ...viewMeetingPulse(pulse) }]
  })

import { z } from 'zod'
import { type Agreement, type AgreementEvent, replay } from '../agreement.ts'
import { Contribute, contribute } from '../contribution.ts'
import type { Context } from '../event.ts'
import { Refused } from '../refusal.ts'
import { type Attending, attendees, closeMeeting, minutedDecisions, takeAttendance, writeMinutes } from './meeting.ts'

export const RecordMeeting = z
  .strictObject({
    attendees,
    decisions: minutedDecisions.default([]),
    contributions: z.array(Contribute).max(100).default([]),
    close: z.boolean().default(true).describe('closing makes the mandates of the representatives due for renewal'),
  })
  .meta({ id: 'RecordMeeting' })
export type RecordMeeting = z.output<typeof RecordMeeting>

/**
 * Records a whole meeting in one act, for the person with a laptop at the table: attendance, decisions, contributions, closing.
 * All of it happens or nothing does.
 */
export function recordMeeting(state: Agreement, id: string, input: RecordMeeting, people: Attending, context: Context): AgreementEvent[] {
  return inTurn(state, context, [
    (now) => takeAttendance(now, id, { attendees: input.attendees }, people, context),
    (now) => writeMinutes(now, id, { decisions: input.decisions }, context),
    ...input.contributions.map(
      (one, index) => (now: Agreement) => within(`/contributions/${index}`, () => contribute(now, one, context, id)),
    ),
    (now) => (input.close ? closeMeeting(now, id, context) : []),
  ])
}

/** Decides step by step, each step on the state that the ones before it lead to. */
function inTurn(state: Agreement, { now }: Context, steps: readonly ((state: Agreement) => AgreementEvent[])[]): AgreementEvent[] {
  const recorded = { at: now, by: { actorId: '' }, revision: 0 }
  let reached = state
  return steps.flatMap((step) => {
    const events = step(reached)
    reached = replay(reached, events, recorded)
    return events
  })
}

/** What a part of the request is refused for points into that part. */
function within<T>(pointer: string, decide: () => T): T {
  try {
    return decide()
  } catch (error) {
    throw error instanceof Refused ? error.at(pointer) : error
  }
}

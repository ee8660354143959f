import { and, eq } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Meeting, MeetingState } from '../domain/meeting/meeting.ts'
import { findAtTable, type Listed, listAtTable } from './agreement.ts'
import type { Database } from './database.ts'
import type { PageOf } from './round.ts'
import { meetings } from './tables/round.ts'

/** The meetings of an agreement, in the order in which they begin. */
export const listMeetings = (
  database: Database,
  actor: Actor,
  agreementId: string,
  { state, roundNumber, ...page }: PageOf<string> & { state?: MeetingState | undefined; roundNumber?: number | undefined },
): Promise<Listed<Meeting>> =>
  listAtTable(database, actor, agreementId, meetings, {
    order: [meetings.startsAt, meetings.id],
    where: and(state && eq(meetings.state, state), roundNumber ? eq(meetings.roundNumber, roundNumber) : undefined),
    ...page,
  })

export const findMeeting = (database: Database, actor: Actor, agreementId: string, id: string) =>
  findAtTable<Meeting>(database, actor, agreementId, meetings, eq(meetings.id, id), 'meeting')

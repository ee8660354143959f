import { and, eq } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Meeting, MeetingState } from '../domain/meeting/meeting.ts'
import type { Named } from '../domain/meeting/minutes.ts'
import { refuse } from '../domain/refusal.ts'
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

/** What a meeting names by its id, in words, for who found the meeting. People who left are named as long as they are known. */
export async function namedIn({ query }: Database, agreementId: string, { attendance }: Meeting): Promise<Named> {
  const { rows } = await query<Named>({
    name: 'named-in-meeting',
    text: `select a.title as agreement,
        (select jsonb_object_agg(p.id, p.doc->>'name') from parties p where p.agreement_id = a.id) as parties,
        (select coalesce(jsonb_object_agg(p.id, jsonb_build_object('name', p.doc->>'name', 'organisation', o.name)), '{}')
          from people p join organisations o on o.id = p.organisation_id where p.id = any($2::uuid[])) as people
      from agreements a where a.id = $1`,
    values: [agreementId, attendance.map(({ personId }) => personId)],
  })
  return rows[0] ?? refuse('not-found', { what: 'agreement' })
}

export const findMeeting = (database: Database, actor: Actor, agreementId: string, id: string) =>
  findAtTable<Meeting>(database, actor, agreementId, meetings, eq(meetings.id, id), 'meeting')

import { and, eq, notInArray } from 'drizzle-orm'
import type { Actor } from '../../domain/actor.ts'
import { type Enrolment, type EnrolmentView, viewEnrolment } from '../../domain/exchange/enrolment.ts'
import { listBeneath } from '../circle.ts'
import type { Database, Queries } from '../database.ts'
import type { PageOf } from '../round.ts'
import { exchangeEnrolments } from '../tables/exchange.ts'
import { findIn, findProgramme, under } from './programme.ts'

/** Who is enrolled, first to last, in one round or in all that were not cancelled; who withdrew is not. */
export async function listEnrolments(
  database: Database,
  actor: Actor,
  programmeId: string,
  { roundNumber, ...page }: PageOf<string> & { roundNumber?: number | undefined },
): Promise<EnrolmentView[]> {
  const { organisationId: leadId, rounds } = await findProgramme(database, actor, programmeId)
  const table = exchangeEnrolments
  const cancelled = rounds.filter(({ state }) => state === 'cancelled').map(({ number }) => number)
  const ofRound = roundNumber ? eq(table.roundNumber, roundNumber) : notInArray(table.roundNumber, cancelled)
  const where = and(eq(table.programmeId, programmeId), eq(table.withdrawn, false), ofRound)
  const docs = await listBeneath<Enrolment>(database, actor, under(programmeId), table, { ...page, where })
  return docs.map((doc) => viewEnrolment(doc, actor, leadId))
}

/** An enrolment, also one that was withdrawn. */
export async function findEnrolment(database: Database, actor: Actor, programmeId: string, id: string): Promise<EnrolmentView> {
  const where = eq(exchangeEnrolments.id, id)
  const { doc, leadId } = await findIn<Enrolment>(database, actor, programmeId, exchangeEnrolments, where, 'enrolment')
  return viewEnrolment(doc, actor, leadId)
}

/** The people who are enrolled in any round of a programme, by their ids. */
export async function enrolledIn(queries: Queries, programmeId: string): Promise<Set<string>> {
  const { rows } = await queries.query<{ id: string }>(
    'select person_id as id from exchange_enrolments where programme_id = $1 and not withdrawn',
    [programmeId],
  )
  return new Set(rows.map(({ id }) => id))
}

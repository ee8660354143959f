import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Actor } from '../../domain/actor.ts'
import { type ProgrammeView, type RecordedProgramme, viewProgramme } from '../../domain/exchange/programme.ts'
import { refuse } from '../../domain/refusal.ts'
import type { Instant } from '../../domain/time.ts'
import { listInCircles } from '../circle.ts'
import { clockNow, type Database } from '../database.ts'
import { isMember } from '../network/network.ts'
import type { PageOf } from '../round.ts'
import { exchangeProgrammes } from '../tables/exchange.ts'

/** The programmes in the networks of the reader, or in one of them, first to last. */
export async function listProgrammes(
  database: Database,
  actor: Actor,
  page: PageOf<string> & { networkId?: string | undefined },
): Promise<ProgrammeView[]> {
  const docs = await listInCircles<RecordedProgramme>(database, actor, exchangeProgrammes, page)
  const { rows } = await database.db.execute<{ now: Instant }>(sql`select ${clockNow(database)} as now`)
  return docs.map((doc) => viewProgramme(doc, rows[0]?.now ?? ''))
}

/** A programme, for the members of its network; where its rounds stand is looked at now. */
export async function findProgramme(database: Database, actor: Actor, id: string): Promise<ProgrammeView> {
  const [row] = await database.db
    .select({ doc: sql<RecordedProgramme>`${exchangeProgrammes.doc}`, now: clockNow(database) })
    .from(exchangeProgrammes)
    .where(and(eq(exchangeProgrammes.id, id), isMember(database, actor, exchangeProgrammes.networkId)))
  return row ? viewProgramme(row.doc, row.now) : refuse('not-found', { what: 'exchange-programme' })
}

/** What is listed beneath a programme, for those who may see that programme. */
export const under = (id: string) => ({ table: exchangeProgrammes, id, what: 'exchange-programme' })

type InProgramme = PgTable & { programmeId: AnyPgColumn; doc: AnyPgColumn }

/** One thing of a programme, and the organisation that leads it, for the members of its network. */
export async function findIn<Doc>(
  database: Database,
  actor: Actor,
  programmeId: string,
  table: InProgramme,
  where: SQL,
  what: string,
): Promise<{ doc: Doc; leadId: string }> {
  const [row] = await database.db
    .select({ doc: sql<Doc | null>`${table.doc}`, leadId: exchangeProgrammes.organisationId })
    .from(exchangeProgrammes)
    .leftJoin(table as PgTable, and(eq(table.programmeId, exchangeProgrammes.id), where))
    .where(and(eq(exchangeProgrammes.id, programmeId), isMember(database, actor, exchangeProgrammes.networkId)))
  const { doc, leadId } = row ?? refuse('not-found', { what: 'exchange-programme' })
  return doc === null ? refuse('not-found', { what }) : { doc: doc as Doc, leadId }
}

/** The row of the last round that has one and was not cancelled. */
export const isLast = (table: PgTable & { programmeId: AnyPgColumn; roundNumber: AnyPgColumn }): SQL =>
  sql`${table.roundNumber} = (select max(other.round_number) from ${table} other where other.programme_id = ${table.programmeId}
    and not exists (select from jsonb_array_elements(${exchangeProgrammes.doc}->'rounds') round
      where (round->>'number')::int = other.round_number and round ? 'cancelledBecause'))`

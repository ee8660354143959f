import { and, asc, eq, or, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Acknowledgement, AcknowledgementView, PositionAnswer, PositionStatement } from '../domain/position.ts'
import { refuse } from '../domain/refusal.ts'
import { afterPosition, readerOf } from './agreement.ts'
import type { Database, Queries } from './database.ts'
import { isMember } from './network/network.ts'
import { listInOrder } from './organisation.ts'
import { networkMembers, networks } from './tables/network.ts'
import { acknowledgements, positionAnswers, positionStatements } from './tables/organisation.ts'

/** The statements of an organisation, in order; refuses where there is no such organisation. One statement. */
export const listStatements = (
  database: Database,
  organisationId: string,
  { after, limit }: { after?: number | undefined; limit: number },
): Promise<PositionStatement[]> =>
  listInOrder(database, organisationId, positionStatements, positionStatements.number, {
    limit,
    after: after === undefined ? after : [after],
  })

/** A statement by its number. */
export async function statementOf(queries: Queries, organisationId: string, number: number): Promise<PositionStatement> {
  const { rows } = await queries.query<{ doc: PositionStatement }>({
    name: 'position-statement',
    text: 'select doc from position_statements where organisation_id = $1 and number = $2',
    values: [organisationId, number],
  })
  return rows[0]?.doc ?? refuse('not-found', { what: 'position statement' })
}

/** What somebody said back to a statement, with the answer to it; for who has nothing to do with it, it is not there. */
export async function acknowledgementAbout(
  queries: Queries,
  organisationId: string,
  number: number,
  id: string,
): Promise<AcknowledgementView> {
  const { rows } = await queries.query<{ doc: Acknowledgement; answer: PositionAnswer | null }>({
    name: 'acknowledgement-about',
    text: `select said.doc, answered.doc as answer from acknowledgements said
      left join position_answers answered on answered.organisation_id = said.about_id and answered.acknowledgement_id = said.id
      where said.about_id = $1 and said.number = $2 and said.id = $3`,
    values: [organisationId, number, id],
  })
  return withAnswer(rows[0] ?? refuse('not-found', { what: 'acknowledgement' }))
}

/**
 * What organisations said back to a statement: the last of each, by organisation. The one whose statement it is sees all of it, another
 * what it said itself. One statement.
 */
export async function listAcknowledgements(
  { db }: Database,
  actor: Actor,
  organisationId: string,
  statementNumber: number,
  { after, limit }: { after?: readonly string[] | undefined; limit: number },
): Promise<AcknowledgementView[]> {
  const reader = readerOf(actor, 'organisation')
  const about = acknowledgements
  const page = db
    .selectDistinctOn([about.organisationId], {
      doc: sql<Acknowledgement | null>`${about.doc}`.as('listed'),
      answer: sql<PositionAnswer | null>`${positionAnswers.doc}`.as('answer'),
    })
    .from(about)
    .leftJoin(positionAnswers, and(eq(positionAnswers.organisationId, about.aboutId), eq(positionAnswers.acknowledgementId, about.id)))
    .where(
      and(
        eq(about.aboutId, organisationId),
        eq(about.number, statementNumber),
        or(eq(about.aboutId, reader), eq(about.organisationId, reader)),
        afterPosition([about.organisationId], after),
      ),
    )
    .orderBy(asc(about.organisationId), sql`${about.at} desc nulls last`)
    .limit(limit)
    .as('page')
  const rows = await db
    .select({ doc: page.doc, answer: page.answer })
    .from(positionStatements)
    .leftJoinLateral(page, sql`true`)
    .where(and(eq(positionStatements.organisationId, organisationId), eq(positionStatements.number, statementNumber)))
  if (rows.length === 0) refuse('not-found', { what: 'position statement' })
  return rows.flatMap(({ doc, answer }) => (doc === null ? [] : [withAnswer({ doc, answer })]))
}

const withAnswer = ({ doc, answer }: { doc: Acknowledgement; answer: PositionAnswer | null }): AcknowledgementView => ({
  ...doc,
  ...(answer && { answer: { personId: answer.personId, text: answer.text, at: answer.at } }),
})

/** Where the members of a network stand, in order of organisation; those that stated nothing are left out. One statement. */
export async function positionsInNetwork(database: Database, actor: Actor, networkId: string, limit: number): Promise<PositionStatement[]> {
  const last = database.db
    .select({ doc: sql<PositionStatement | null>`${positionStatements.doc}`.as('stated') })
    .from(positionStatements)
    .where(eq(positionStatements.organisationId, networkMembers.organisationId))
    .orderBy(sql`${positionStatements.number} desc`)
    .limit(1)
    .as('last')
  const rows = await database.db
    .select({ doc: last.doc })
    .from(networks)
    .innerJoin(networkMembers, and(eq(networkMembers.networkId, networks.id), eq(networkMembers.here, true)))
    .leftJoinLateral(last, sql`true`)
    .where(and(eq(networks.id, networkId), isMember(database, actor)))
    .orderBy(asc(networkMembers.organisationId))
    .limit(limit)
  if (rows.length === 0) refuse('not-found', { what: 'network' })
  return rows.flatMap(({ doc }) => (doc === null ? [] : [doc]))
}

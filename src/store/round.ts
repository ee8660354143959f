import { and, eq, exists, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import type { Contribution, ContributionKind } from '../domain/contribution.ts'
import type { Hearing } from '../domain/hearing.ts'
import { type Reflection, type RoundMatter, roundMatter } from '../domain/reflection.ts'
import { refuse } from '../domain/refusal.ts'
import type { Impasse, Round, Rules } from '../domain/round.ts'
import type { Stance } from '../domain/stance.ts'
import { agreementSeen, findAtTable, type Listed, listAtTable, type Seen } from './agreement.ts'
import type { Database } from './database.ts'
import { contributions, hearings, impasses, reflections, rounds, stances } from './tables/round.ts'
import { versions } from './tables/version.ts'

/** Which round of which agreement. */
export type RoundKey = { agreementId: string; roundNumber: number }

/** Which page of a list: after the keys of the last row before it, at most so many rows. */
export type PageOf<Key extends string | number> = { after?: readonly Key[] | undefined; limit: number }

export const listRounds = (database: Database, actor: Actor, agreementId: string, page: PageOf<number>): Promise<Listed<Round>> =>
  listAtTable(database, actor, agreementId, rounds, { order: [rounds.number], ...page })

const round = ({ db }: Database, { agreementId, roundNumber }: RoundKey): { what: string; there: SQL } => ({
  what: 'round',
  there: exists(
    db
      .select({ one: sql`1` })
      .from(rounds)
      .where(and(eq(rounds.agreementId, agreementId), eq(rounds.number, roundNumber))),
  ),
})

/** A table with what belongs to rounds. */
type InRound = PgTable & { agreementId: AnyPgColumn; roundNumber: AnyPgColumn; id: AnyPgColumn; doc: AnyPgColumn }

/** What was recorded in a round, in the order in which it was; refuses with `not-found` where there is no such round. */
const listInRound = <Doc>(
  database: Database,
  actor: Actor,
  key: RoundKey,
  table: InRound,
  { where, ...page }: PageOf<string> & { where?: SQL | undefined },
): Promise<Listed<Doc>> =>
  listAtTable(database, actor, key.agreementId, table, {
    order: [table.id],
    where: and(eq(table.roundNumber, key.roundNumber), where),
    of: round(database, key),
    ...page,
  })

export const listContributions = (
  database: Database,
  actor: Actor,
  key: RoundKey,
  { kind, partyId, ...page }: PageOf<string> & { kind?: ContributionKind | undefined; partyId?: string | undefined },
): Promise<Listed<Contribution>> =>
  listInRound(database, actor, key, contributions, {
    ...page,
    where: and(kind && eq(contributions.kind, kind), partyId ? eq(contributions.partyId, partyId) : undefined),
  })

export const listHearings = (database: Database, actor: Actor, key: RoundKey, page: PageOf<string>): Promise<Listed<Hearing>> =>
  listInRound(database, actor, key, hearings, page)

export const listImpasses = (database: Database, actor: Actor, key: RoundKey, page: PageOf<string>): Promise<Listed<Impasse>> =>
  listInRound(database, actor, key, impasses, page)

export const listReflections = (database: Database, actor: Actor, key: RoundKey, page: PageOf<string>): Promise<Listed<Reflection>> =>
  listInRound(database, actor, key, reflections, page)

const findInRound = <Doc>(
  database: Database,
  actor: Actor,
  { agreementId, roundNumber }: RoundKey,
  table: InRound,
  id: string,
  what: string,
) => findAtTable<Doc>(database, actor, agreementId, table, and(eq(table.roundNumber, roundNumber), eq(table.id, id)), what)

export const findContribution = (database: Database, actor: Actor, key: RoundKey, id: string) =>
  findInRound<Contribution>(database, actor, key, contributions, id, 'contribution')

export const findReflection = (database: Database, actor: Actor, key: RoundKey, id: string) =>
  findInRound<Reflection>(database, actor, key, reflections, id, 'reflection')

/**
 * A round with its matter, for those at the table, and the agreement as it is now. The round that is going on comes from the state;
 * an earlier one from the tables, where it rests.
 */
export async function roundSeen(
  database: Database,
  actor: Actor,
  { agreementId, roundNumber }: RoundKey,
): Promise<Seen & { matter: RoundMatter }> {
  const seen = await agreementSeen(database, actor, agreementId)
  const matter = roundMatter(seen.state, roundNumber) ?? (await matterAtRest(database, agreementId, roundNumber))
  return { ...seen, matter: matter ?? refuse('not-found', { what: 'round' }) }
}

async function matterAtRest({ db }: Database, agreementId: string, roundNumber: number): Promise<RoundMatter | undefined> {
  const docsOf = <Doc>(table: InRound) =>
    sql<Doc[]>`(select coalesce(jsonb_agg(${table.doc} order by ${table.id}), '[]') from ${table}
      where ${table.agreementId} = ${agreementId} and ${table.roundNumber} = ${roundNumber})`
  const [found] = await db
    .select({
      round: sql<Round>`${rounds.doc}`,
      stances: docsOf<Stance>(stances),
      reflections: docsOf<Reflection>(reflections),
      rules: sql<Rules>`${versions.doc}->'content'->'groundRules'`,
      textDigest: versions.textDigest,
      dissents: sql<RoundMatter['dissents']>`${versions.doc}->'dissents'`,
    })
    .from(rounds)
    .innerJoin(versions, and(eq(versions.agreementId, rounds.agreementId), eq(versions.number, rounds.number)))
    .where(and(eq(rounds.agreementId, agreementId), eq(rounds.number, roundNumber)))
  return found
}

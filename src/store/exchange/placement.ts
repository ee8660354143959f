import { and, between, desc, eq, ne, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Actor, PersonActor } from '../../domain/actor.ts'
import type { Placement } from '../../domain/exchange/placement.ts'
import type { FollowUp, PlacementReflection } from '../../domain/exchange/reflection.ts'
import { dayOf, type Instant } from '../../domain/time.ts'
import { meetAgainDays } from '../../domain/to-do.ts'
import { listBeneath } from '../circle.ts'
import { clockNow, type Database } from '../database.ts'
import { isMember } from '../network/network.ts'
import type { PageOf } from '../round.ts'
import { exchangePlacements, exchangeProgrammes, exchangeReflections } from '../tables/exchange.ts'
import { networks } from '../tables/network.ts'
import { people } from '../tables/organisation.ts'
import { findIn, under } from './programme.ts'

type Filter = { roundNumber?: number | undefined; organisationId?: string | undefined }

/** The visits of a programme, in one round or of one organisation (as guest or as host). */
export function listPlacements(
  database: Database,
  actor: Actor,
  programmeId: string,
  { roundNumber, organisationId, ...page }: PageOf<string> & Filter,
): Promise<Placement[]> {
  const table = exchangePlacements
  const where = and(
    eq(table.programmeId, programmeId),
    roundNumber ? eq(table.roundNumber, roundNumber) : undefined,
    organisationId ? or(eq(table.guestOrganisationId, organisationId), eq(table.hostOrganisationId, organisationId)) : undefined,
  )
  return listBeneath(database, actor, under(programmeId), table, { ...page, where })
}

export const findPlacement = async (database: Database, actor: Actor, programmeId: string, id: string): Promise<Placement> =>
  (await findIn<Placement>(database, actor, programmeId, exchangePlacements, eq(exchangePlacements.id, id), 'placement')).doc

/** The visits that were held and not returned: the other one was cancelled, or its week went by without it. */
export async function listUnreciprocated(
  database: Database,
  actor: Actor,
  programmeId: string,
  page: PageOf<string>,
): Promise<Placement[]> {
  const table = exchangePlacements
  const reverse = alias(exchangePlacements, 'reverse')
  const { rows } = await database.db.execute<{ now: string }>(sql`select ${clockNow(database)} as now`)
  const owed = database.db
    .select({ one: sql`1` })
    .from(reverse)
    .where(
      and(
        eq(reverse.programmeId, table.programmeId),
        eq(reverse.id, table.reverseId),
        sql`(${reverse.state} = 'cancelled' or (${reverse.state} = 'planned' and ${reverse.lastOn} < ${dayOf(rows[0]?.now ?? '')}))`,
      ),
    )
  const where = and(eq(table.programmeId, programmeId), eq(table.state, 'held'), sql`(${owed}) is not null`)
  return listBeneath(database, actor, under(programmeId), table, { ...page, where })
}

/** What guest and host contact said of a visit. */
export async function listPlacementReflections(
  database: Database,
  actor: Actor,
  programmeId: string,
  placementId: string,
  page: PageOf<string>,
): Promise<PlacementReflection[]> {
  await findPlacement(database, actor, programmeId, placementId)
  const table = exchangeReflections
  const where = and(eq(table.programmeId, programmeId), eq(table.placementId, placementId))
  return listBeneath(database, actor, under(programmeId), table, { ...page, where })
}

/** As many as the longest page of a list; whoever has more of them sees those of the last days. */
const mostFollowUps = 100

/**
 * Whom a person meets again after a visit, on a day that may still come to mind, the last first: people who are still there. Once, also where
 * both of them said it.
 */
export function followUpsFor(database: Database, person: PersonActor): Promise<(FollowUp & { now: Instant })[]> {
  const { programmeId, placementId, personId, followUpOn, followUpWithId } = exchangeReflections
  const other = sql`case when ${personId} = ${person.personId} then ${followUpWithId} else ${personId} end`
  // Asked once, so that the index goes by it.
  const day = (daysAgo: number) =>
    sql`(select to_char(${clockNow(database)} at time zone 'Europe/Amsterdam' - ${daysAgo}::int * interval '1 day', 'YYYY-MM-DD'))`
  return database.db
    .selectDistinctOn([followUpOn, placementId, people.id], {
      networkId: networks.id,
      network: networks.name,
      programmeId,
      placementId,
      name: sql<string>`${people.doc}->>'name'`,
      on: sql<string>`${followUpOn}`,
      now: clockNow(database),
    })
    .from(exchangeReflections)
    .innerJoin(exchangeProgrammes, eq(exchangeProgrammes.id, programmeId))
    .innerJoin(networks, eq(networks.id, exchangeProgrammes.networkId))
    .innerJoin(people, and(eq(people.id, other), ne(people.id, person.personId), eq(people.here, true)))
    .where(
      and(
        or(eq(personId, person.personId), eq(followUpWithId, person.personId)),
        between(followUpOn, day(meetAgainDays), day(0)),
        isMember(database, person),
      ),
    )
    .orderBy(desc(followUpOn), placementId, people.id)
    .limit(mostFollowUps)
}

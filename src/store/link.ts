import { and, eq, or, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Link, Linked } from '../domain/link.ts'
import { type Listed, listAtTable, readerOf, sitsAtTable } from './agreement.ts'
import type { Database } from './database.ts'
import type { PageOf } from './round.ts'
import { links } from './tables/agreement.ts'
import { seats } from './tables/views.ts'

/** The links from and to an agreement, for those who sit at both tables. */
export const listLinks = (database: Database, actor: Actor, agreementId: string, page: PageOf<string>): Promise<Listed<Link>> => {
  const atTheOther = database.db
    .select({ one: sql`1` })
    .from(seats)
    .where(
      and(
        sql`${seats.agreementId} = case when ${links.agreementId} = ${agreementId} then ${links.toId} else ${links.agreementId} end`,
        eq(seats.organisationId, readerOf(actor)),
      ),
    )
  return listAtTable(database, actor, agreementId, links, {
    order: [links.id],
    beneath: or(eq(links.agreementId, agreementId), eq(links.toId, agreementId)),
    where: sql`(${atTheOther}) is not null`,
    ...page,
  })
}

/** Another agreement as somebody is about to link to it from this one. */
export async function linkedOf(database: Database, actor: Actor, agreementId: string, fromId: string): Promise<Linked> {
  const sits = await sitsAtTable(database, actor, agreementId)
  const back = await database.db
    .select({ kind: sql<Link['kind']>`${links.kind}` })
    .from(links)
    .where(and(eq(links.agreementId, agreementId), eq(links.toId, fromId)))
  return { sits, back: back.map(({ kind }) => kind) }
}

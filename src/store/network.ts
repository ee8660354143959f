import { and, asc, eq, exists, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Member, NetworkView } from '../domain/network.ts'
import { refuse } from '../domain/refusal.ts'
import { afterPosition, readerOf } from './agreement.ts'
import type { Database } from './database.ts'
import { networkMembers, networks } from './tables.ts'

type Page = { after?: readonly (string | number)[] | undefined; limit: number }

/** The one filter for networks: those of which the reader's organisation is a member. */
export const isMember = ({ db }: Database, actor: Actor): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(networkMembers)
      .where(
        and(
          eq(networkMembers.networkId, networks.id),
          eq(networkMembers.organisationId, readerOf(actor, 'network')),
          eq(networkMembers.here, true),
        ),
      ),
  )

/** The networks of the reader's organisation, by name. */
export async function listNetworks(database: Database, actor: Actor, { after, limit }: Page): Promise<NetworkView[]> {
  const order = [networks.name, networks.id]
  const rows = await database.db
    .select({ doc: sql<NetworkView>`${networks.doc}` })
    .from(networks)
    .where(and(isMember(database, actor), afterPosition(order, after)))
    .orderBy(...order.map((column) => asc(column)))
    .limit(limit)
  return rows.map(({ doc }) => doc)
}

export async function findNetwork(database: Database, actor: Actor, id: string): Promise<NetworkView> {
  const [row] = await database.db
    .select({ doc: sql<NetworkView>`${networks.doc}` })
    .from(networks)
    .where(and(eq(networks.id, id), isMember(database, actor)))
  return row?.doc ?? refuse('not-found', { what: 'network' })
}

/** The organisations that are in a network now, for its members. One statement. */
export async function listMembers(database: Database, actor: Actor, networkId: string, { after, limit }: Page): Promise<Member[]> {
  const page = database.db
    .select({ doc: sql<Member | null>`${networkMembers.doc}`.as('listed') })
    .from(networkMembers)
    .where(
      and(eq(networkMembers.networkId, networkId), eq(networkMembers.here, true), afterPosition([networkMembers.organisationId], after)),
    )
    .orderBy(asc(networkMembers.organisationId))
    .limit(limit)
    .as('page')
  const rows = await database.db
    .select({ doc: page.doc })
    .from(networks)
    .leftJoinLateral(page, sql`true`)
    .where(and(eq(networks.id, networkId), isMember(database, actor)))
  if (rows.length === 0) refuse('not-found', { what: 'network' })
  return rows.flatMap(({ doc }) => (doc === null ? [] : [doc]))
}

/** A member, also one that has left, with the revision of the network that it is in. */
export async function findMember(
  database: Database,
  actor: Actor,
  networkId: string,
  memberId: string,
): Promise<{ member: Member; revision: number }> {
  const [row] = await database.db
    .select({ member: sql<Member>`${networkMembers.doc}`, network: sql<NetworkView>`${networks.doc}` })
    .from(networks)
    .leftJoin(networkMembers, and(eq(networkMembers.networkId, networks.id), eq(networkMembers.organisationId, memberId)))
    .where(and(eq(networks.id, networkId), isMember(database, actor)))
  const { member, network } = row ?? refuse('not-found', { what: 'network' })
  return { member: member ?? refuse('not-found', { what: 'member' }), revision: network.revision }
}

import { and, asc, eq, exists, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Actor } from '../../domain/actor.ts'
import type { Member } from '../../domain/network/member.ts'
import type { NetworkView } from '../../domain/network/network.ts'
import { refuse } from '../../domain/refusal.ts'
import type { Instant } from '../../domain/time.ts'
import { afterPosition, readerOf } from '../agreement.ts'
import { clockNow, type Database } from '../database.ts'
import { networkMembers, networks } from '../tables/network.ts'

type Page = { after?: readonly (string | number)[] | undefined; limit: number }

/** The one filter for networks and what hangs under them: of which the reader's organisation is a member. */
export const isMember = ({ db }: Database, actor: Actor, networkId: AnyPgColumn = networks.id): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(networkMembers)
      .where(
        and(
          eq(networkMembers.networkId, networkId),
          eq(networkMembers.organisationId, readerOf(actor, 'network')),
          eq(networkMembers.here, true),
        ),
      ),
  )

/** What a network can be of: a region, a chain, a programme; word for word as its identity has it. */
export type NetworkGroups = { [Group in 'region' | 'chain' | 'programme']?: string | undefined }

/** Which networks are of these. */
export const isOf = ({ region, chain, programme }: NetworkGroups): SQL | undefined =>
  and(
    ...Object.entries({ region, chain, programme }).map(([group, is]) =>
      is === undefined ? undefined : sql`${networks.doc}->>${group} = ${is}`,
    ),
  )

/** The networks of the reader's organisation, by name. */
export async function listNetworks(
  database: Database,
  actor: Actor,
  groups: NetworkGroups,
  { after, limit }: Page,
): Promise<NetworkView[]> {
  const order = [networks.name, networks.id]
  const rows = await database.db
    .select({ doc: sql<NetworkView>`${networks.doc}` })
    .from(networks)
    .where(and(isMember(database, actor), isOf(groups), afterPosition(order, after)))
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

/** A table with what belongs to networks. */
type InNetwork = PgTable & { networkId: AnyPgColumn; doc: AnyPgColumn }

/** What is listed under a network, for its members, and the moment of reading. One statement. */
export async function listInNetwork<Doc>(
  database: Database,
  actor: Actor,
  networkId: string,
  table: InNetwork,
  { order, where, after, limit, of }: Page & { order: readonly AnyPgColumn[]; where?: SQL | undefined; of?: { what: string; there: SQL } },
): Promise<{ docs: Doc[]; now: Instant }> {
  const page = database.db
    .select({ doc: sql<Doc | null>`${table.doc}`.as('listed') })
    .from(table as PgTable)
    .where(and(eq(table.networkId, networkId), where, afterPosition(order, after)))
    .orderBy(...order.map((column) => asc(column)))
    .limit(limit)
    .as('page')
  const rows = await database.db
    .select({ doc: page.doc, now: clockNow(database), there: of?.there ?? sql<boolean>`true` })
    .from(networks)
    .leftJoinLateral(page, sql`true`)
    .where(and(eq(networks.id, networkId), isMember(database, actor)))
  const [first] = rows
  if (!first) refuse('not-found', { what: 'network' })
  if (of && !first.there) refuse('not-found', { what: of.what })
  return { docs: rows.flatMap(({ doc }) => (doc === null ? [] : [doc as Doc])), now: first.now }
}

/** The organisations that are in a network now, for its members. */
export const listMembers = async (database: Database, actor: Actor, networkId: string, page: Page): Promise<Member[]> =>
  (
    await listInNetwork<Member>(database, actor, networkId, networkMembers, {
      order: [networkMembers.organisationId],
      where: eq(networkMembers.here, true),
      ...page,
    })
  ).docs

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

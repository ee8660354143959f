import { eq } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Party } from '../domain/party.ts'
import { findAtTable, type Listed, listAtTable } from './agreement.ts'
import type { Database } from './database.ts'
import { parties } from './tables.ts'

/** The parties of an agreement in the order in which they came, also those that left. */
export const listParties = (
  database: Database,
  actor: Actor,
  agreementId: string,
  page: { after?: readonly (string | number)[] | undefined; limit: number },
): Promise<Listed<Party>> => listAtTable(database, actor, agreementId, parties, { order: [parties.id], ...page })

export const findParty = (database: Database, actor: Actor, agreementId: string, id: string) =>
  findAtTable<Party>(database, actor, agreementId, parties, eq(parties.id, id), 'party')

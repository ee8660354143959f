import { eq } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import { type Party, partyAt } from '../domain/party.ts'
import { findAtTable, type Listed, listAtTable } from './agreement.ts'
import type { Database } from './database.ts'
import { parties } from './tables/agreement.ts'

/** The parties of an agreement in the order in which they came, also those that left, as they stand now. */
export async function listParties(
  database: Database,
  actor: Actor,
  agreementId: string,
  page: { after?: readonly (string | number)[] | undefined; limit: number },
): Promise<Listed<Party>> {
  const { docs, ...seen } = await listAtTable<Party>(database, actor, agreementId, parties, { order: [parties.id], ...page })
  return { ...seen, docs: docs.map((party) => partyAt(party, seen.now)) }
}

export async function findParty(database: Database, actor: Actor, agreementId: string, id: string) {
  const { doc, ...seen } = await findAtTable<Party>(database, actor, agreementId, parties, eq(parties.id, id), 'party')
  return { ...seen, doc: partyAt(doc, seen.now) }
}

import { eq } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Annex } from '../domain/annex.ts'
import { findAtTable, type Listed, listAtTable } from './agreement.ts'
import type { Database } from './database.ts'
import type { PageOf } from './round.ts'
import { annexes } from './tables/agreement.ts'

/** The annexes of an agreement, in the order in which they were brought. */
export const listAnnexes = (
  database: Database,
  actor: Actor,
  agreementId: string,
  { kind, ...page }: PageOf<string> & { kind?: Annex['kind'] | undefined },
): Promise<Listed<Annex>> =>
  listAtTable(database, actor, agreementId, annexes, { order: [annexes.id], where: kind && eq(annexes.kind, kind), ...page })

export const findAnnex = (database: Database, actor: Actor, agreementId: string, id: string) =>
  findAtTable<Annex>(database, actor, agreementId, annexes, eq(annexes.id, id), 'annex')

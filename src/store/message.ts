import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Message } from '../domain/message.ts'
import { findAtTable, type Listed, listAtTable, readerOf } from './agreement.ts'
import type { Database } from './database.ts'
import type { PageOf } from './round.ts'
import { messages } from './tables/organisation.ts'

/** The one filter for messages: those that the reader's organisation sent, or that are for it. */
function isFor(actor: Actor): SQL | undefined {
  const organisation = readerOf(actor)
  return or(eq(messages.organisationId, organisation), sql`${organisation}::uuid = any(${messages.toIds})`)
}

/** The messages at a table that the reader's organisation sent or was sent, in the order in which they were. */
export const listMessages = (database: Database, actor: Actor, agreementId: string, page: PageOf<string>): Promise<Listed<Message>> =>
  listAtTable(database, actor, agreementId, messages, { order: [messages.id], where: isFor(actor), ...page })

export const findMessage = (database: Database, actor: Actor, agreementId: string, id: string) =>
  findAtTable<Message>(database, actor, agreementId, messages, and(eq(messages.id, id), isFor(actor)), 'message')

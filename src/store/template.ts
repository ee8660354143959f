import { and, asc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import { refuse } from '../domain/refusal.ts'
import type { Template } from '../domain/template.ts'
import { builtIn } from '../domain/template-built-in.ts'
import { readerOf } from './agreement.ts'
import type { Database } from './database.ts'
import { templates } from './tables/organisation.ts'

/** The templates of the reader's own organisation beside those that everybody has; there are few. */
export async function listTemplates({ db }: Database, actor: Actor): Promise<Template[]> {
  const rows = await db
    .select({ doc: sql<Template>`${templates.doc}` })
    .from(templates)
    .where(and(eq(templates.organisationId, readerOf(actor, 'template')), templates.open))
    .orderBy(asc(templates.id))
  return [...builtIn, ...rows.map(({ doc }) => doc)]
}

/** A template that is built in, or one of the reader's organisation that is in use. */
export async function findTemplate({ db }: Database, actor: Actor, id: string): Promise<Template> {
  const [row] = await db
    .select({ doc: sql<Template>`${templates.doc}` })
    .from(templates)
    .where(and(eq(templates.organisationId, readerOf(actor, 'template')), eq(templates.id, id), templates.open))
  return row?.doc ?? builtIn.find((template) => template.id === id) ?? refuse('not-found', { what: 'template' })
}

import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import { idsOf, type Seen, type Source, type SourceKind } from '../domain/source.ts'
import { readerOf } from './agreement.ts'
import { atTable } from './agreement-list.ts'
import type { Database } from './database.ts'
import { isMember } from './network/network.ts'
import { parties } from './tables/agreement.ts'
import { exchangeClosings, exchangeProgrammes } from './tables/exchange.ts'
import { findings, inquiries, recommendations } from './tables/inquiry.ts'
import { reflections } from './tables/round.ts'

type Look = (database: Database, actor: Actor, sources: readonly Source[]) => Promise<{ id: string; text: string }[]>

/** Rows that are these sources: each by its stream and its own id, looked up by their key. */
const among = (streamId: AnyPgColumn, id: AnyPgColumn | SQL, sources: readonly Source[]): SQL => {
  const named = sources.map(idsOf)
  const column = (key: 'streamId' | 'id') => sql`${sql.param(named.map((one) => one[key]))}::uuid[]`
  return sql`(${streamId}, ${id}) in (select * from unnest(${column('streamId')}, ${column('id')}))`
}

const said = (text: SQL) => sql<string>`${text}`

/** Where each kind of source is looked up, for who may read it: one statement for all of a kind. */
const looks: Record<SourceKind, Look> = {
  'finding': (database, actor, sources) =>
    database.db
      .select({ id: findings.id, text: said(sql`${findings.doc}->>'text'`) })
      .from(findings)
      .innerJoin(inquiries, eq(inquiries.id, findings.inquiryId))
      .where(and(among(findings.inquiryId, findings.id, sources), isMember(database, actor, inquiries.networkId))),
  'reflection': (database, actor, sources) =>
    database.db
      .select({ id: reflections.id, text: said(sql`${reflections.doc}->>'whatWeLearned'`) })
      .from(reflections)
      .innerJoin(parties, eq(parties.agreementId, reflections.agreementId))
      .where(and(among(reflections.agreementId, reflections.id, sources), atTable(database, readerOf(actor)))),
  'exchange-outcome': (database, actor, sources) => {
    const outcome = sql`jsonb_array_elements(${exchangeClosings.doc}->'outcomes') as outcome`
    const id = sql<string>`(outcome->>'id')::uuid`
    return database.db
      .select({ id, text: said(sql`outcome->>'text'`) })
      .from(exchangeClosings)
      .innerJoin(exchangeProgrammes, eq(exchangeProgrammes.id, exchangeClosings.programmeId))
      .innerJoinLateral(outcome, sql`true`)
      .where(and(among(exchangeClosings.programmeId, id, sources), isMember(database, actor, exchangeProgrammes.networkId)))
  },
  'recommendation': (database, actor, sources) =>
    database.db
      .select({ id: recommendations.id, text: said(sql`${recommendations.doc}->>'text'`) })
      .from(recommendations)
      .where(and(among(recommendations.id, recommendations.id, sources), isMember(database, actor, recommendations.networkId))),
}

/** The sources among these that the reader may read, by id, with what each says: one statement for each kind that is there. */
export async function sourcesSeen(database: Database, actor: Actor, sources: readonly Source[]): Promise<Seen> {
  const seen = new Map<string, string>()
  for (const kind of new Set(sources.map((source) => source.kind))) {
    const found = await looks[kind](
      database,
      actor,
      sources.filter((source) => source.kind === kind),
    )
    for (const { id, text } of found) seen.set(id, text)
  }
  return seen
}

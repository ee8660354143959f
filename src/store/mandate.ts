import { and, eq, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { ById } from '../domain/event.ts'
import type { Mandate } from '../domain/mandate.ts'
import { refuse } from '../domain/refusal.ts'
import type { Instant } from '../domain/time.ts'
import { agreementSeen, everything, findAtTable, listAtTable, type Times } from './agreement.ts'
import type { Database } from './database.ts'
import { mandates } from './tables/agreement.ts'

/** Mandates, the moment at which they are looked at, and those that they may be drawn from: what they are worth depends on those. */
export type MandatesSeen = { docs: Mandate[]; at: Instant; all: ById<Mandate>; revision: number }

export type MandateFilter = { partyId?: string | undefined; holderId?: string | undefined }
type Page = { after?: readonly (string | number)[] | undefined; limit: number }

const byId = (docs: readonly Mandate[]): Record<string, Mandate> => Object.fromEntries(docs.map((doc) => [doc.id, doc]))

/** A mandate as its row has it, with when its holder left the organisation. */
const withHolder = sql`${mandates.doc} || coalesce((select jsonb_build_object('holderLeftAt', p.doc->'leftAt') from people p
  where p.id = ${mandates.holderId} and not p.here), '{}')`

/** The mandates of an agreement in the order in which they were granted; with times, those that counted at that moment. */
export async function listMandates(
  database: Database,
  actor: Actor,
  agreementId: string,
  { partyId, holderId }: MandateFilter,
  times: Times,
  { after, limit }: Page,
): Promise<MandatesSeen> {
  if (times.validAt === undefined && times.knownAt === undefined) {
    const where = and(partyId ? eq(mandates.partyId, partyId) : undefined, holderId ? eq(mandates.holderId, holderId) : undefined)
    const { docs, now, revision } = await listAtTable<Mandate>(database, actor, agreementId, mandates, {
      order: [mandates.id],
      after,
      where,
      limit,
      doc: withHolder,
    })
    return { docs, at: now, all: await withSources(database, actor, agreementId, docs), revision }
  }
  const { state, at, revision } = await agreementSeen(database, actor, agreementId, times)
  const docs = Object.values(state.mandates)
    .filter((mandate) => (!partyId || mandate.partyId === partyId) && (!holderId || mandate.holderId === holderId))
    .filter((mandate) => after?.[0] === undefined || mandate.id > String(after[0]))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit)
  return { docs, at, all: state.mandates, revision }
}

/** One mandate; with times, as it was at that moment. */
export async function findMandate(
  database: Database,
  actor: Actor,
  agreementId: string,
  id: string,
  times: Times = {},
): Promise<Omit<MandatesSeen, 'docs'> & { doc: Mandate }> {
  if (times.validAt === undefined && times.knownAt === undefined) {
    const found = await findAtTable<Mandate>(database, actor, agreementId, mandates, eq(mandates.id, id), 'mandate', withHolder)
    const { doc, now, revision } = found
    return { doc, at: now, all: await withSources(database, actor, agreementId, [doc]), revision }
  }
  const { state, at, revision } = await agreementSeen(database, actor, agreementId, times)
  return { doc: state.mandates[id] ?? refuse('not-found', { what: 'mandate' }), at, all: state.mandates, revision }
}

/** These mandates and every one that they are drawn from. One more statement per step up, and none for mandates without a source. */
async function withSources(database: Database, actor: Actor, agreementId: string, docs: readonly Mandate[]): Promise<ById<Mandate>> {
  const found = byId(docs)
  for (let looked = docs; ; ) {
    const wanted = looked.flatMap(({ sourceId }) => (sourceId !== undefined && !found[sourceId] ? [sourceId] : []))
    if (wanted.length === 0) return found
    const where = sql`${mandates.id} = any(${sql.param([...new Set(wanted)])}::uuid[])`
    const slice = { order: [mandates.id], where, limit: everything, doc: withHolder }
    const sources = await listAtTable<Mandate>(database, actor, agreementId, mandates, slice)
    Object.assign(found, byId(sources.docs))
    looked = sources.docs
    if (looked.length === 0) return found
  }
}

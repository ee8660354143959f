import { eq } from 'drizzle-orm'
import type { Actor } from '../../domain/actor.ts'
import { type ClosingMeeting, type RecordedClosing, viewClosing } from '../../domain/exchange/closing.ts'
import type { Database, Queries } from '../database.ts'
import { cameOfOutcomes } from '../lineage.ts'
import { exchangeClosings } from '../tables/exchange.ts'
import { findIn, isLast } from './programme.ts'

/** The meeting that closed a round (the last one that was closed, where none is named), with what came of each of its outcomes. */
export async function findClosing(
  database: Database,
  actor: Actor,
  programmeId: string,
  roundNumber: number | undefined,
): Promise<ClosingMeeting> {
  const table = exchangeClosings
  const where = roundNumber ? eq(table.roundNumber, roundNumber) : isLast(table)
  const { doc } = await findIn<RecordedClosing>(database, actor, programmeId, exchangeClosings, where, 'closing meeting')
  const outcomeIds = doc.outcomes.map(({ id }) => id)
  return viewClosing(doc, await cameOfOutcomes(database, actor, programmeId, outcomeIds))
}

/** Which of these insights somebody had in this programme. */
export async function insightsAmong(queries: Queries, programmeId: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await queries.query<{ id: string }>({
    name: 'insights-among',
    text: `select insight->>'id' as id from exchange_reflections r, jsonb_array_elements(r.doc->'insights') insight
      where r.programme_id = $1 and insight->>'id' = any($2)`,
    values: [programmeId, ids],
  })
  return new Set(rows.map(({ id }) => id))
}

import { personalEvents } from '../domain/organisation.ts'
import type { Queries } from './database.ts'

/** The revisions in an organisation's stream whose payloads say who a person is: those that go when the person is erased. */
export async function revisionsNaming(queries: Queries, organisationId: string, personId: string): Promise<number[]> {
  const { rows } = await queries.query<{ revision: number }>(
    `select l.revision from ledger l join ledger_payloads p using (stream_id, revision)
      where l.stream_id = $1 and l.type = any($2) and p.payload->>'id' = $3 order by 1`,
    [organisationId, personalEvents, personId],
  )
  return rows.map(({ revision }) => revision)
}

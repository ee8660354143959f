import type { PersonActor } from '../domain/actor.ts'
import type { Agreement } from '../domain/agreement.ts'
import { settled } from '../domain/party.ts'
import type { Instant } from '../domain/time.ts'
import type { Database } from './database.ts'

/**
 * The agreements that have not ended in which a person holds a mandate or was offered tasks, with their states: what their to-do list is
 * made of. Of who may grant mandates, also those that their organisation is invited to join.
 */
export async function statesOfHolder(
  database: Database,
  { personId, organisationId, authorities }: PersonActor,
): Promise<{ states: Agreement[]; now: Instant }> {
  const { rows } = await database.query<{ state: Agreement; now: Instant }>({
    name: 'states-of-holder',
    text: `select s.state, clock_timestamp() + $3::bigint * interval '1 millisecond' as now
      from (
        select agreement_id from mandates where holder_id = $1
        union select agreement_id from transfers where to_person_id = $1 and state = 'offered'
        union select a.agreement_id from parties i join annexes a on a.agreement_id = i.agreement_id and a.party_id = i.id
          where $4::boolean and i.organisation_id = $2 and i.here and i.involvement <> 'seated'
            and a.kind = 'accession' and a.doc->>'state' = 'proposed'
      ) mine
      join parties p on p.agreement_id = mine.agreement_id and p.organisation_id = $2 and p.here and p.status <> 'ended'
        and (p.leaves_at is null or p.leaves_at > clock_timestamp() + $3::bigint * interval '1 millisecond')
      join streams s on s.id = p.agreement_id
      order by s.id`,
    values: [personId, organisationId, database.clock.aheadMs, authorities.includes('grant-mandates')],
  })
  return { states: rows.map(({ state, now }) => settled(state, now)), now: rows[0]?.now ?? '' }
}

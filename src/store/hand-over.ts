import type { Agreement } from '../domain/agreement.ts'
import type { Leavers } from '../domain/mandate.ts'
import type { Network } from '../domain/network/network.ts'
import { settled } from '../domain/party.ts'
import { refuse } from '../domain/refusal.ts'
import type { Instant } from '../domain/time.ts'
import type { Database } from './database.ts'
import { leaversOf, withFound } from './leavers.ts'

/** Where a person has something for their organisation: agreements that have not ended, and networks. */
export type PlacesOfPerson = { agreementIds: string[]; networkIds: string[] }

/** Refuses where an organisation has, and had, no such person; what they hold is for that organisation alone, so it asks the database too. */
export async function requirePersonOf(database: Database, organisationId: string, personId: string): Promise<void> {
  const { rows } = await database.query({
    name: 'person-of',
    text: 'select from people where id = $1 and organisation_id = $2 and organisation_id = (select acting_organisation())',
    values: [personId, organisationId],
  })
  if (rows.length === 0) refuse('not-found', { what: 'person' })
}

/**
 * Every place in which a person holds or carries something, or did: what it is the rules find in the state. Scalar subqueries, as an
 * EXISTS beside an OR may be planned as a hash of a whole table.
 */
export async function placesOfPerson(database: Database, organisationId: string, personId: string): Promise<PlacesOfPerson> {
  const { rows } = await database.query<{ id: string; kind: string }>({
    name: 'places-of-person',
    text: `with seated as (
        select agreement_id from parties where organisation_id = $2 and here and status <> 'ended'
          and (leaves_at is null or leaves_at > clock_timestamp() + $3::bigint * interval '1 millisecond')
      )
      select agreement_id as id, 'agreement' as kind from seated where
        (select 1 from mandates m where m.agreement_id = seated.agreement_id and m.holder_id = $1 limit 1) is not null
        or (select 1 from transfers t where t.agreement_id = seated.agreement_id and t.to_person_id = $1 and t.state = 'offered' limit 1) is not null
        or (select 1 from roles r where r.agreement_id = seated.agreement_id
          and jsonb_path_exists(r.doc, '$.** ? (@ == $id)', jsonb_build_object('id', $1::text)) limit 1) is not null
      union all
      select distinct h.network_id, 'network' from network_role_holders h
        join network_members m on m.network_id = h.network_id and m.organisation_id = $2 and m.here
        where h.person_id = $1
      order by id`,
    values: [personId, organisationId, database.clock.aheadMs],
  })
  const of = (kind: string) => rows.flatMap((row) => (row.kind === kind ? [row.id] : []))
  return { agreementIds: of('agreement'), networkIds: of('network') }
}

/** The states of these places, as they are now. */
export async function statesOf(
  database: Database,
  { agreementIds, networkIds }: PlacesOfPerson,
): Promise<{ states: (Agreement | Network)[]; now: Instant }> {
  const { rows } = await database.query<{ type: string; state: unknown; left: Leavers | null; now: Instant }>({
    name: 'states-of-places',
    text: `select s.type, s.state, ${leaversOf('s.id')} as left, clock.now
      from (select clock_timestamp() + $2::bigint * interval '1 millisecond' as now) clock
      left join streams s on s.id = any($1::uuid[]) order by s.id`,
    values: [[...agreementIds, ...networkIds], database.clock.aheadMs],
  })
  const now = rows[0]?.now ?? ''
  const states = rows.flatMap(({ type, state, left }): (Agreement | Network)[] => {
    if (type === 'agreement') return [withFound(settled(state as Agreement, now), left)]
    return type === 'network' ? [state as Network] : []
  })
  return { states, now }
}

import type { Actor } from '../domain/actor.ts'
import type { Watched } from '../domain/continuity.ts'
import type { Instant } from '../domain/time.ts'
import { readerOf } from './agreement.ts'
import type { Database } from './database.ts'
import { findNetwork } from './network/network.ts'

/** Which page: after the id of the last agreement or network before it, at most so many. */
type Page = { after?: string | undefined; limit: number }
type Found = { watched: Watched[]; now: Instant }

const now = `clock_timestamp() + $4::bigint * interval '1 millisecond'`
const noId = '00000000-0000-0000-0000-000000000000'

// For whom it is asked, the database is asked too. What is asked first are the places in order, each with an index of its own; what is in them is looked up for those of the page only.
const statementOf = (agreementsIn: string, networksOf: string): string => `
  with places as (
    select kind, id, title from (
      (select 'agreement' as kind, p.agreement_id as id, p.title from parties p ${agreementsIn}
        where p.organisation_id = $1 and $1 = (select acting_organisation()) and p.here and (p.leaves_at is null or p.leaves_at > ${now}) and p.status <> 'ended'
          and p.agreement_id > $2 order by p.agreement_id limit $3)
      union all
      (select 'network', n.id, n.name from network_members m join networks n on n.id = m.network_id
        where m.organisation_id = $1 and $1 = (select acting_organisation()) and m.here and n.id > $2 ${networksOf} order by n.id limit $3)
    ) both_kinds order by id limit $3
  )
  select places.kind, places.id, places.title, ${now} as now,
    case kind when 'agreement' then array(select doc from roles where agreement_id = places.id order by id)
      else array(select doc from network_roles where network_id = places.id and not ended order by id) end as roles,
    array(select doc from mandates where agreement_id = places.id and until_at > ${now} order by id) as mandates,
    array(select jsonb_build_object('id', id, 'organisationId', organisation_id) from parties
      where agreement_id = places.id and here and (leaves_at is null or leaves_at > ${now})) as parties,
    array(select jsonb_build_object('id', c.id, 'what', c.doc->'terms'->>'what', 'organisationId', p.organisation_id)
      from commitments c join parties p on p.agreement_id = c.agreement_id and p.id = c.owner_party_id
      where c.agreement_id = places.id and c.version = (select max(number) from versions where agreement_id = places.id)
        and coalesce(c.doc->'progress'->>'state', '') not in ('done', 'stopped') and not (p.here and (p.leaves_at is null or p.leaves_at > ${now}))
      order by c.id) as promises,
    array(select distinct p.id from (
        select holder_id as id from mandates where agreement_id = places.id and until_at > ${now}
        union all select (h->>'personId')::uuid from roles r cross join jsonb_array_elements(r.doc->'holders') h where r.agreement_id = places.id
        union all select person_id from network_role_holders where network_id = places.id
      ) held join people p on p.id = held.id where not p.here) as gone
  from places order by places.id`

const ofNetwork = statementOf('join agreements a on a.id = p.agreement_id and a.network_id = $5', 'and n.id = $5')
const ofOrganisation = statementOf('', '')

/** What the continuity of a network goes by: its own roles, and those of its agreements at whose table the reader is. */
export async function watchedInNetwork(database: Database, actor: Actor, networkId: string, page: Page): Promise<Found> {
  await findNetwork(database, actor, networkId)
  return watched(database, 'watched-in-network', ofNetwork, [...valuesOf(database, readerOf(actor, 'network'), page), networkId])
}

/** What the continuity of an organisation goes by: every agreement at whose table it is, and its networks. */
export const watchedByOrganisation = (database: Database, organisationId: string, page: Page): Promise<Found> =>
  watched(database, 'watched-by-organisation', ofOrganisation, valuesOf(database, organisationId, page))

const valuesOf = (database: Database, organisationId: string, { after = noId, limit }: Page): unknown[] => [
  organisationId,
  after,
  limit,
  database.clock.aheadMs,
]

async function watched(database: Database, name: string, text: string, values: unknown[]): Promise<Found> {
  const { rows } = await database.query<Watched & { now: Instant }>({ name, text, values })
  return { watched: rows.map(({ now: _, ...row }) => row), now: rows[0]?.now ?? '' }
}

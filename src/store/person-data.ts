import { and, eq, getTableName, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import { type Person, personalEvents } from '../domain/organisation.ts'
import { type circleNamingKinds, type namingKinds, type ownNamingKinds, type PersonData, requireOwnData } from '../domain/person-data.ts'
import { refuse } from '../domain/refusal.ts'
import { clockNow, type Database } from './database.ts'
import { mandates, roles, transfers } from './tables/agreement.ts'
import {
  exchangeClosings,
  exchangeEnrolments,
  exchangeMatchings,
  exchangePlacements,
  exchangeProgrammes,
  exchangeReflections,
} from './tables/exchange.ts'
import { findings, inquiries, inquirySeats, recommendations } from './tables/inquiry.ts'
import { networkIdentities, networkRoleHolders, networkRoles } from './tables/network.ts'
import { acknowledgements, desks, messages, people, positionAnswers, positionStatements } from './tables/organisation.ts'
import { contributions, hearings, impasses, meetings, reflections, rounds, stances } from './tables/round.ts'
import { commitments } from './tables/version.ts'

/** Where each kind of thing that can name a person is kept; what they acknowledged as a guest is in a view of its own. */
const tableOf: Record<Exclude<(typeof namingKinds)[number], 'guest'>, PgTable> = {
  mandate: mandates,
  role: roles,
  transfer: transfers,
  round: rounds,
  impasse: impasses,
  contribution: contributions,
  hearing: hearings,
  stance: stances,
  meeting: meetings,
  commitment: commitments,
  reflection: reflections,
  message: messages,
}

/** The same for networks and what hangs under them, with the column that says in which stream it is. */
const circleTableOf: Record<(typeof circleNamingKinds)[number], [PgTable, 'id' | 'network_id' | 'inquiry_id' | 'programme_id']> = {
  'network-identity': [networkIdentities, 'network_id'],
  'network-role': [networkRoles, 'network_id'],
  'network-role-holder': [networkRoleHolders, 'network_id'],
  'inquiry': [inquiries, 'id'],
  'inquiry-seat': [inquirySeats, 'inquiry_id'],
  'finding': [findings, 'inquiry_id'],
  'recommendation': [recommendations, 'id'],
  'exchange-programme': [exchangeProgrammes, 'id'],
  'exchange-enrolment': [exchangeEnrolments, 'programme_id'],
  'exchange-matching': [exchangeMatchings, 'programme_id'],
  'exchange-placement': [exchangePlacements, 'programme_id'],
  'exchange-reflection': [exchangeReflections, 'programme_id'],
  'exchange-closing': [exchangeClosings, 'programme_id'],
}

/** The same for what is the organisation's own. */
const ownTableOf: Record<(typeof ownNamingKinds)[number], PgTable> = {
  'desk': desks,
  'position-statement': positionStatements,
  'acknowledgement': acknowledgements,
  'position-answer': positionAnswers,
}

// `**` looks at every value at every depth: whichever field names the person, also one that is added later.
const named = `where jsonb_path_exists(t.doc, '$.** ? (@ == $id)', jsonb_build_object('id', $1::text))`
const naming = [
  ...Object.entries(tableOf).map(
    ([kind, table]) => `select t.agreement_id as "agreementId", null::uuid as "networkId", '${kind}' as kind, t.doc as item
      from ${getTableName(table)} t join seated using (agreement_id) ${named}`,
  ),
  `select agreement_id, null, 'guest', doc from guests where person_id = $1::uuid`,
  ...Object.entries(circleTableOf).map(
    ([kind, [table, key]]) => `select null, circled.network_id, '${kind}', t.doc
      from ${getTableName(table)} t join circled on circled.id = t.${key} ${named}`,
  ),
  ...Object.entries(ownTableOf).map(
    ([kind, table]) => `select null, null, '${kind}', t.doc from ${getTableName(table)} t ${named} and t.organisation_id = $2`,
  ),
]

type Naming = { agreementId: string | null; networkId: string | null; kind: string; item: Record<string, unknown> }

/**
 * Everything that the registry holds about a person, for themself and for who administers their organisation: what names them where
 * that organisation sits, and the entries by and about them.
 */
export async function dataOf(database: Database, actor: Actor, organisationId: string, personId: string): Promise<PersonData> {
  const [found] = await database.db
    .select({ person: sql<Person>`${people.doc}`, madeAt: clockNow(database) })
    .from(people)
    .where(and(eq(people.id, personId), eq(people.organisationId, organisationId)))
  const { person, madeAt } = found ?? refuse('not-found', { what: 'person' })
  requireOwnData(person, actor)
  const { rows: items } = await database.query<Naming>(
    `with seated as (select agreement_id from seats where organisation_id = $2),
        circled as (select c.id, c.network_id from circles c join memberships m using (network_id) where m.organisation_id = $2
          union all select network_id, network_id from memberships where organisation_id = $2)
      ${naming.join(' union all ')} order by "agreementId", "networkId", kind, item`,
    [personId, organisationId],
  )
  const { rows: entries } = await database.query<Omit<PersonData['entries'][number], 'mandateId'> & { mandateId: string | null }>(
    `with own as (
        select $2::uuid as id
        union select agreement_id from seats where organisation_id = $2
        union select network_id from network_members where organisation_id = $2 and here
        union select c.id from circles c join memberships m using (network_id) where m.organisation_id = $2
      )
      select l.stream_id as "streamId", l.stream_type as "streamType", l.revision, l.type, l.recorded_at as "recordedAt",
          l.mandate_id as "mandateId", l.actor_id = $1 as did
        from ledger l join own on own.id = l.stream_id
        where l.actor_id = $1 or (l.stream_id = $2 and exists (
          select from ledger_payloads p where p.stream_id = l.stream_id and p.revision = l.revision and (
            (l.type = any($3) and p.payload->>'id' = $1) or (l.type in ('person-left', 'person-erased') and p.payload->>'personId' = $1))))
        order by l.recorded_at, l.stream_id, l.revision`,
    [personId, organisationId, personalEvents],
  )
  return {
    madeAt,
    person,
    inOrganisation: items.flatMap(({ agreementId, networkId, ...item }) =>
      agreementId === null && networkId === null ? [item as PersonData['inOrganisation'][number]] : [],
    ),
    inAgreements: items.flatMap(({ agreementId, networkId: _, ...item }) =>
      agreementId === null ? [] : [{ agreementId, ...item } as PersonData['inAgreements'][number]],
    ),
    inNetworks: items.flatMap(({ agreementId: _, networkId, ...item }) =>
      networkId === null ? [] : [{ networkId, ...item } as PersonData['inNetworks'][number]],
    ),
    entries: entries.map(({ mandateId, ...entry }) => ({ ...entry, ...(mandateId && { mandateId }) })),
  }
}

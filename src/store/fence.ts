import type { Actor } from '../domain/actor.ts'
import { contentOf, elements } from '../domain/agreement-text.ts'
import { mostAtTable } from '../domain/event.ts'
import type { Criterion, Evidence, Fence } from '../domain/fence.ts'
import { type Fact, readFence } from '../domain/fence-facts.ts'
import type { Instant } from '../domain/time.ts'
import { agreementSeen } from './agreement.ts'
import type { Database } from './database.ts'
import { findNetwork } from './network/network.ts'

/** Part of a statement: facts of one kind, with when they happened and what they say. */
const facts = (fact: Fact['fact'], at: string, said: Readonly<Record<string, string>>, from: string): string => {
  const fields = Object.entries(said).map(([name, value]) => `'${name}', ${value}`)
  return `(select ${at} as at, jsonb_build_object(${[`'fact', '${fact}'`, ...fields].join(', ')}) as told ${from})`
}

/** What something is seen by, as part of a statement. */
const evidence = (kind: Evidence['kind'], named: Readonly<Record<string, string>>): string =>
  `jsonb_build_object('kind', '${kind}', ${Object.entries(named)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')})`

const reached = (criterion: Criterion, at: string, by: string, from: string): string =>
  facts('reached', at, { criterion: `'${criterion}'`, by }, from)

// The last 20 of each: who states itself anew every quarter goes back five years, and a course of 200 members stays some thousands of facts.
const lastStated = `(select * from position_statements where organisation_id = members.organisation_id order by number desc limit 20)`

/** Whoever takes part (`circle`, and each organisation of it once in `members`), with what they stated and said to each other. */
const positions = [
  facts('came', `coalesce(doc->>'seatedFrom', doc->>'joinedAt')::timestamptz`, { organisationId: 'organisation_id' }, 'from circle'),
  facts('left', 'left_at', { organisationId: 'organisation_id' }, 'from circle where left_at <= $2::timestamptz'),
  facts('stated', 's.at', { organisationId: 's.organisation_id', number: 's.number' }, `from members cross join lateral ${lastStated} s`),
  facts(
    'acknowledged',
    'said.at',
    { organisationId: 'o.organisation_id', aboutId: 's.organisation_id', number: 's.number', id: 'said.id' },
    `from members cross join lateral ${lastStated} s cross join members o cross join lateral (
      select a.at, a.id from acknowledged a where a.about_id = s.organisation_id and a.number = s.number
        and a.organisation_id = o.organisation_id order by a.at limit 1) said`,
  ),
]

const statementOf = (circle: string, more: readonly string[]): string => `
  with circle as (select id, organisation_id, doc,
      least((doc->>'leftAt')::timestamptz, (doc->'leaving'->>'at')::timestamptz) as left_at from ${circle}), members as (select distinct organisation_id from circle)
  select at, told from (${[...positions, ...more].join('\n    union all ')}) happened order by at`

// Who acceded is seated from its day on, and who gave notice until its day, without anything being written then.
const tableOf = `parties where agreement_id = $1 and (involvement = 'seated' or (doc->>'seatedFrom')::timestamptz <= $2::timestamptz)`

const ofAgreement = statementOf(tableOf, [
  // The first of each party: who was heard once has named where it differs.
  facts(
    'named',
    'said.at',
    { organisationId: 'organisation_id', by: `jsonb_build_object('kind', said.kind, 'id', said.id, 'organisationId', organisation_id)` },
    `from circle cross join lateral (
      select (doc->>'at')::timestamptz as at, 'hearing' as kind, id from hearings where agreement_id = $1 and party_id = circle.id
      union all select (doc->>'at')::timestamptz, 'contribution', id from contributions
        where agreement_id = $1 and party_id = circle.id and kind = 'concern'
      order by at limit 1) said`,
  ),
  reached(
    'elements-recorded',
    'adopted_at',
    evidence('version', { number: 'number' }),
    'from versions where agreement_id = $1 order by number limit 1',
  ),
  reached(
    'goal-shared',
    'adopted_at',
    evidence('version', { number: 'number' }),
    `from versions where agreement_id = $1 and doc->'content'->>'purpose' is not null order by number limit 1`,
  ),
  reached(
    'norms-scored',
    `(doc->>'at')::timestamptz`,
    evidence('reflection', { id: 'id' }),
    `from reflections where agreement_id = $1 and doc->'norms' <> '{}' order by id limit 1`,
  ),
  reached(
    'round-closed',
    `(doc->>'closedAt')::timestamptz`,
    evidence('round', { number: 'number' }),
    `from rounds where agreement_id = $1 and doc->>'closedAt' is not null order by number limit 1`,
  ),
  reached(
    'next-round-opened',
    `(doc->>'openedAt')::timestamptz`,
    evidence('round', { number: 'number' }),
    'from rounds where agreement_id = $1 and number > 1 order by number limit 1',
  ),
])

// What the whole circle may read, so that every member reads the same; of as many agreements as one oversees, the oldest. The range
// of one network and the limit of one version are for the planner: it walks the index of that network, and nothing from end to end.
const adoptedFirst = (which: string): string => `from (
    select agreement_id from publications where network_id between $1 and $1 and adopted and visibility in ('network', 'public')
    order by network_id, agreement_id limit ${mostAtTable}) shown
  cross join lateral (
    select number, adopted_at from versions where agreement_id = shown.agreement_id and ${which} order by number limit 1) v
  order by v.adopted_at, shown.agreement_id limit 1`
const aVersion = evidence('version', { number: 'v.number', agreementId: 'shown.agreement_id' })

const ofNetwork = statementOf('(select organisation_id as id, * from network_members where network_id = $1) members_of', [
  reached('goal-shared', `(doc->>'foundedAt')::timestamptz`, evidence('network', { id: 'id' }), 'from networks where id = $1'),
  reached('elements-recorded', 'v.adopted_at', aVersion, adoptedFirst('number >= 1')),
  reached('next-version-adopted', 'v.adopted_at', aVersion, adoptedFirst('number > 1')),
])

/** Where those at the table stand with each other (docs/domain.md#the-fence). */
export async function fenceOfAgreement(database: Database, actor: Actor, agreementId: string): Promise<Fence> {
  const { state, at } = await agreementSeen(database, actor, agreementId)
  const content = contentOf(state)
  const empty = Object.keys(elements).filter((element) => !elements[element]?.(content))
  return readFence('agreement', await happened(database, 'fence-of-agreement', ofAgreement, agreementId, at), empty)
}

/** Where the members of a network stand with each other. */
export async function fenceOfNetwork(database: Database, actor: Actor, networkId: string): Promise<Fence> {
  await findNetwork(database, actor, networkId)
  return readFence('network', await happened(database, 'fence-of-network', ofNetwork, networkId, 'infinity'))
}

async function happened(database: Database, name: string, text: string, id: string, now: Instant | 'infinity'): Promise<Fact[]> {
  const { rows } = await database.query<{ at: Instant; told: Omit<Fact, 'at'> }>({ name, text, values: [id, now] })
  return rows.map(({ at, told }) => ({ ...told, at }) as Fact)
}

import type { Actor, Authority, Me } from '../domain/actor.ts'
import type { Identity, Scope } from '../domain/identity.ts'
import { refuse } from '../domain/refusal.ts'
import type { Queries } from './database.ts'
import { gathering } from './gather.ts'

type Found = { nth: number; id: string; kind: string; organisationId: string; authorities: Authority[]; scopes: Scope[] }

const registered = gathering(async (queries: Queries, identities: readonly Identity[]): Promise<(Found | undefined)[]> => {
  const { rows } = await queries.query<Found>({
    name: 'accounts',
    text: `select asked.nth::int, id, kind, organisation_id as "organisationId", authorities, scopes
      from unnest($1::text[], $2::text[]) with ordinality as asked (issuer, subject, nth) join accounts using (issuer, subject) where active`,
    values: [identities.map(({ issuer }) => issuer), identities.map(({ subject }) => subject)],
  })
  const found = new Map(rows.map((account) => [account.nth - 1, account]))
  return identities.map((_identity, nth) => found.get(nth))
})

/**
 * Who the bearer of a checked token is here: a person or application that is registered, or the operator; otherwise nobody. Looked up in
 * one statement with those who call at the same moment.
 */
export async function actorOf(queries: Queries, identity: Identity): Promise<Actor | undefined> {
  if (identity.scopes.includes('handslag:operate')) return { kind: 'operator', subject: identity.subject }
  const account = await registered(queries, identity)
  if (!account) return undefined
  const { id, kind, organisationId, authorities } = account
  // What its organisation did not give an application, no issuer does.
  if (kind === 'application' && !account.scopes.includes('handslag:read')) return undefined
  return kind === 'person'
    ? { kind, personId: id, organisationId, authorities }
    : { kind: 'application', applicationId: id, organisationId }
}

/** The organisations among these ids, by id. */
export async function organisationsById(queries: Queries, ids: readonly string[]): Promise<Map<string, { id: string; name: string }>> {
  const { rows } = await queries.query<{ id: string; name: string }>({
    name: 'organisations-by-id',
    text: 'select id, name from organisations where id = any($1::uuid[])',
    values: [ids],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/** The people among these ids who are with an organisation now, by id. */
export async function peopleById(
  queries: Queries,
  ids: readonly string[],
): Promise<Map<string, { personId: string; organisationId: string }>> {
  const { rows } = await queries.query<{ personId: string; organisationId: string }>({
    name: 'people-by-id',
    text: 'select id as "personId", organisation_id as "organisationId" from people where id = any($1::uuid[]) and here',
    values: [ids],
  })
  return new Map(rows.map((row) => [row.personId, row]))
}

/** The people who are with these organisations now, by their names. */
export async function peopleOf(
  queries: Queries,
  organisationIds: readonly string[],
): Promise<{ id: string; organisationId: string; name: string }[]> {
  const { rows } = await queries.query<{ id: string; organisationId: string; name: string }>(
    `select id, organisation_id as "organisationId", doc->>'name' as name from people where organisation_id = any($1::uuid[]) and here
      order by id`,
    [organisationIds],
  )
  return rows
}

export type Account = { id: string; subject: string; kind: string; name: string; organisation: string; organisationId: string }

/** An actor with their names, and what their token lets them do. */
export async function profileOf(queries: Queries, actor: Actor, scopes: readonly Scope[]): Promise<Me> {
  const granted = { scopes: [...scopes] }
  if (actor.kind === 'operator') return { ...actor, ...granted }
  const id = actor.kind === 'person' ? actor.personId : actor.applicationId
  const { rows } = await queries.query<{ name: string; jobTitle: string | null; organisation: string }>({
    name: 'profile',
    text: `select coalesce(p.doc->>'name', c.doc->>'name') as name, p.doc->>'jobTitle' as "jobTitle", o.name as organisation
      from organisations o left join people p on p.id = $2 left join applications c on c.id = $2 where o.id = $1`,
    values: [actor.organisationId, id],
  })
  const { name, jobTitle, organisation } = rows[0] ?? refuse('not-found', { what: 'organisation' })
  const known = { id, name, organisation: { id: actor.organisationId, name: organisation }, ...granted }
  if (actor.kind === 'application') return { kind: 'application', ...known }
  return { kind: 'person', ...known, ...(jobTitle && { jobTitle }), authorities: [...actor.authorities] }
}

/** The people and applications that an issuer has accounts for: whom the demonstration can be. */
export async function accountsOf(queries: Queries, issuer: string): Promise<Account[]> {
  const { rows } = await queries.query<Account>(
    `select a.id, a.subject, a.kind, coalesce(p.doc->>'name', c.doc->>'name') as name, o.name as organisation, o.id as "organisationId"
      from accounts a join organisations o on o.id = a.organisation_id
      left join people p on p.id = a.id left join applications c on c.id = a.id
      where a.issuer = $1 and a.active order by o.name, a.subject`,
    [issuer],
  )
  return rows
}

/** The id of a network of this name, where there is one. */
export async function networkNamed(queries: Queries, name: string): Promise<string | undefined> {
  return (await queries.query<{ id: string }>('select id from networks where name = $1 order by id limit 1', [name])).rows[0]?.id
}

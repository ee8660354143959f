import type { z } from 'zod'
import { type Actor, by } from '../domain/actor.ts'
import type { Context } from '../domain/event.ts'
import { requirePerson } from '../domain/guard.ts'
import * as rules from '../domain/organisation.ts'
import { refuse } from '../domain/refusal.ts'
import { organisationsById } from '../store/directory.ts'
import { revisionsNaming } from '../store/erasure.ts'
import { type Changed, change, organisationStream } from '../store/ledger.ts'
import { changeOne, contextOf, type Lookup } from './change.ts'
import type { Deps } from './deps.ts'

export type OrganisationChange = Changed<rules.Organisation, rules.OrganisationEvent>
export type OrganisationTarget = { organisationId: string; ifMatch?: number | undefined }

/** Registers an organisation with its first administrator. */
export async function registerOrganisation(deps: Deps, actor: Actor, input: rules.RegisterOrganisation): Promise<OrganisationChange> {
  const [changed] = await change(deps.database, organisationStream, [], by(actor), async (_, { now }) => {
    const events = rules.registerOrganisation(input, contextOf(deps, actor, now))
    const [registered] = events
    return new Map([[registered?.type === 'organisation-registered' ? registered.data.id : '', events]])
  })
  return changed ?? refuse('not-found', { what: 'organisation' })
}

export function changeOrganisationBy(
  deps: Deps,
  actor: Actor,
  { organisationId, ifMatch }: OrganisationTarget,
  decide: (state: rules.Organisation, context: Context, lookup: Lookup) => rules.OrganisationEvent[] | Promise<rules.OrganisationEvent[]>,
  revisionOf: (state: rules.Organisation) => number | undefined = (state) => state.revision,
): Promise<OrganisationChange> {
  const seen = (state: rules.Organisation, context: Context): rules.Organisation => {
    // Before the revision: to others, whether an If-Match fits would tell which of its people and applications are there. What an operator
    // may do here the rules decide.
    if (actor.kind !== 'operator') rules.requireAdministrator(state, context)
    return state
  }
  const absent = (lookup: Lookup) => refuseOthers(lookup, organisationId)
  return changeOne(deps, actor, organisationStream, { id: organisationId, ifMatch, seen, revisionOf, absent }, decide)
}

/** Changes the caller's own organisation by what any of its people may say for it: what others have is looked up, and not locked. */
export async function changeOwn(
  deps: Deps,
  actor: Actor,
  decide: (state: rules.Organisation, context: Context, lookup: Lookup) => Promise<rules.OrganisationEvent[]>,
): Promise<OrganisationChange> {
  const { organisationId } = requirePerson(actor)
  return changeOne(deps, actor, organisationStream, { id: organisationId, seen: (state) => state }, decide)
}

/** Whether an organisation is there is no secret to those the registry knows; to change it is its own affair. */
export async function refuseOthers(lookup: Lookup, organisationId: string): Promise<never> {
  const there = (await organisationsById(lookup, [organisationId])).size > 0
  return there ? refuse('other-organisation') : refuse('not-found', { what: 'organisation' })
}

export const changeOrganisation = (
  deps: Deps,
  actor: Actor,
  target: OrganisationTarget,
  input: z.output<typeof rules.ChangeOrganisation>,
) => changeOrganisationBy(deps, actor, target, (state, context) => rules.changeOrganisation(state, input, context))

export const addPerson = (deps: Deps, actor: Actor, target: OrganisationTarget, input: rules.AddPerson) =>
  changeOrganisationBy(deps, actor, target, (state, context) => rules.addPerson(state, input, context))

const personRevision = (personId: string) => (state: rules.Organisation) => state.people[personId]?.revision

export const changePerson = (deps: Deps, actor: Actor, target: OrganisationTarget, personId: string, input: rules.AddPerson) =>
  changeOrganisationBy(
    deps,
    actor,
    target,
    (state, context) => rules.changePerson(state, personId, input, context),
    personRevision(personId),
  )

export const removePerson = (deps: Deps, actor: Actor, target: OrganisationTarget, personId: string) =>
  changeOrganisationBy(deps, actor, target, (state, context) => rules.removePerson(state, personId, context), personRevision(personId))

/** Erases what is known of a person: the database takes out, with this entry, what the entries that name them say. */
export const erasePerson = (deps: Deps, actor: Actor, target: OrganisationTarget, personId: string) =>
  changeOrganisationBy(
    deps,
    actor,
    target,
    async (state, context, lookup) =>
      rules.erasePerson(state, personId, await revisionsNaming(lookup, target.organisationId, personId), context),
    personRevision(personId),
  )

export const addApplication = (deps: Deps, actor: Actor, target: OrganisationTarget, input: rules.AddApplication) =>
  changeOrganisationBy(deps, actor, target, (state, context) => rules.addApplication(state, input, context))

export const revokeApplication = (deps: Deps, actor: Actor, target: OrganisationTarget, applicationId: string) =>
  changeOrganisationBy(
    deps,
    actor,
    target,
    (state, context) => rules.revokeApplication(state, applicationId, context),
    (state) => state.applications[applicationId]?.revision,
  )

import type { z } from 'zod'
import type { Actor } from '../domain/actor.ts'
import type { Context } from '../domain/event.ts'
import * as rules from '../domain/organisation.ts'
import { refuse } from '../domain/refusal.ts'
import { type Changed, change, organisationStream } from '../store/ledger.ts'
import { by, contextOf } from './change.ts'
import type { Deps } from './deps.ts'

type OrganisationChange = Changed<rules.Organisation, rules.OrganisationEvent>
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

async function changeOrganisationBy(
  deps: Deps,
  actor: Actor,
  { organisationId, ifMatch }: OrganisationTarget,
  decide: (state: rules.Organisation, context: Context) => rules.OrganisationEvent[],
  revisionOf: (state: rules.Organisation) => number | undefined = (state) => state.revision,
): Promise<OrganisationChange> {
  const [changed] = await change(deps.database, organisationStream, [organisationId], by(actor), async (heads, { now }) => {
    const head = heads.get(organisationId) ?? refuse('not-found', { what: 'organisation' })
    const revision = revisionOf(head.state)
    if (ifMatch !== undefined && revision !== undefined && ifMatch !== revision) refuse('stale')
    return new Map([[organisationId, decide(head.state, contextOf(deps, actor, now))]])
  })
  return changed ?? refuse('not-found', { what: 'organisation' })
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

export const addDesk = (deps: Deps, actor: Actor, target: OrganisationTarget, input: z.output<typeof rules.AddDesk>) =>
  changeOrganisationBy(deps, actor, target, (state, context) => rules.addDesk(state, input, context))

export const closeDesk = (deps: Deps, actor: Actor, target: OrganisationTarget, deskId: string) =>
  changeOrganisationBy(
    deps,
    actor,
    target,
    (state, context) => rules.closeDesk(state, deskId, context),
    (state) => state.desks[deskId]?.revision,
  )

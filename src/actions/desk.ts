import type { Actor } from '../domain/actor.ts'
import type { AddDesk } from '../domain/desk.ts'
import * as rules from '../domain/desk-acts.ts'
import type { Organisation } from '../domain/organisation.ts'
import type { Deps } from './deps.ts'
import { changeOrganisationBy, type OrganisationTarget } from './organisation.ts'

const deskRevision = (deskId: string) => (state: Organisation) => state.desks[deskId]?.revision

export const addDesk = (deps: Deps, actor: Actor, target: OrganisationTarget, input: AddDesk) =>
  changeOrganisationBy(deps, actor, target, (state, context) => rules.addDesk(state, input, context))

export const changeDesk = (deps: Deps, actor: Actor, target: OrganisationTarget, deskId: string, input: AddDesk) =>
  changeOrganisationBy(deps, actor, target, (state, context) => rules.changeDesk(state, deskId, input, context), deskRevision(deskId))

export const closeDesk = (deps: Deps, actor: Actor, target: OrganisationTarget, deskId: string) =>
  changeOrganisationBy(deps, actor, target, (state, context) => rules.closeDesk(state, deskId, context), deskRevision(deskId))

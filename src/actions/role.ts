import type { Actor } from '../domain/actor.ts'
import type { Agreement } from '../domain/agreement.ts'
import * as rules from '../domain/role.ts'
import type { Day } from '../domain/time.ts'
import { peopleById } from '../store/directory.ts'
import { type AgreementChange, changeAgreement, type Target } from './change.ts'
import type { Deps } from './deps.ts'

const revisionOf = (roleId: string) => (state: Agreement) => state.roles[roleId]?.revision

export const createRole = (deps: Deps, actor: Actor, target: Target, input: rules.ShapeRole): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.createRole(state, input, context))

export const changeRole = (deps: Deps, actor: Actor, target: Target, roleId: string, input: rules.ShapeRole): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.changeRole(state, roleId, input, context), revisionOf(roleId))

export const endRole = (deps: Deps, actor: Actor, target: Target, roleId: string): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.endRole(state, roleId, context), revisionOf(roleId))

export const assignRole = (deps: Deps, actor: Actor, target: Target, roleId: string, input: rules.AssignRole): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    async (state, context, lookup) => {
      const people = await peopleById(lookup, [input.personId])
      return rules.assignRole(state, roleId, input, people.get(input.personId), context)
    },
    revisionOf(roleId),
  )

export const releaseRole = (
  deps: Deps,
  actor: Actor,
  target: Target,
  roleId: string,
  holderId: string,
  input: { untilDate: Day },
): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    (state, context) => rules.releaseRole(state, roleId, holderId, input.untilDate, context),
    revisionOf(roleId),
  )

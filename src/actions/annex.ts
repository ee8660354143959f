import type { Actor } from '../domain/actor.ts'
import type { Agreement } from '../domain/agreement.ts'
import * as rules from '../domain/annex-acts.ts'
import { organisationsById } from '../store/directory.ts'
import { type AgreementChange, changeAgreement, type Target } from './change.ts'
import type { Deps } from './deps.ts'

const revisionOf = (id: string) => (state: Agreement) => state.annexes[id]?.revision

export const proposeAccession = (deps: Deps, actor: Actor, target: Target, input: rules.ProposeAccession): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, async (state, context, lookup) => {
    const invited = input.organisationId === undefined ? [] : [input.organisationId]
    return rules.proposeAccession(state, input, await organisationsById(lookup, invited), context)
  })

export const proposeExpulsion = (
  deps: Deps,
  actor: Actor,
  target: Target,
  partyId: string,
  input: { reason: string },
): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.proposeExpulsion(state, partyId, input, context))

export const consentToAnnex = (
  deps: Deps,
  actor: Actor,
  target: Target,
  id: string,
  input: rules.ConsentToAnnex,
): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.consentToAnnex(state, id, input, context), revisionOf(id))

export const objectToAnnex = (deps: Deps, actor: Actor, target: Target, id: string, input: { reason: string }): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.objectToAnnex(state, id, input, context), revisionOf(id))

import type { Actor } from '../domain/actor.ts'
import type { Agreement } from '../domain/agreement.ts'
import * as rules from '../domain/transfer.ts'
import { peopleById } from '../store/directory.ts'
import { type AgreementChange, changeAgreement, type Target } from './change.ts'
import type { Deps } from './deps.ts'

export const offerTransfer = (
  deps: Deps,
  actor: Actor,
  target: Target,
  roleId: string,
  input: rules.OfferTransfer,
): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    async (state, context, lookup) => {
      const people = await peopleById(lookup, [input.toPersonId])
      return rules.offerTransfer(state, roleId, input, people.get(input.toPersonId), context)
    },
    (state: Agreement) => state.roles[roleId]?.revision,
  )

export const answerTransfer = (
  deps: Deps,
  actor: Actor,
  target: Target,
  roleId: string,
  transferId: string,
  input: rules.AnswerTransfer,
): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.answerTransfer(state, roleId, transferId, input, context))

export const withdrawTransfer = (
  deps: Deps,
  actor: Actor,
  target: Target,
  roleId: string,
  transferId: string,
  input: { reason: string },
): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.withdrawTransfer(state, roleId, transferId, input, context))

import type { z } from 'zod'
import type { Actor } from '../domain/actor.ts'
import type { Agreement } from '../domain/agreement.ts'
import * as rules from '../domain/commitment.ts'
import { type AgreementChange, changeAgreement, type Target } from './change.ts'
import type { Deps } from './deps.ts'

const revisionOf = (id: string) => (state: Agreement) => (state.commitments[id] ?? state.promises[id])?.revision

export const offerCommitment = (deps: Deps, actor: Actor, target: Target, input: rules.OfferCommitment): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.offerCommitment(state, input, context))

export const reviseCommitment = (
  deps: Deps,
  actor: Actor,
  target: Target,
  id: string,
  input: rules.OfferCommitment,
): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.reviseCommitment(state, id, input, context), revisionOf(id))

export const withdrawCommitment = (deps: Deps, actor: Actor, target: Target, id: string): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.withdrawCommitment(state, id, context), revisionOf(id))

export const answerCommitment = (
  deps: Deps,
  actor: Actor,
  target: Target,
  id: string,
  input: rules.AnswerCommitment,
): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    (state, context) => rules.answerCommitment(state, id, input, state.text.validity?.validUntil, context),
    revisionOf(id),
  )

export const reportProgress = (
  deps: Deps,
  actor: Actor,
  target: Target,
  id: string,
  input: z.output<typeof rules.ReportProgress>,
): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    (state, context) => rules.reportProgress(state, id, input, context),
    (state) => state.promises[id]?.revision,
  )

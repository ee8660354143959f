import type { z } from 'zod'
import type { Actor } from '../domain/actor.ts'
import { requireOwn } from '../domain/organisation.ts'
import type { AcknowledgePosition, AnswerPosition, StatePosition } from '../domain/position.ts'
import * as rules from '../domain/position-acts.ts'
import { refuse } from '../domain/refusal.ts'
import { acknowledgementAbout, statementOf } from '../store/position.ts'
import type { Deps } from './deps.ts'
import { changeOrganisationBy, changeOwn, type OrganisationChange, type OrganisationTarget } from './organisation.ts'

/** Which statement of which organisation, and the revision at which the caller read it. */
export type StatementTarget = OrganisationTarget & { statementNumber: number }

export const statePosition = (deps: Deps, actor: Actor, target: OrganisationTarget, input: StatePosition): Promise<OrganisationChange> =>
  changeOrganisationBy(
    deps,
    actor,
    target,
    (state, context) => rules.statePosition(state, input, context),
    (state) => state.position?.revision,
  )

/** Says of another organisation's statement that one's own understands it. */
export const acknowledgePosition = (
  deps: Deps,
  actor: Actor,
  { organisationId, statementNumber, ifMatch }: StatementTarget,
  input: z.output<typeof AcknowledgePosition>,
): Promise<OrganisationChange> =>
  changeOwn(deps, actor, async (_, context, lookup) => {
    const statement = await statementOf(lookup, organisationId, statementNumber)
    if (ifMatch !== undefined && ifMatch !== statement.revision) refuse('stale')
    return rules.acknowledgePosition(statement, input, context)
  })

/** Answers what another organisation said back to a statement of one's own. */
export const answerAcknowledgement = (
  deps: Deps,
  actor: Actor,
  { organisationId, statementNumber, ifMatch }: StatementTarget,
  acknowledgementId: string,
  input: z.output<typeof AnswerPosition>,
): Promise<OrganisationChange> => {
  requireOwn(organisationId, actor)
  return changeOwn(deps, actor, async (state, context, lookup) => {
    const statement = await statementOf(lookup, organisationId, statementNumber)
    if (ifMatch !== undefined && ifMatch !== statement.revision) refuse('stale')
    const acknowledgement = await acknowledgementAbout(lookup, organisationId, statementNumber, acknowledgementId)
    return rules.answerAcknowledgement(state, acknowledgement, input, context)
  })
}

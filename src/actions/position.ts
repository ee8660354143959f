import type { z } from 'zod'
import { type Actor, by } from '../domain/actor.ts'
import { requirePerson } from '../domain/guard.ts'
import { type Organisation, type OrganisationEvent, requireOwn } from '../domain/organisation.ts'
import type { AcknowledgePosition, AnswerPosition, StatePosition } from '../domain/position.ts'
import * as rules from '../domain/position-acts.ts'
import { refuse } from '../domain/refusal.ts'
import { change, organisationStream } from '../store/ledger.ts'
import { acknowledgementAbout, statementOf } from '../store/position.ts'
import { contextOf, type Lookup } from './change.ts'
import type { Deps } from './deps.ts'
import { changeOrganisationBy, type OrganisationChange, type OrganisationTarget } from './organisation.ts'

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
  speak(deps, actor, async (_, now, lookup) => {
    const statement = await statementOf(lookup, organisationId, statementNumber)
    if (ifMatch !== undefined && ifMatch !== statement.revision) refuse('stale')
    return rules.acknowledgePosition(statement, input, contextOf(deps, actor, now))
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
  return speak(deps, actor, async (state, now, lookup) => {
    const statement = await statementOf(lookup, organisationId, statementNumber)
    if (ifMatch !== undefined && ifMatch !== statement.revision) refuse('stale')
    const acknowledgement = await acknowledgementAbout(lookup, organisationId, statementNumber, acknowledgementId)
    return rules.answerAcknowledgement(state, acknowledgement, input, contextOf(deps, actor, now))
  })
}

/** Records what a person says for their organisation, in its own stream: what others have is looked up, and not locked. */
export async function speak<Event extends OrganisationEvent>(
  deps: Deps,
  actor: Actor,
  decide: (state: Organisation, now: string, lookup: Lookup) => Promise<Event[]>,
): Promise<OrganisationChange> {
  const { organisationId } = requirePerson(actor)
  const [changed] = await change(deps.database, organisationStream, [organisationId], by(actor), async (heads, { client, now }) => {
    const { state } = heads.get(organisationId) ?? refuse('not-found', { what: 'organisation' })
    return new Map([[organisationId, await decide(state, now, client)]])
  })
  return changed ?? refuse('not-found', { what: 'organisation' })
}

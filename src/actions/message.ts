import type { Actor } from '../domain/actor.ts'
import { sendMessage as decideMessage, type SendMessage } from '../domain/message.ts'
import { refuse } from '../domain/refusal.ts'
import { agreementSeen } from '../store/agreement.ts'
import type { Target } from './change.ts'
import type { Deps } from './deps.ts'
import { changeOwn, type OrganisationChange } from './organisation.ts'

/** Sends a complete message: recorded in the history of the organisation that says it, so that no history of an agreement holds it. */
export const sendMessage = (deps: Deps, actor: Actor, { agreementId, ifMatch }: Target, input: SendMessage): Promise<OrganisationChange> =>
  changeOwn(deps, actor, async (_, context) => {
    const { state, revision } = await agreementSeen(deps.database, actor, agreementId)
    if (ifMatch !== undefined && ifMatch !== revision) refuse('stale')
    return decideMessage(state, input, context)
  })

import type { Actor } from '../domain/actor.ts'
import * as rules from '../domain/link.ts'
import { linkedOf } from '../store/link.ts'
import { type AgreementChange, changeAgreement, type Target } from './change.ts'
import type { Deps } from './deps.ts'

/** Says what an agreement does to another one, at whose table the caller's organisation has to sit too. */
export const linkAgreement = (deps: Deps, actor: Actor, target: Target, input: rules.LinkAgreement): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, async (state, context) =>
    rules.linkAgreement(state, input, await linkedOf(deps.database, actor, input.agreementId, state.id), context),
  )

import type { Actor } from '../domain/actor.ts'
import { refuse } from '../domain/refusal.ts'
import * as rules from '../domain/template.ts'
import { builtIn } from '../domain/template-built-in.ts'
import { agreementSeen } from '../store/agreement.ts'
import type { Deps } from './deps.ts'
import { changeOwn, type OrganisationChange } from './organisation.ts'

/** Makes a template of the text of an agreement, for one's own organisation. */
export const makeTemplate = (deps: Deps, actor: Actor, input: rules.MakeTemplate): Promise<OrganisationChange> =>
  changeOwn(deps, actor, async (state, context) => {
    const { state: agreement } = await agreementSeen(deps.database, actor, input.agreementId)
    return rules.makeTemplate(state, input, agreement, context)
  })

/** Takes a template of one's own organisation out of use. */
export const withdrawTemplate = (deps: Deps, actor: Actor, id: string, ifMatch?: number): Promise<OrganisationChange> =>
  changeOwn(deps, actor, async (state, context) => {
    if (builtIn.some((template) => template.id === id)) refuse('built-in')
    const template = state.templates[id]
    if (ifMatch !== undefined && template && template.revision !== ifMatch) refuse('stale')
    return rules.withdrawTemplate(state, id, context)
  })

import { type Actor, by } from '../domain/actor.ts'
import type { Context } from '../domain/event.ts'
import { requirePerson } from '../domain/guard.ts'
import type { Organisation, OrganisationEvent } from '../domain/organisation.ts'
import { refuse } from '../domain/refusal.ts'
import * as rules from '../domain/template.ts'
import { builtIn } from '../domain/template-built-in.ts'
import { agreementSeen } from '../store/agreement.ts'
import { change, organisationStream } from '../store/ledger.ts'
import { contextOf } from './change.ts'
import type { Deps } from './deps.ts'
import type { OrganisationChange } from './organisation.ts'

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

/** Changes the caller's own organisation, as any of its people may where it binds to nothing. */
async function changeOwn(
  deps: Deps,
  actor: Actor,
  decide: (state: Organisation, context: Context) => Promise<OrganisationEvent[]>,
): Promise<OrganisationChange> {
  const { organisationId } = requirePerson(actor)
  const [changed] = await change(deps.database, organisationStream, [organisationId], by(actor), async (heads, { now }) => {
    const { state } = heads.get(organisationId) ?? refuse('not-found', { what: 'organisation' })
    return new Map([[organisationId, await decide(state, contextOf(deps, actor, now))]])
  })
  return changed ?? refuse('not-found', { what: 'organisation' })
}

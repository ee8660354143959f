import type { z } from 'zod'
import { type Actor, by } from '../domain/actor.ts'
import * as rules from '../domain/agreement.ts'
import { requirePerson } from '../domain/guard.ts'
import { mergePatch } from '../domain/merge-patch.ts'
import type { AddParty } from '../domain/party.ts'
import { refuse } from '../domain/refusal.ts'
import { foundingOf } from '../store/agreement.ts'
import { organisationsById } from '../store/directory.ts'
import { agreementStream, change } from '../store/ledger.ts'
import { findTemplate } from '../store/template.ts'
import { type AgreementChange, changeAgreement, contextOf, type Target } from './change.ts'
import type { Deps } from './deps.ts'
import { requireSources } from './source.ts'

/** Starts an agreement with its founding parties, in a network of the caller and under a covenant of theirs, where these are named. */
export async function createAgreement(deps: Deps, actor: Actor, input: rules.CreateAgreement): Promise<AgreementChange> {
  const [changed] = await change(deps.database, agreementStream, [], by(actor), async (_, { client, now }) => {
    const { organisationId } = requirePerson(actor)
    const organisationIds = [organisationId, ...input.parties.map((party) => party.organisationId)]
    const { organisations, inNetwork, covenant } = await foundingOf(client, actor, { ...input, organisationIds }, now)
    if (input.networkId && !inNetwork) refuse('not-found', { what: 'network' }, '/networkId')
    if (input.underId && covenant === 'not-there') refuse('not-found', { what: 'covenant' }, '/underId')
    if (input.underId && covenant === 'not-in-force') refuse('covenant-not-in-force', {}, '/underId')
    if (input.originatesFrom) await requireSources(deps, actor, [{ source: input.originatesFrom, pointer: '/originatesFrom' }])
    const context = contextOf(deps, actor, now)
    const template = input.templateId === undefined ? undefined : await findTemplate(deps.database, actor, input.templateId)
    const events = rules.createAgreement(input, organisations, context, template)
    const [created] = events
    return new Map([[created?.type === 'agreement-created' ? created.data.id : '', events]])
  })
  return changed ?? refuse('not-found', { what: 'agreement' })
}

export const changeSettings = (
  deps: Deps,
  actor: Actor,
  target: Target,
  input: z.output<typeof rules.ChangeAgreement>,
): Promise<AgreementChange> => changeAgreement(deps, actor, target, (state, context) => rules.changeAgreement(state, input, context))

/** Changes some of the settings by merge patch (RFC 7396); a rule that is taken out gets back its default. */
export const patchSettings = (
  deps: Deps,
  actor: Actor,
  target: Target,
  patch: Readonly<Record<string, unknown>>,
  parse: (merged: unknown) => Required<rules.ChangeAgreement>,
): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => {
    const { visibility, groundRules } = parse(mergePatch({ visibility: state.visibility, groundRules: state.rules }, patch))
    // What the patch does not name is not changed, and so needs no standing.
    const input = { ...('visibility' in patch && { visibility }), ...('groundRules' in patch && { groundRules }) }
    return rules.changeAgreement(state, input, context)
  })

export const addParty = (deps: Deps, actor: Actor, target: Target, input: AddParty): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, async (state, context, lookup) =>
    rules.addParty(state, input, await organisationsById(lookup, [input.organisationId]), context),
  )

export const leaveTable = (
  deps: Deps,
  actor: Actor,
  target: Target,
  partyId: string,
  input: { reason: string },
): Promise<AgreementChange> => changeAgreement(deps, actor, target, (state, context) => rules.leaveTable(state, partyId, input, context))

export const endAgreement = (deps: Deps, actor: Actor, target: Target, input: { reason: string }): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.endAgreement(state, input, context))

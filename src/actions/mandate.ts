import { type Actor, by } from '../domain/actor.ts'
import { type MandateView, viewMandate } from '../domain/mandate.ts'
import * as rules from '../domain/mandate-acts.ts'
import { requireOwn } from '../domain/organisation.ts'
import { settled } from '../domain/party.ts'
import { Refused, refuse } from '../domain/refusal.ts'
import { peopleById } from '../store/directory.ts'
import { agreementStream, change } from '../store/ledger.ts'
import { changeAgreement, contextOf, madeId, type Target } from './change.ts'
import type { Deps } from './deps.ts'
import { type Receipted, receipted, receiptedAll } from './receipt.ts'

/** Grants a mandate in one agreement. */
export const grantMandate = (deps: Deps, actor: Actor, target: Target, input: rules.GrantMandate): Promise<Receipted> =>
  receipted(deps, actor, () =>
    changeAgreement(deps, actor, target, async (state, context, lookup) => {
      const people = await peopleById(lookup, [input.holderId])
      return rules.grantMandate(state, input, people.get(input.holderId), context)
    }),
  )

/** Grants the same mandate in several agreements in one call, which writes each of them, or none; what it is worth in each is told. */
export async function grantMandates(
  deps: Deps,
  actor: Actor,
  organisationId: string,
  { agreementIds, ...input }: rules.GrantMandates,
): Promise<{ agreementId: string; mandate: MandateView; receipt: string }[]> {
  requireOwn(organisationId, actor)
  const changed = await receiptedAll(deps, actor, () =>
    change(deps.database, agreementStream, agreementIds, by(actor), async (heads, { client, now }) => {
      const people = await peopleById(client, [input.holderId])
      return new Map(
        agreementIds.map((id, index) => {
          const head = heads.get(id) ?? refuse('not-found', { what: 'agreement' }, `/agreementIds/${index}`)
          try {
            return [id, rules.grantMandate(settled(head.state, now), input, people.get(input.holderId), contextOf(deps, actor, now))]
          } catch (error) {
            throw error instanceof Refused ? error.at(`/agreementIds/${index}`) : error
          }
        }),
      )
    }),
  )
  return changed.flatMap((one) => {
    const mandate = one.state.mandates[madeId(one, 'mandate-granted')]
    return mandate ? [{ agreementId: one.id, mandate: viewMandate(mandate, one.at, one.state.mandates), receipt: one.receipt }] : []
  })
}

export const renewMandate = (deps: Deps, actor: Actor, target: Target, mandateId: string, input: rules.RenewMandate): Promise<Receipted> =>
  receipted(deps, actor, () =>
    changeAgreement(deps, actor, target, (state, context) => rules.renewMandate(state, mandateId, input, context)),
  )

export const withdrawMandate = (
  deps: Deps,
  actor: Actor,
  target: Target,
  mandateId: string,
  input: { reason: string },
): Promise<Receipted> =>
  receipted(deps, actor, () =>
    changeAgreement(deps, actor, target, (state, context) => rules.withdrawMandate(state, mandateId, input, context)),
  )

import { type Actor, by } from '../domain/actor.ts'
import { about, type Receipt, type ReceiptedEvent, receiptedEvents } from '../domain/proof.ts'
import { keepReceipts } from '../store/log.ts'
import { within } from '../store/transaction.ts'
import type { AgreementChange } from './change.ts'
import type { Deps } from './deps.ts'

export type Receipted = AgreementChange & { receipt: string }

/** The name by which the registry calls itself in what it signs: the thumbprint of its key. */
export const registryName = ({ signingKeys }: Deps): string => {
  const [key] = signingKeys().keys
  return key && 'kid' in key ? String(key.kid) : ''
}

/**
 * Gives each change of an act the receipt of it. They are signed and kept in the transaction of the act: a receipt that was given out is
 * of something committed, and nothing can be signed for it later, when what is recorded might have been tampered with.
 */
export const receiptedAll = (deps: Deps, actor: Actor, act: () => Promise<AgreementChange[]>): Promise<Receipted[]> =>
  within(deps.database.pool, by(actor), async () => {
    const signed = await Promise.all((await act()).map((changed) => receiptOf(deps, actor, changed)))
    keepReceipts(
      deps.database,
      signed.map(({ changed, revision, receipt }) => ({ agreementId: changed.id, revision, jws: receipt })),
    )
    return signed.map(({ changed, receipt }) => ({ ...changed, receipt }))
  })

/** The same for an act in one agreement. */
export async function receipted(deps: Deps, actor: Actor, act: () => Promise<AgreementChange>): Promise<Receipted> {
  const [only] = await receiptedAll(deps, actor, async () => [await act()])
  if (!only) throw new Error('an act without a change has no receipt')
  return only
}

/** The receipt of the one event of a change that gets one, and the revision of its entry. */
async function receiptOf(deps: Deps, actor: Actor, changed: AgreementChange) {
  const { id, at, events, entries } = changed
  const nth = events.findIndex(({ type }) => isReceipted(type))
  const event = events[nth]
  const entry = entries[nth]
  if (!event || !entry || !isReceipted(event.type)) throw new Error('this act gets no receipt')
  const { actorId, organisationId = null } = by(actor)
  const receipt: Receipt = {
    registry: registryName(deps),
    agreementId: id,
    revision: entry.revision,
    hash: entry.hash,
    type: event.type,
    recordedAt: at,
    actorId,
    organisationId,
    mandateId: event.mandateId ?? null,
    about: about({ type: event.type, data: event.data }),
  }
  return { changed, revision: entry.revision, receipt: await deps.sign(receipt, 'receipt') }
}

const isReceipted = (type: string): type is ReceiptedEvent => receiptedEvents.some((one) => one === type)

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
    const changes = await act()
    const receipts = await receiptsOf(deps, actor, changes)
    return changes.map((changed) => {
      const receipt = receipts.find(({ agreementId }) => agreementId === changed.id)?.jws
      if (!receipt) throw new Error('this act gets no receipt')
      return { ...changed, receipt }
    })
  })

/** Signs and keeps the receipts of whatever gets one in these changes, in the transaction that is going on. */
export async function receiptsOf(
  deps: Deps,
  actor: Actor,
  changes: readonly AgreementChange[],
): Promise<{ agreementId: string; revision: number; jws: string }[]> {
  const signed = await Promise.all(changes.flatMap((changed) => changed.events.map((_, nth) => receiptOf(deps, actor, changed, nth))))
  const receipts = signed.filter((receipt) => receipt !== undefined)
  keepReceipts(deps.database, receipts)
  return receipts
}

/** The same for an act in one agreement. */
export async function receipted(deps: Deps, actor: Actor, act: () => Promise<AgreementChange>): Promise<Receipted> {
  const [only] = await receiptedAll(deps, actor, async () => [await act()])
  if (!only) throw new Error('an act without a change has no receipt')
  return only
}

/** The receipt of one event of a change, where it gets one. */
async function receiptOf(deps: Deps, actor: Actor, { id, at, events, entries }: AgreementChange, nth: number) {
  const event = events[nth]
  const entry = entries[nth]
  if (!event || !entry || !isReceipted(event.type)) return undefined
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
  return { agreementId: id, revision: entry.revision, jws: await deps.sign(receipt, 'receipt') }
}

const isReceipted = (type: string): type is ReceiptedEvent => receiptedEvents.some((one) => one === type)

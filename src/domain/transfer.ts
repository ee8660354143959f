import { z } from 'zod'
import { type ById, type Context, type EventOf, type Evolvers, patch, put, room } from './event.ts'
import { guard } from './guard.ts'
import type { HasMandates } from './mandate.ts'
import { partyOf } from './party.ts'
import { refuse } from './refusal.ts'
import { assigned, type Colleague, type HasRoles, holdersOn, type RoleHolder, requireRole } from './role.ts'
import type { HasRound } from './round.ts'
import { text } from './text.ts'
import { dayOf, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

export const transferStates = ['offered', 'accepted', 'declined', 'withdrawn'] as const
export const Transfer = z
  .strictObject({
    id: uuid,
    roleId: uuid,
    taskIds: z.array(uuid),
    fromPersonId: uuid,
    fromPartyId: uuid,
    toPersonId: uuid,
    toPartyId: uuid,
    note: z.string(),
    openPoints: z.array(z.string()),
    state: z.enum(transferStates),
    offeredAt: instantOut,
    answeredAt: z.exactOptional(instantOut),
    reason: z.exactOptional(z.string()).describe('why it was accepted, declined, or taken back'),
  })
  .meta({ id: 'Transfer' })
export type Transfer = z.output<typeof Transfer>

export type HasTransfers = HasRound & HasMandates & HasRoles & { transfers: ById<Transfer> }

export const OfferTransfer = z
  .strictObject({
    taskIds: z.array(uuid).min(1).max(50),
    toPersonId: uuid,
    note: text(2000),
    openPoints: z.array(text(1000)).max(50).default([]),
  })
  .meta({ id: 'OfferTransfer' })
export type OfferTransfer = z.output<typeof OfferTransfer>

export const AnswerTransfer = z
  .strictObject({ decision: z.enum(['accepted', 'declined']), reason: text(1000).optional().describe('required when declined') })
  .meta({ id: 'AnswerTransfer' })
export type AnswerTransfer = z.output<typeof AnswerTransfer>

/** Offers chosen tasks to somebody else at the table, with a note and what is still open. It takes effect when they accept. */
export function offerTransfer(
  state: HasTransfers,
  roleId: string,
  input: OfferTransfer,
  receiver: Colleague | undefined,
  context: Context,
): TransferEvent[] {
  room(state.transfers)
  const { person, party } = guard(state, 'transfer-tasks', context)
  const role = requireRole(state, roleId)
  const toParty = receiver && partyOf(state, receiver.organisationId)
  if (toParty?.involvement !== 'seated') refuse('not-a-party', {}, '/toPersonId')
  if (input.toPersonId === person.personId) refuse('transfer-to-self', {}, '/toPersonId')
  const offered = new Set(
    Object.values(state.transfers).flatMap((transfer) =>
      transfer.roleId === roleId && transfer.state === 'offered' ? transfer.taskIds : [],
    ),
  )
  input.taskIds.forEach((id, index) => {
    if (offered.has(id)) refuse('already-done', { what: 'offer' }, `/taskIds/${index}`)
    const task = role.tasks.find((task) => task.id === id) ?? refuse('not-found', { what: 'task' }, `/taskIds/${index}`)
    const holder = role.holders.find((held) => held.personId === task.holderId)
    if (holder && holder.partyId !== party.id) refuse('not-yours', { what: 'task' }, `/taskIds/${index}`)
  })
  const { taskIds, toPersonId, note, openPoints } = input
  const transfer = {
    id: context.newId(),
    roleId,
    taskIds,
    fromPersonId: person.personId,
    fromPartyId: party.id,
    toPersonId,
    toPartyId: toParty.id,
    note,
    openPoints,
  }
  return [{ type: 'transfer-offered', data: transfer }]
}

/** A transfer of a role that waits for an answer. */
function requireOffered(state: HasTransfers, roleId: string, transferId: string, action: string): Transfer {
  requireRole(state, roleId)
  const transfer = state.transfers[transferId]
  if (!transfer || transfer.roleId !== roleId) refuse('not-found', { what: 'transfer' })
  return transfer.state === 'offered' ? transfer : refuse('wrong-state', { what: 'transfer', state: transfer.state, action })
}

export const WithdrawTransfer = z.strictObject({ reason: text(1000) }).meta({ id: 'WithdrawTransfer' })

/** The offering party takes an offer back that was not answered: its tasks can then be offered to somebody else. */
export function withdrawTransfer(
  state: HasTransfers,
  roleId: string,
  transferId: string,
  input: z.output<typeof WithdrawTransfer>,
  context: Context,
): TransferEvent[] {
  const { party } = guard(state, 'transfer-tasks', context)
  const transfer = requireOffered(state, roleId, transferId, 'withdraw')
  if (transfer.fromPartyId !== party.id) refuse('not-yours', { what: 'transfer' })
  return [{ type: 'transfer-withdrawn', data: { transferId, reason: input.reason } }]
}

/** The receiver accepts or declines. Accepting moves the tasks, and makes them a holder of the role where they were none. */
export function answerTransfer(
  state: HasTransfers,
  roleId: string,
  transferId: string,
  input: AnswerTransfer,
  context: Context,
): TransferEvent[] {
  const { person } = guard(state, 'transfer-tasks', context)
  const role = requireRole(state, roleId)
  const transfer = requireOffered(state, roleId, transferId, input.decision)
  if (transfer.toPersonId !== person.personId) refuse('not-yours', { what: 'transfer' })
  if (input.decision === 'declined') {
    const reason = input.reason ?? refuse('reason-required', {}, '/reason')
    return [{ type: 'transfer-declined', data: { transferId, reason } }]
  }
  const today = dayOf(context.now)
  const holds = holdersOn(role, today).some((holder) => holder.personId === person.personId)
  const holder = holds ? undefined : { id: context.newId(), personId: person.personId, partyId: transfer.toPartyId, fromDate: today }
  return [
    {
      type: 'transfer-accepted',
      data: { transferId, roleId, taskIds: transfer.taskIds, ...(holder && { holder }), ...(input.reason && { reason: input.reason }) },
    },
  ]
}

export const transferEvents = {
  'transfer-offered': (state, data: Omit<Transfer, 'state' | 'offeredAt'>, { at }) => ({
    transfers: put(state.transfers, { ...data, state: 'offered', offeredAt: at }),
  }),
  'transfer-accepted': (
    state,
    data: { transferId: string; roleId: string; taskIds: string[]; holder?: RoleHolder; reason?: string },
    { at, revision },
  ) => {
    const to = state.transfers[data.transferId]?.toPersonId ?? ''
    return {
      transfers: patch(state.transfers, data.transferId, {
        state: 'accepted',
        answeredAt: at,
        ...(data.reason && { reason: data.reason }),
      }),
      roles: patch(state.roles, data.roleId, (role) => ({
        tasks: assigned(role.tasks, to, (task) => data.taskIds.includes(task.id)),
        holders: data.holder ? [...role.holders, data.holder] : role.holders,
        revision,
      })),
    }
  },
  'transfer-withdrawn': (state, data: { transferId: string; reason: string }, { at }) => ({
    transfers: patch(state.transfers, data.transferId, { state: 'withdrawn', answeredAt: at, reason: data.reason }),
  }),
  'transfer-declined': (state, data: { transferId: string; reason: string }, { at }) => ({
    transfers: patch(state.transfers, data.transferId, { state: 'declined', answeredAt: at, reason: data.reason }),
  }),
} satisfies Evolvers<HasTransfers>
export type TransferEvent = EventOf<typeof transferEvents>

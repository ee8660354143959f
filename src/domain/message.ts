import { z } from 'zod'
import type { Context, EventOf, Evolvers } from './event.ts'
import { guard } from './guard.ts'
import type { HasMandates } from './mandate.ts'
import { requireParty } from './party.ts'
import { type Reason, refuse, refuseAll } from './refusal.ts'
import type { HasRound } from './round.ts'
import { text } from './text.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** The parts of a complete message where the ground rules name none: one, in which everything is said. */
const standardMessageParts = ['message'] as const

export const SendMessage = z
  .strictObject({
    toPartyIds: z.array(uuid).min(1).max(100).describe('the parties that read it, beside your own'),
    parts: z
      .array(z.strictObject({ name: text(100), text: text(4000) }))
      .min(1)
      .max(20)
      .describe('one for each part that the ground rules name (`messageParts`); `message` where they name none'),
  })
  .meta({ id: 'SendMessage' })
export type SendMessage = z.output<typeof SendMessage>

/** A complete message: said by one party to others, about what goes wrong between them, and to be read by them alone. */
export const Message = z
  .strictObject({
    id: uuid,
    agreementId: uuid,
    partyId: uuid,
    personId: uuid,
    toPartyIds: z.array(uuid),
    parts: z.array(z.strictObject({ name: z.string(), text: z.string() })),
    at: instantOut,
  })
  .meta({ id: 'Message' })
export type Message = z.output<typeof Message>

/** A message with the organisations that it is for, which the database goes by. */
export type Sent = Message & { toOrganisationIds: readonly string[] }

/** The last message that an organisation sent: it is in the history of that organisation, and in no agreement's. */
export type HasMessages = { sent?: Sent }

type Table = HasRound & HasMandates & { id: string }

/** Sends a complete message to other parties at a table. */
export function sendMessage(table: Table, input: SendMessage, context: Context): MessageEvent[] {
  const { party, person } = guard(table, 'send-message', context)
  const to = [...new Set(input.toPartyIds)].map((id, nth) => requireParty(table, id, `/toPartyIds/${nth}`))
  if (to.some(({ id }) => id === party.id)) refuse('message-to-self', {}, '/toPartyIds')
  refuseAll(unfit(input, table.rules.messageParts ?? standardMessageParts))
  const data = {
    id: context.newId(),
    agreementId: table.id,
    partyId: party.id,
    personId: person.personId,
    toPartyIds: to.map(({ id }) => id),
    toOrganisationIds: to.map(({ organisationId }) => organisationId),
    parts: input.parts,
  }
  return [{ type: 'message-sent', data }]
}

/** Where a message has not each of the parts that the table named, once. */
const unfit = ({ parts }: SendMessage, names: readonly string[]): Reason[] => [
  ...names
    .filter((name) => !parts.some((part) => part.name === name))
    .map((part): Reason => ({ code: 'message-part-missing', params: { part }, pointer: '/parts' })),
  ...parts.flatMap(({ name }, nth): Reason[] => {
    const twice = parts.findIndex((part) => part.name === name) < nth
    return names.includes(name) && !twice ? [] : [{ code: 'message-part-unknown', pointer: `/parts/${nth}/name` }]
  }),
]

export const messageEvents = {
  'message-sent': (_state, data: Omit<Sent, 'at'>, { at }) => ({ sent: { ...data, at } }),
} satisfies Evolvers<HasMessages>
export type MessageEvent = EventOf<typeof messageEvents>

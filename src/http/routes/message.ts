import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { sendMessage } from '../../actions/message.ts'
import { Message, SendMessage } from '../../domain/message.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findMessage, listMessages } from '../../store/message.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, ofAgreement } from '../params.ts'

const tag = 'Parties'

/** Complete messages: what parties say to each other about what goes wrong, and nobody else reads. */
export function messageRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/messages',
    id: 'listMessages',
    tag,
    summary: { en: 'The complete messages that your party sent or was sent', nl: 'De complete boodschappen van en aan uw partij' },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Message, 'MessagePage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { docs } = await listMessages(database, await call.actor(), call.params.agreementId, { after, limit: call.query.limit + 1 })
      return page(call, docs, { keys: (message) => [message.id], item: (message) => message })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/messages',
    id: 'sendMessage',
    tag,
    summary: { en: 'Send a complete message to other parties', nl: 'Een complete boodschap sturen aan andere partijen' },
    description: {
      en: 'About what goes wrong between you. Only your party and those that it is for read it. Its parts are those that the ground rules name.',
      nl: 'Over wat er tussen u misgaat. Alleen uw partij en wie zij het stuurt, lezen haar. De delen zijn die van de spelregels.',
    },
    access: 'person',
    params: z.strictObject(ofAgreement),
    body: SendMessage,
    example: {
      toPartyIds: [anId],
      parts: [{ name: 'message', text: 'Drie keer ging u zonder ons langs. Wij staan dan voor een dichte deur; bel ons voortaan vooraf.' }],
    },
    answer: { status: 201, schema: Message, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const { state } = await sendMessage(deps, await actor(), { ...params, ifMatch }, body)
      const { toOrganisationIds: _, ...message } = state.sent ?? refuse('not-found', { what: 'message' })
      return { body: message, location: `/agreements/${params.agreementId}/messages/${message.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/messages/:messageId',
    id: 'getMessage',
    tag,
    summary: { en: 'A complete message', nl: 'Een complete boodschap' },
    access: 'member',
    params: z.strictObject({ ...ofAgreement, messageId: id }),
    answer: { status: 200, schema: Message },
    handle: async ({ actor, params }) => ({
      body: (await findMessage(database, await actor(), params.agreementId, params.messageId)).doc,
    }),
  })
}

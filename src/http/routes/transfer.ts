import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type AgreementChange, madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { answerTransfer, offerTransfer, withdrawTransfer } from '../../actions/transfer.ts'
import { refuse } from '../../domain/refusal.ts'
import { AnswerTransfer, OfferTransfer, Transfer, transferStates, WithdrawTransfer } from '../../domain/transfer.ts'
import { uuid } from '../../domain/uuid.ts'
import { findTransfer, listTransfers } from '../../store/transfer.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, ofAgreement } from '../params.ts'

const tag = 'Roles'
const ofRole = { ...ofAgreement, roleId: id }
const one = z.strictObject(ofRole)

/** Tasks change hands: offered, and theirs once the receiver accepts. */
export function transferRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps
  const transfer = z.strictObject({ ...ofRole, transferId: id })
  const changedTransfer = ({ state, revision }: AgreementChange, transferId: string) => {
    const body = state.transfers[transferId] ?? refuse('not-found', { what: 'transfer' })
    return { body, etag: etagOfBody(revision, body) }
  }

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/roles/:roleId/transfers',
    id: 'listTransfers',
    tag,
    summary: { en: 'The transfers of tasks of a role', nl: 'De overdrachten van taken van een rol' },
    access: 'member',
    params: one,
    query: z.strictObject({ ...pageQuery(), state: z.enum(transferStates).optional() }),
    answer: { status: 200, schema: pageOf(Transfer, 'TransferPage') },
    handle: async (call) => {
      const { state, limit } = call.query
      const after = position(call, z.tuple([uuid]))
      const { docs } = await listTransfers(database, await call.actor(), call.params, { state, after, limit: limit + 1 })
      return page(call, docs, { keys: (item) => [item.id], item: (item) => item })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/roles/:roleId/transfers',
    id: 'offerTransfer',
    tag,
    summary: { en: 'Offer tasks to somebody else at the table', nl: 'Taken aanbieden aan iemand anders aan tafel' },
    description: {
      en: 'With a note and what is still open. It takes effect when the receiver accepts.',
      nl: 'Met een toelichting en wat nog open staat. De overdracht gaat in als de ontvanger aanvaardt.',
    },
    access: 'person',
    params: one,
    body: OfferTransfer,
    example: { taskIds: [anId], toPersonId: anId, note: 'Ik ben tot januari met verlof.', openPoints: ['Terugbellen op maandag'] },
    answer: { status: 201, schema: Transfer, etag: true, location: true },
    handle: async ({ actor, params: { agreementId, roleId }, body, ifMatch }) => {
      const changed = await offerTransfer(deps, await actor(), { agreementId, ifMatch }, roleId, body)
      const made = changedTransfer(changed, madeId(changed, 'transfer-offered'))
      return { ...made, location: `/agreements/${agreementId}/roles/${roleId}/transfers/${made.body.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/roles/:roleId/transfers/:transferId',
    id: 'getTransfer',
    tag,
    summary: { en: 'One transfer', nl: 'Eén overdracht' },
    access: 'member',
    params: transfer,
    answer: { status: 200, schema: Transfer, etag: true },
    handle: async ({ actor, params: { transferId, ...role } }) => {
      const { doc: body, revision } = await findTransfer(database, await actor(), role, transferId)
      return { body, etag: etagOfBody(revision, body) }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/roles/:roleId/transfers/:transferId/answers',
    id: 'answerTransfer',
    tag,
    summary: { en: 'Accept or decline tasks that are offered to you', nl: 'Aangeboden taken aanvaarden of afwijzen' },
    access: 'person',
    params: transfer,
    body: AnswerTransfer,
    example: { decision: 'accepted' },
    answer: { status: 201, schema: Transfer, etag: true },
    handle: async ({ actor, params: { agreementId, roleId, transferId }, body, ifMatch }) =>
      changedTransfer(await answerTransfer(deps, await actor(), { agreementId, ifMatch }, roleId, transferId, body), transferId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/roles/:roleId/transfers/:transferId/withdrawals',
    id: 'withdrawTransfer',
    tag,
    summary: { en: 'Take back an offer of tasks that was not answered', nl: 'Een aanbod van taken terugnemen dat nog niet is beantwoord' },
    access: 'person',
    params: transfer,
    body: WithdrawTransfer,
    example: { reason: 'Een collega neemt het toch over.' },
    answer: { status: 201, schema: Transfer, etag: true },
    handle: async ({ actor, params: { agreementId, roleId, transferId }, body, ifMatch }) =>
      changedTransfer(await withdrawTransfer(deps, await actor(), { agreementId, ifMatch }, roleId, transferId, body), transferId),
  })
}

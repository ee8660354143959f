import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { grantMandate, renewMandate, withdrawMandate } from '../../actions/mandate.ts'
import type { Receipted } from '../../actions/receipt.ts'
import { MandateView, viewMandate } from '../../domain/mandate.ts'
import { GrantMandate, RenewMandate, WithdrawMandate } from '../../domain/mandate-acts.ts'
import { receiptOut } from '../../domain/proof.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findMandate, listMandates } from '../../store/mandate.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, ofAgreement } from '../params.ts'
import { times, timesOf } from '../times.ts'

const ofMandate = z.strictObject({ ...ofAgreement, mandateId: id })

const shown = (body: MandateView, revision: number) => ({ body, etag: etagOfBody(revision, body) })

const ReceiptedMandate = MandateView.extend({ receipt: receiptOut }).meta({ id: 'ReceiptedMandate' })

/** With the receipt beside it; the ETag is that of the mandate as reading gives it. */
const shownAfter = ({ state, at, revision, receipt }: Receipted, mandateId: string) => {
  const { body, etag } = shown(
    viewMandate(state.mandates[mandateId] ?? refuse('not-found', { what: 'mandate' }), at, state.mandates),
    revision,
  )
  return { body: { ...body, receipt }, etag }
}

/** Who may bind whom, to what and until when. */
export function mandateRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/mandates',
    id: 'listMandates',
    tag: 'Mandates',
    summary: { en: 'The mandates, and what each is worth', nl: 'De mandaten, en wat elk waard is' },
    description: {
      en: 'With `validAt` or `knownAt`: those that counted in the round of that moment.',
      nl: 'Met `geldigOp` of `beschikbaarOp`: die meetelden in de ronde van dat moment.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject({
      ...pageQuery(),
      ...times,
      party: id.optional().describe('only those of this party'),
      holder: id.optional().describe('only those of this person'),
    }),
    answer: { status: 200, schema: pageOf(MandateView, 'MandatePage') },
    handle: async (call) => {
      const { party, holder, limit } = call.query
      const after = position(call, z.tuple([uuid]))
      const filter = { partyId: party, holderId: holder }
      const { agreementId } = call.params
      const { docs, at, all } = await listMandates(deps.database, await call.actor(), agreementId, filter, timesOf(call.query), {
        after,
        limit: limit + 1,
      })
      return page(call, docs, { keys: ({ id }) => [id], item: (mandate) => viewMandate(mandate, at, all) })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/mandates',
    id: 'grantMandate',
    tag: 'Mandates',
    summary: { en: 'Grant a mandate to a colleague', nl: 'Verleen een mandaat aan een collega' },
    description: {
      en: 'By somebody who may grant for your organisation, or as a sub-mandate by the holder of its source. Nobody mandates themself.',
      nl: 'Door iemand die voor uw organisatie mag verlenen, of als ondermandaat door wie de bron heeft. Niemand mandateert zichzelf.',
    },
    access: 'person',
    params: z.strictObject(ofAgreement),
    body: GrantMandate,
    example: {
      holderId: anId,
      basis: 'Mandaatbesluit 2026, artikel 3',
      subjects: ['safety-planning'],
      limits: [{ measure: 'hours-per-week', maximum: 16 }],
      validUntil: '2027-11-21',
    },
    answer: { status: 201, schema: ReceiptedMandate, etag: true, location: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const changed = await grantMandate(deps, await actor(), { ...params, ifMatch }, body)
      const mandateId = madeId(changed, 'mandate-granted')
      return { ...shownAfter(changed, mandateId), location: `/agreements/${params.agreementId}/mandates/${mandateId}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/mandates/:mandateId',
    id: 'getMandate',
    tag: 'Mandates',
    summary: { en: 'A mandate, and what it is worth', nl: 'Een mandaat, en wat het waard is' },
    access: 'member',
    params: ofMandate,
    query: z.strictObject(times),
    answer: { status: 200, schema: MandateView, etag: true },
    handle: async ({ actor, params, query }) => {
      const when = timesOf(query)
      const { doc, at, all, revision } = await findMandate(deps.database, await actor(), params.agreementId, params.mandateId, when)
      return shown(viewMandate(doc, at, all), revision)
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/mandates/:mandateId/renewals',
    id: 'renewMandate',
    tag: 'Mandates',
    summary: { en: 'Renew a mandate after a meeting', nl: 'Vernieuw een mandaat na een bijeenkomst' },
    description: {
      en: 'It cites the meeting whose outcome was taken home: confirmed, narrowed or withdrawn. A concern enters the round as that of your party.',
      nl: 'Met verwijzing naar de bijeenkomst waarvan de uitkomst is voorgelegd: bevestigd, versmald of ingetrokken. Een zorg komt als die van uw partij in de ronde.',
    },
    access: 'person',
    params: ofMandate,
    body: RenewMandate,
    example: { meetingId: anId, decision: 'confirmed' },
    answer: { status: 201, schema: ReceiptedMandate, etag: true },
    handle: async ({ actor, params, ifMatch, body }) =>
      shownAfter(await renewMandate(deps, await actor(), { ...params, ifMatch }, params.mandateId, body), params.mandateId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/mandates/:mandateId/withdrawals',
    id: 'withdrawMandate',
    tag: 'Mandates',
    summary: { en: 'Withdraw a mandate', nl: 'Trek een mandaat in' },
    description: { en: 'What was promised under it stays.', nl: 'Wat eronder is toegezegd, blijft.' },
    access: 'person',
    params: ofMandate,
    body: WithdrawMandate,
    example: { reason: 'Een collega neemt het over.' },
    answer: { status: 201, schema: ReceiptedMandate, etag: true },
    handle: async ({ actor, params, ifMatch, body }) =>
      shownAfter(await withdrawMandate(deps, await actor(), { ...params, ifMatch }, params.mandateId, body), params.mandateId),
  })
}

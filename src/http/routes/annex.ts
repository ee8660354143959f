import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { consentToAnnex, objectToAnnex, proposeAccession, proposeExpulsion } from '../../actions/annex.ts'
import { type AgreementChange, madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { Annex, requireAnnex, viewAnnex } from '../../domain/annex.ts'
import { ConsentToAnnex, ObjectToAnnex, ProposeAccession, ProposeExpulsion } from '../../domain/annex-acts.ts'
import type { Instant } from '../../domain/time.ts'
import { uuid } from '../../domain/uuid.ts'
import { annexKinds } from '../../domain/version.ts'
import { findAnnex, listAnnexes } from '../../store/annex.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, ofAgreement } from '../params.ts'

const tag = 'Parties'
const one = z.strictObject({ ...ofAgreement, annexId: id })

const seen = (annex: Annex, at: Instant) => {
  const body = viewAnnex(annex, at)
  return { body, etag: etagOfBody(annex.revision, body) }
}
const changedAnnex = ({ state, at }: AgreementChange, annexId: string) => seen(requireAnnex(state, annexId), at)
const made = (changed: AgreementChange) => {
  const annexId = madeId(changed, 'annex-proposed')
  return { ...changedAnnex(changed, annexId), location: `/agreements/${changed.id}/annexes/${annexId}` }
}

/** Annexes: who joins and leaves what was adopted, without adopting it anew. */
export function annexRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/accessions',
    id: 'proposeAccession',
    tag,
    summary: {
      en: 'Ask to join what was adopted, or invite an organisation to',
      nl: 'Vragen om toe te treden, of een organisatie uitnodigen',
    },
    description: {
      en: 'A party that is not seated asks for itself; a seated one invites, and the organisation consents. With this the objection window begins. At its end it takes effect by itself, unless a seated party objects. An organisation without a place sees nothing before that: it is let in once the window has ended, reads, and then consents.',
      nl: 'Een partij die niet aan tafel zit, vraagt het voor zichzelf; een die er wel zit, nodigt uit, en de organisatie stemt in. Hiermee begint de bezwaartermijn. Aan het eind daarvan gaat toetreding vanzelf in, tenzij een partij aan tafel bezwaar maakt. Een organisatie zonder plaats ziet daarvóór niets: na de termijn wordt zij toegelaten, leest zij mee, en stemt zij dan in.',
    },
    access: 'person',
    params: z.strictObject(ofAgreement),
    body: ProposeAccession,
    example: { organisationId: anId, reason: 'Zij begeleiden dezelfde gezinnen.' },
    answer: { status: 201, schema: Annex, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => made(await proposeAccession(deps, await actor(), { ...params, ifMatch }, body)),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/parties/:partyId/expulsions',
    id: 'proposeExpulsion',
    tag,
    summary: { en: 'Propose that a party has to leave', nl: 'Voorstellen dat een partij moet vertrekken' },
    description: {
      en: 'Every other seated party has to consent, never the one that it is about; after the objection window it takes effect by itself.',
      nl: 'Elke andere partij aan tafel moet instemmen, nooit de partij om wie het gaat; na de bezwaartermijn gaat het vanzelf in.',
    },
    access: 'person',
    params: z.strictObject({ ...ofAgreement, partyId: id }),
    body: ProposeExpulsion,
    example: { reason: 'Drie rondes lang is geen afspraak nagekomen.' },
    answer: { status: 201, schema: Annex, etag: true, location: true },
    handle: async ({ actor, params: { partyId, ...params }, body, ifMatch }) =>
      made(await proposeExpulsion(deps, await actor(), { ...params, ifMatch }, partyId, body)),
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/annexes',
    id: 'listAnnexes',
    tag,
    summary: { en: 'Who joined and left what was adopted', nl: 'Wie toetrad tot wat is vastgesteld, en wie vertrok' },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject({ ...pageQuery(), kind: z.enum(annexKinds).optional() }),
    answer: { status: 200, schema: pageOf(Annex, 'AnnexPage') },
    handle: async (call) => {
      const { kind, limit } = call.query
      const after = position(call, z.tuple([uuid]))
      const { docs, now } = await listAnnexes(deps.database, await call.actor(), call.params.agreementId, { kind, after, limit: limit + 1 })
      return page(call, docs, { keys: ({ id }) => [id], item: (annex) => viewAnnex(annex, now) })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/annexes/:annexId',
    id: 'getAnnex',
    tag,
    summary: { en: 'An annex', nl: 'Een aanhangsel' },
    access: 'member',
    params: one,
    answer: { status: 200, schema: Annex, etag: true },
    handle: async ({ actor, params }) => {
      const { doc, now } = await findAnnex(deps.database, await actor(), params.agreementId, params.annexId)
      return seen(doc, now)
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/annexes/:annexId/consents',
    id: 'consentToAnnex',
    tag,
    summary: {
      en: 'Let in who was invited, consent to joining, or to the expulsion of another',
      nl: 'Een uitgenodigde toelaten, instemmen met toetreden, of met het royement van een ander',
    },
    description: {
      en: 'Under a mandate. Once the objection window of an invitation has ended, a seated party lets the organisation in, unless a next version is being deliberated on; that then consents to joining. To an expulsion every other seated party consents.',
      nl: 'Onder een mandaat. Na de bezwaartermijn van een uitnodiging laat een partij aan tafel de organisatie toe, tenzij er over een volgende versie wordt overlegd; die stemt daarna in met toetreden. Met een royement stemt elke andere partij aan tafel in.',
    },
    access: 'person',
    params: one,
    body: ConsentToAnnex,
    example: { legalBasis: { basis: 'Jeugdwet, artikel 7.4.0', processingRecord: 'Register 2026, nummer 14' } },
    answer: { status: 201, schema: Annex, etag: true },
    handle: async ({ actor, params: { agreementId, annexId }, body, ifMatch }) =>
      changedAnnex(await consentToAnnex(deps, await actor(), { agreementId, ifMatch }, annexId, body), annexId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/annexes/:annexId/objections',
    id: 'objectToAnnex',
    tag,
    summary: { en: 'Object before it takes effect', nl: 'Bezwaar maken voordat het ingaat' },
    description: {
      en: 'By any other seated party, with a reason: it does not take effect, and is on the agenda of the next round.',
      nl: 'Door elke andere partij aan tafel, met een reden: het gaat niet in, en staat op de agenda van de volgende ronde.',
    },
    access: 'person',
    params: one,
    body: ObjectToAnnex,
    example: { reason: 'Eerst willen we weten wie wat doet.' },
    answer: { status: 201, schema: Annex, etag: true },
    handle: async ({ actor, params: { agreementId, annexId }, body, ifMatch }) =>
      changedAnnex(await objectToAnnex(deps, await actor(), { agreementId, ifMatch }, annexId, body), annexId),
  })
}

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createAgreement, endAgreement, patchSettings } from '../../actions/agreement.ts'
import type { AgreementChange } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import type { Actor } from '../../domain/actor.ts'
import { kinds } from '../../domain/adoption.ts'
import { CreateAgreement, EndAgreement, FoundingRules, visibilities } from '../../domain/agreement.ts'
import {
  AgreementSummary,
  AgreementView,
  Ending,
  type Header,
  viewAgreement,
  viewEnding,
  viewSummary,
} from '../../domain/agreement-view.ts'
import { agreementStatuses } from '../../domain/round.ts'
import { uuid } from '../../domain/uuid.ts'
import { agreementSeen } from '../../store/agreement.ts'
import { listAgreements } from '../../store/agreement-list.ts'
import { etagOf, etagOfBody } from '../etag.ts'
import { readMerged } from '../input.ts'
import type { Language } from '../negotiate.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, ofAgreement } from '../params.ts'
import { describeReasons, Missing } from '../reasons.ts'
import { times, timesOf } from '../times.ts'

const Agreement = AgreementView.extend({
  missing: z.array(Missing).describe('while deliberating: every condition of adoption that is not met yet'),
}).meta({ id: 'Agreement' })

const Settings = z.strictObject({ visibility: z.enum(visibilities), groundRules: FoundingRules })
const SettingsPatch = z
  .record(z.string(), z.unknown())
  .meta({ id: 'SettingsPatch', description: 'A merge patch (RFC 7396) of `visibility` and `groundRules`.' })

const params = z.strictObject(ofAgreement)

const shown = ({ missing, ...view }: ReturnType<typeof viewAgreement>, language: Language, revision: number) => {
  const body = { ...view, missing: describeReasons(missing, language) }
  return { body, etag: etagOfBody(revision, body) }
}

const shownAfter = ({ state, at, revision }: AgreementChange, actor: Actor, language: Language) =>
  shown(viewAgreement(state, actor, at), language, revision)

/** Agreements, for those at their tables; for others they do not exist. */
export function agreementRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements',
    id: 'listAgreements',
    tag: 'Agreements',
    summary: { en: 'The agreements at whose table you are', nl: 'De overeenstemmingen waarbij u aan tafel zit' },
    access: 'member',
    query: z.strictObject({
      ...pageQuery(['-createdAt', 'title']),
      kind: z.enum(kinds).optional(),
      status: z.enum(agreementStatuses).optional(),
      network: id.optional().describe('only those in this network'),
      under: id.optional().describe('only those under this covenant'),
    }),
    answer: { status: 200, schema: pageOf(AgreementSummary, 'AgreementPage') },
    handle: async (call) => {
      const { kind, status, network, under, sort, limit } = call.query
      const after = position(call, z.tuple([z.string(), uuid]))
      const filter = { kind, status, networkId: network, underId: under }
      const { docs, now } = await listAgreements<Header>(deps.database, await call.actor(), filter, { sort, after, limit: limit + 1 })
      return page(call, docs, {
        keys: ({ title, createdAt, id }) => [sort === 'title' ? title : createdAt, id],
        item: (header) => viewSummary(header, now),
      })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements',
    id: 'createAgreement',
    tag: 'Agreements',
    summary: { en: 'Start an agreement with its founding parties', nl: 'Begin een overeenstemming met de eerste partijen' },
    description: {
      en: 'Your organisation is seated; the others take the place that you give them. The first round opens when you say so.',
      nl: 'Uw organisatie zit aan tafel; de andere krijgen de plaats die u geeft. De eerste ronde begint wanneer u dat zegt.',
    },
    access: 'person',
    body: CreateAgreement,
    example: {
      kind: 'two',
      title: 'Veilig thuis na een melding',
      purpose: 'Elk gezin weet binnen een week wie het helpt.',
      parties: [{ organisationId: anId, involvement: 'seated' }],
    },
    answer: { status: 201, schema: Agreement, etag: true, location: true },
    handle: async (call) => {
      const actor = await call.actor()
      const created = await createAgreement(deps, actor, call.body)
      return { ...shownAfter(created, actor, call.language), location: `/agreements/${created.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId',
    id: 'getAgreement',
    tag: 'Agreements',
    summary: {
      en: 'An agreement: where it stands, what you may do, what is missing',
      nl: 'Een overeenstemming: hoe het ervoor staat, wat u mag, wat er nog ontbreekt',
    },
    access: 'member',
    params,
    query: z.strictObject(times),
    answer: { status: 200, schema: Agreement, etag: true },
    handle: async (call) => {
      const actor = await call.actor()
      const when = timesOf(call.query)
      const { state, at, revision } = await agreementSeen(deps.database, actor, call.params.agreementId, when)
      const now = Object.keys(when).length === 0
      return shown(viewAgreement(state, now ? actor : undefined, at), call.language, revision)
    },
  })

  operation(app, {
    method: 'PATCH',
    path: '/agreements/:agreementId',
    id: 'changeSettings',
    tag: 'Agreements',
    summary: { en: 'Change who may read, or the founding ground rules', nl: 'Wijzig wie mag lezen, of de spelregels bij het begin' },
    description: {
      en: 'The founding ground rules can be changed until the first hearing; after that only an adopted version changes them.',
      nl: 'De spelregels van het begin zijn te wijzigen tot de eerste hoor en wederhoor; daarna wijzigt alleen een vastgestelde versie ze.',
    },
    access: 'person',
    params,
    body: SettingsPatch,
    example: { visibility: 'network', groundRules: { renewalGraceDays: 21 } },
    answer: { status: 200, schema: Agreement, etag: true },
    handle: async (call) => {
      const actor = await call.actor()
      const target = { ...call.params, ifMatch: call.ifMatch }
      const changed = await patchSettings(deps, actor, target, call.body, (merged) => readMerged(Settings, merged))
      return shownAfter(changed, actor, call.language)
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/ending',
    id: 'getEnding',
    tag: 'Agreements',
    summary: { en: 'Who consents to ending, and for whom it waits', nl: 'Wie instemt met beëindigen, en op wie het wacht' },
    access: 'member',
    params,
    answer: { status: 200, schema: Ending, etag: true },
    handle: async ({ actor, params }) => {
      const { state, revision } = await agreementSeen(deps.database, await actor(), params.agreementId)
      return { body: viewEnding(state), etag: etagOf(revision) }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/ending',
    id: 'endAgreement',
    tag: 'Agreements',
    summary: { en: 'Consent to ending, for your party', nl: 'Stem in met beëindigen, voor uw partij' },
    description: {
      en: 'It ends when every seated party has consented; a draft ends at once.',
      nl: 'Het eindigt wanneer elke partij aan tafel heeft ingestemd; een concept eindigt meteen.',
    },
    access: 'person',
    params,
    body: EndAgreement,
    example: { reason: 'De afspraken zijn opgenomen in het nieuwe convenant.' },
    answer: { status: 201, schema: Ending, etag: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state, revision } = await endAgreement(deps, await actor(), { ...params, ifMatch }, body)
      return { body: viewEnding(state), etag: etagOf(revision) }
    },
  })
}

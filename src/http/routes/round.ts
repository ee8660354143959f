import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AgreementChange } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { adopt, callImpasse, closeRound, leaveImpasse, openRound } from '../../actions/round.ts'
import { Adopt, viewAdoption } from '../../domain/adoption.ts'
import { CallImpasse, LeaveImpasse, OpenRound } from '../../domain/agreement.ts'
import { AdoptedVersion } from '../../domain/agreement-view.ts'
import { receiptOut } from '../../domain/proof.ts'
import { RoundDetail, type RoundMatter, roundMatter, viewRoundDetail } from '../../domain/reflection.ts'
import { refuse } from '../../domain/refusal.ts'
import { AgendaItem, Impasse, RoundView, roundStates, viewRound } from '../../domain/round.ts'
import { uuid } from '../../domain/uuid.ts'
import { listImpasses, listRounds, roundSeen } from '../../store/round.ts'
import { etagOf, etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageOfAll, pageQuery, position } from '../page.ts'
import { id, ofAgreement, ofRound } from '../params.ts'
import { describeReasons, Missing } from '../reasons.ts'

const tag = 'Rounds'

const Adoption = z
  .strictObject({
    roundNumber: z.int(),
    state: z.enum(roundStates),
    possible: z.boolean().describe('nothing is missing, and the round is deliberating'),
    textDigest: z.exactOptional(z.string()).describe('the text as it would be adopted now'),
    version: z.exactOptional(z.int()).describe('the version that this round adopted'),
    elements: z
      .exactOptional(z.strictObject({ filled: z.int(), of: z.int() }))
      .describe('how many of the nine elements of the text being deliberated on are filled'),
    missing: z.array(Missing).describe('every condition that is not met'),
  })
  .meta({ id: 'Adoption' })

const JustAdopted = AdoptedVersion.extend({ receipt: receiptOut }).meta({ id: 'JustAdopted' })

const detail = (matter: RoundMatter, { at, revision }: Pick<AgreementChange, 'at' | 'revision'>) => {
  const body = viewRoundDetail(matter, at)
  return { body, etag: etagOfBody(revision, body) }
}

/** A round as a change leaves it. */
export const changedRound = (changed: AgreementChange) =>
  detail(roundMatter(changed.state, changed.state.round?.number ?? 0) ?? refuse('not-found', { what: 'round' }), changed)

/** Rounds: one turn of the cycle each. What is said in them has files of its own. */
export function roundRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds',
    id: 'listRounds',
    tag,
    summary: { en: 'The rounds of an agreement, first to last', nl: 'De rondes van een overeenstemming, van eerste tot laatste' },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(RoundView, 'RoundPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([z.int()]))
      const slice = { after, limit: call.query.limit + 1 }
      const { docs, now } = await listRounds(database, await call.actor(), call.params.agreementId, slice)
      return page(call, docs, { keys: ({ number }) => [number], item: (round) => viewRound(round, now) })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds',
    id: 'openRound',
    tag,
    summary: { en: 'Open the first or the next round', nl: 'De eerste of de volgende ronde openen' },
    description: {
      en: 'The next round opens once the one before has closed, and begins with the agenda that reflecting made.',
      nl: 'De volgende ronde kan open als de vorige is afgesloten, en begint met de agenda die uit de reflectie volgt.',
    },
    access: 'person',
    params: z.strictObject(ofAgreement),
    body: OpenRound,
    example: { reason: 'De weekenddienst is geregeld, dus we kunnen verder.' },
    answer: { status: 201, schema: RoundDetail, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = changedRound(await openRound(deps, await actor(), { ...params, ifMatch }, body))
      return { ...changed, location: `/agreements/${params.agreementId}/rounds/${changed.body.number}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber',
    id: 'getRound',
    tag,
    summary: { en: 'A round as it stands now', nl: 'Een ronde zoals die er nu voor staat' },
    description: {
      en: 'The state follows the clock: reflecting opens by itself on the review day. The pulse shows averages only.',
      nl: 'De toestand volgt de klok: reflecteren begint vanzelf op de evaluatiedag. De sfeermeting toont alleen gemiddelden.',
    },
    access: 'member',
    params: z.strictObject(ofRound),
    answer: { status: 200, schema: RoundDetail, etag: true },
    handle: async ({ actor, params }) => {
      const { matter, ...seen } = await roundSeen(database, await actor(), params)
      return detail(matter, seen)
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/agenda',
    id: 'getAgenda',
    tag,
    summary: { en: 'What the round starts from', nl: 'Waar de ronde mee begint' },
    description: {
      en: 'Reflections, open concerns, dissents with what practice showed of them, and recommendations of the round before. The text cites them in `buildsOn`.',
      nl: 'Reflecties, open zorgen, verschillen van mening met wat de praktijk liet zien, en aanbevelingen uit de vorige ronde. De tekst verwijst ernaar in `buildsOn`.',
    },
    access: 'member',
    params: z.strictObject(ofRound),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(AgendaItem, 'AgendaPage') },
    handle: async (call) => {
      const { matter } = await roundSeen(database, await call.actor(), call.params)
      // In its own order. A cursor names a place in it: the agenda of a round never changes.
      const places = matter.round.agenda.map((item, index) => ({ item, place: String(index).padStart(6, '0') }))
      return pageOfAll(call, places, { key: ({ place }) => place, item: ({ item }) => item })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/adoption',
    id: 'getAdoption',
    tag,
    summary: { en: 'What is still missing for adoption', nl: 'Wat er nog ontbreekt om vast te stellen' },
    access: 'member',
    params: z.strictObject(ofRound),
    answer: { status: 200, schema: Adoption, etag: true },
    handle: async ({ actor, params, language }) => {
      const { state, at, revision } = await roundSeen(database, await actor(), params)
      const { missing, ...adoption } = viewAdoption(state, params.roundNumber, at)
      const body = { ...adoption, missing: describeReasons(missing, language) }
      return { body, etag: etagOfBody(revision, body) }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/adoption',
    id: 'adopt',
    tag,
    summary: { en: 'Adopt the text as the next version', nl: 'De tekst vaststellen als volgende versie' },
    description: {
      en: 'Publishes an immutable, signed version. Refused with every unmet condition at once, and when the text is not the one that was read.',
      nl: 'Publiceert een onveranderlijke, ondertekende versie. Geweigerd met alle ontbrekende voorwaarden tegelijk, en als de tekst niet meer is wat gelezen werd.',
    },
    access: 'person',
    params: z.strictObject(ofRound),
    body: Adopt,
    example: { textDigest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
    answer: { status: 201, schema: JustAdopted, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const { state, receipt } = await adopt(deps, await actor(), { ...params, ifMatch }, body)
      const version = state.versions.find(({ number }) => number === params.roundNumber) ?? refuse('not-found', { what: 'version' })
      return {
        body: { agreementId: state.id, kind: state.kind, ...version, receipt },
        // As reading the version gives it: a version never changes.
        etag: etagOf(version.number),
        location: `/agreements/${params.agreementId}/versions/${version.number}`,
      }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/closure',
    id: 'closeRound',
    tag,
    summary: { en: 'Close the round', nl: 'De ronde afsluiten' },
    description: {
      en: 'When every seated party has reflected, or after the deadline: then naming who did not.',
      nl: 'Als elke partij met een stem heeft gereflecteerd, of na de termijn: dan met vermelding van wie dat niet deed.',
    },
    access: 'person',
    params: z.strictObject(ofRound),
    answer: { status: 201, schema: RoundDetail, etag: true },
    handle: async ({ actor, params, ifMatch }) => changedRound(await closeRound(deps, await actor(), { ...params, ifMatch })),
  })

  impasseRoutes(app, deps)
}

function impasseRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/impasses',
    id: 'listImpasses',
    tag,
    summary: { en: 'The impasses of a round', nl: 'De impasses van een ronde' },
    access: 'member',
    params: z.strictObject(ofRound),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Impasse, 'ImpassePage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { docs } = await listImpasses(deps.database, await call.actor(), call.params, { after, limit: call.query.limit + 1 })
      return page(call, docs, { keys: (impasse) => [impasse.id], item: (impasse) => impasse })
    },
  })

  const lastImpasse = ({ state }: AgreementChange) => ({ body: state.round?.impasse ?? refuse('not-found', { what: 'impasse' }) })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/impasses',
    id: 'callImpasse',
    tag,
    summary: { en: 'Say that deliberating is stuck', nl: 'Zeggen dat het overleg vastzit' },
    description: {
      en: 'Nobody takes a stance or adopts until a way out is chosen.',
      nl: 'Niemand bepaalt een opstelling of stelt vast, totdat een uitweg is gekozen.',
    },
    access: 'person',
    params: z.strictObject(ofRound),
    body: CallImpasse,
    example: { reason: 'Over de bereikbaarheid in het weekend draaien we rond.' },
    answer: { status: 201, schema: Impasse },
    handle: async ({ actor, params, body, ifMatch }) => lastImpasse(await callImpasse(deps, await actor(), { ...params, ifMatch }, body)),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/impasses/:impasseId/exits',
    id: 'leaveImpasse',
    tag,
    summary: { en: 'Choose a way out of the impasse', nl: 'Een uitweg uit de impasse kiezen' },
    description: {
      en: '`mediate`, `escalate` and `new-proposal` resume deliberating at once; `park` waits for its day.',
      nl: 'Met `mediate`, `escalate` en `new-proposal` gaat het overleg meteen verder; `park` wacht op zijn dag.',
    },
    access: 'person',
    params: z.strictObject({ ...ofRound, impasseId: id }),
    body: LeaveImpasse,
    example: { exit: 'mediate', note: 'De onafhankelijk voorzitter praat met beide partijen.' },
    answer: { status: 201, schema: Impasse },
    handle: async ({ actor, params: { impasseId, ...round }, body, ifMatch }) =>
      lastImpasse(await leaveImpasse(deps, await actor(), { ...round, ifMatch }, impasseId, body)),
  })
}

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AgreementChange } from '../../actions/change.ts'
import { answerCommitment, offerCommitment, reportProgress, reviseCommitment, withdrawCommitment } from '../../actions/commitment.ts'
import type { Deps } from '../../actions/deps.ts'
import type { Actor } from '../../domain/actor.ts'
import {
  AnswerCommitment,
  type Commitment,
  CommitmentView,
  commitmentStates,
  liveCommitment,
  liveCommitments,
  OfferCommitment,
  Progress,
  type Promised,
  ReportProgress,
  viewCommitment,
} from '../../domain/commitment.ts'
import type { Instant } from '../../domain/time.ts'
import { agreementSeen } from '../../store/agreement.ts'
import { commitmentsOfVersion, findCommitment, progressOf } from '../../store/commitment.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageOfAll, pageQuery, position } from '../page.ts'
import { anId, id, number, ofAgreement } from '../params.ts'

const tag = 'Commitments'
const one = z.strictObject({ ...ofAgreement, commitmentId: id })

const seen = (commitment: Commitment | Promised, at: Instant) => {
  const body = viewCommitment(commitment, at)
  return { body, etag: etagOfBody(commitment.revision, body) }
}
const changedCommitment = ({ state, at }: AgreementChange, commitmentId: string) => seen(liveCommitment(state, commitmentId), at)

const terms: z.input<typeof OfferCommitment> = {
  what: 'De wijkagent gaat binnen twee dagen mee op bezoek',
  ownerPartyId: anId,
  roleId: anId,
  subject: 'home-visits',
  demands: [{ measure: 'hours-per-week', amount: 8 }],
  ongoing: true,
}

/** The commitments to list: of one version, or those that count now. */
async function listed(deps: Deps, actor: Actor, agreementId: string, version: number | undefined) {
  if (version === undefined) {
    const { state, at } = await agreementSeen(deps.database, actor, agreementId)
    return liveCommitments(state).map((commitment) => viewCommitment(commitment, at))
  }
  const { docs, now } = await commitmentsOfVersion(deps.database, actor, agreementId, version)
  return docs.map((commitment) => viewCommitment(commitment, now))
}

/** Commitments: who does what by when, in which role. */
export function commitmentRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/commitments',
    id: 'listCommitments',
    tag,
    summary: { en: 'The commitments that count now', nl: 'De afspraken die er nu toe doen' },
    description: {
      en: 'Those that were promised and are being kept, and those that are being deliberated on; with `version`, all of that version. One that is offered anew shows once for each version.',
      nl: 'Wat is toegezegd en wordt nagekomen, en waarover wordt overlegd; met `version` alle van die versie. Wat opnieuw is aangeboden, staat er voor elke versie een keer.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject({
      ...pageQuery(),
      version: number.optional(),
      state: z.enum(commitmentStates).optional(),
      owner: id.optional().describe('the id of the party that owns it'),
      overdue: z.enum(['true', 'false']).optional(),
    }),
    answer: { status: 200, schema: pageOf(CommitmentView, 'CommitmentPage') },
    handle: async (call) => {
      const { version, state, owner, overdue } = call.query
      const commitments = (await listed(deps, await call.actor(), call.params.agreementId, version)).filter(
        (one) =>
          (state === undefined || one.state === state) &&
          (owner === undefined || one.terms.ownerPartyId === owner) &&
          (overdue === undefined || String(one.overdue) === overdue),
      )
      // Ten digits: the largest version.
      const key = (one: CommitmentView) => `${String(one.version).padStart(10, '0')} ${one.id}`
      return pageOfAll(call, commitments, { key, item: (one) => one })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/commitments',
    id: 'offerCommitment',
    tag,
    summary: { en: 'Offer a commitment to a party', nl: 'Een partij een afspraak aanbieden' },
    description: {
      en: 'It is part of the text from then on, so stances before it are void. Its owner accepts, declines or returns it.',
      nl: 'Vanaf dan hoort de afspraak bij de tekst, dus eerdere opstellingen vervallen. De eigenaar aanvaardt haar, wijst haar af of geeft haar terug.',
    },
    access: 'person',
    params: z.strictObject(ofAgreement),
    body: OfferCommitment,
    example: terms,
    answer: { status: 201, schema: CommitmentView, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await offerCommitment(deps, await actor(), { ...params, ifMatch }, body)
      const made = changed.events.flatMap((event) => (event.type === 'commitment-offered' ? [event.data.terms.id] : []))
      const answer = changedCommitment(changed, made[0] ?? '')
      return { ...answer, location: `/agreements/${params.agreementId}/commitments/${answer.body.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/commitments/:commitmentId',
    id: 'getCommitment',
    tag,
    summary: { en: 'A commitment as it stands in its last version', nl: 'Een afspraak zoals die in de laatste versie staat' },
    access: 'member',
    params: one,
    query: z.strictObject({ version: number.optional().describe('as it stands in this version') }),
    answer: { status: 200, schema: CommitmentView, etag: true },
    handle: async ({ actor, params, query }) => {
      const { doc, now } = await findCommitment(database, await actor(), params.agreementId, params.commitmentId, query.version)
      return seen(doc, now)
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/agreements/:agreementId/commitments/:commitmentId',
    id: 'reviseCommitment',
    tag,
    summary: {
      en: 'Put a commitment in other words, or to another owner',
      nl: 'Een afspraak anders verwoorden, of een andere eigenaar geven',
    },
    description: { en: 'Its owner then answers anew.', nl: 'De eigenaar antwoordt dan opnieuw.' },
    access: 'person',
    params: one,
    body: OfferCommitment,
    example: terms,
    answer: { status: 200, schema: CommitmentView, etag: true },
    handle: async ({ actor, params: { agreementId, commitmentId }, body, ifMatch }) =>
      changedCommitment(await reviseCommitment(deps, await actor(), { agreementId, ifMatch }, commitmentId, body), commitmentId),
  })

  operation(app, {
    method: 'DELETE',
    path: '/agreements/:agreementId/commitments/:commitmentId',
    id: 'withdrawCommitment',
    tag,
    summary: { en: 'Take an offer off the table again', nl: 'Een aanbod van tafel halen' },
    description: { en: 'It stays on record as withdrawn.', nl: 'Het aanbod blijft bewaard, als ingetrokken.' },
    access: 'person',
    params: one,
    answer: { status: 204 },
    handle: async ({ actor, params: { agreementId, commitmentId }, ifMatch }) => {
      await withdrawCommitment(deps, await actor(), { agreementId, ifMatch }, commitmentId)
      return {}
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/commitments/:commitmentId/acceptances',
    id: 'answerCommitment',
    tag,
    summary: {
      en: 'Accept, decline or return what is offered to your party',
      nl: 'Aanvaarden, afwijzen of teruggeven wat uw partij is aangeboden',
    },
    description: {
      en: 'By its owner, under a mandate that covers what it promises. Declining and returning say what would make it possible.',
      nl: 'Door de eigenaar, onder een mandaat dat de toezegging dekt. Wie afwijst of teruggeeft, zegt wat het mogelijk zou maken.',
    },
    access: 'person',
    params: one,
    body: AnswerCommitment,
    example: { decision: 'returned', reason: 'Acht uur per week kan ik toezeggen.' },
    answer: { status: 201, schema: CommitmentView, etag: true },
    handle: async ({ actor, params: { agreementId, commitmentId }, body, ifMatch }) =>
      changedCommitment(await answerCommitment(deps, await actor(), { agreementId, ifMatch }, commitmentId, body), commitmentId),
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/commitments/:commitmentId/progress',
    id: 'listProgress',
    tag,
    summary: { en: 'What was reported of a commitment, first to last', nl: 'Wat over een afspraak is gemeld, van eerst tot laatst' },
    access: 'member',
    params: one,
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Progress, 'ProgressPage') },
    handle: async (call) => {
      const { agreementId, commitmentId } = call.params
      const [after] = position(call, z.tuple([z.int()])) ?? []
      const reports = await progressOf(database, await call.actor(), agreementId, commitmentId, { after, limit: call.query.limit + 1 })
      return page(call, reports, { keys: ({ revision }) => [revision], item: ({ progress }) => progress })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/commitments/:commitmentId/progress',
    id: 'reportProgress',
    tag,
    summary: { en: 'Report how a promise goes', nl: 'Melden hoe het met een toezegging gaat' },
    access: 'person',
    params: one,
    body: ReportProgress,
    example: { state: 'done', note: 'Met elk gezin is een plan gemaakt.' },
    answer: { status: 201, schema: CommitmentView, etag: true },
    handle: async ({ actor, params: { agreementId, commitmentId }, body, ifMatch }) => {
      const { state, at } = await reportProgress(deps, await actor(), { agreementId, ifMatch }, commitmentId, body)
      const promised = state.promises[commitmentId]
      return promised ? seen(promised, at) : seen(liveCommitment(state, commitmentId), at)
    },
  })
}

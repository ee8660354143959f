import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { stateDissent, takeStance } from '../../actions/round.ts'
import { receiptOut } from '../../domain/proof.ts'
import { DissentView, viewDissent } from '../../domain/reflection.ts'
import { refuse } from '../../domain/refusal.ts'
import { StanceView, StateDissent, TakeStance, viewStance } from '../../domain/stance.ts'
import { roundSeen } from '../../store/round.ts'
import { operation } from '../operation.ts'
import { pageOf, pageOfAll, pageQuery } from '../page.ts'
import { ofRound } from '../params.ts'

const tag = 'Rounds'

const TakenStance = StanceView.extend({ receipt: receiptOut }).meta({ id: 'TakenStance' })

/** Stances on the exact text, and the dissents that come with them. */
export function stanceRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/stances',
    id: 'listStances',
    tag,
    summary: { en: 'The stance of each party', nl: 'De opstelling van elke partij' },
    description: {
      en: 'The last stance of each party that took one. `void` where the text was changed after it.',
      nl: 'De laatste opstelling van elke partij die er een bepaalde. `void` als de tekst daarna is gewijzigd.',
    },
    access: 'member',
    params: z.strictObject(ofRound),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(StanceView, 'StancePage') },
    handle: async (call) => {
      const { matter } = await roundSeen(deps.database, await call.actor(), call.params)
      return pageOfAll(call, matter.stances, { key: (stance) => stance.id, item: (stance) => viewStance(stance, matter.textDigest) })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/stances',
    id: 'takeStance',
    tag,
    summary: { en: 'Take your party’s stance on the exact text', nl: 'De opstelling van uw partij bepalen over precies deze tekst' },
    description: {
      en: 'Accepting to act is not the same as agreeing: accept with a dissent, and practice decides. Any edit of the text voids every stance.',
      nl: 'Aanvaarden om te doen is niet hetzelfde als het eens zijn: aanvaard met een verschil van mening, en de praktijk beslist. Elke wijziging van de tekst maakt elke opstelling ongeldig.',
    },
    access: 'person',
    params: z.strictObject(ofRound),
    body: TakeStance,
    example: {
      position: 'accept-with-dissent',
      textDigest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      dissent: {
        statement: 'Twee dagen is te krap in het weekend.',
        expectation: 'Een op de vijf bezoeken in het weekend lukt niet binnen twee dagen.',
      },
    },
    answer: { status: 201, schema: TakenStance },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await takeStance(deps, await actor(), { ...params, ifMatch }, body)
      const stance = changed.state.stances[madeId(changed, 'stance-taken')] ?? refuse('not-found', { what: 'stance' })
      return { body: { ...viewStance(stance, body.textDigest), receipt: changed.receipt } }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/dissents',
    id: 'listDissents',
    tag,
    summary: { en: 'Dissents, and what practice showed of them', nl: 'Verschillen van mening, en wat de praktijk liet zien' },
    description: {
      en: 'Those of the version that the round adopted; before that, those in the stances on the text as it is. `open` until all who judged say the same.',
      nl: 'Die van de versie die de ronde vaststelde; daarvoor die in de opstellingen over de tekst zoals die is. `open` totdat iedereen die oordeelde hetzelfde zegt.',
    },
    access: 'member',
    params: z.strictObject(ofRound),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(DissentView, 'DissentPage') },
    handle: async (call) => {
      const { matter } = await roundSeen(deps.database, await call.actor(), call.params)
      return pageOfAll(call, matter.dissents, { key: (dissent) => dissent.id, item: (dissent) => viewDissent(dissent, matter.reflections) })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/dissents',
    id: 'stateDissent',
    tag,
    summary: { en: 'State a dissent, beside any stance', nl: 'Een verschil van mening vastleggen, naast een opstelling' },
    description: {
      en: 'It binds nobody and blocks nothing, so it needs no mandate. The version that the round adopts carries it, and practice decides.',
      nl: 'Het bindt niemand en houdt niets tegen, dus er is geen mandaat voor nodig. De versie die de ronde vaststelt draagt het mee, en de praktijk beslist.',
    },
    access: 'person',
    params: z.strictObject(ofRound),
    body: StateDissent,
    example: { statement: 'Twee dagen is te krap in het weekend.', expectation: 'Een op de vijf weekendbezoeken lukt niet op tijd.' },
    answer: { status: 201, schema: DissentView },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await stateDissent(deps, await actor(), { ...params, ifMatch }, body)
      const dissent = changed.state.dissents[madeId(changed, 'dissent-stated')] ?? refuse('not-found', { what: 'dissent' })
      return { body: viewDissent(dissent, []) }
    },
  })
}

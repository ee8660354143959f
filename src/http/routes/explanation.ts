import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { Explanation, explain, provenBy } from '../../domain/explanation.ts'
import { refuse } from '../../domain/refusal.ts'
import { agreementSeen } from '../../store/agreement.ts'
import { annexesTo, periodsOf, proofOfEntries } from '../../store/explanation.ts'
import { roundHistory } from '../../store/round-history.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { ofVersion } from '../params.ts'

/** Why a version was binding. */
export function explanationRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/versions/:versionNumber/explanation',
    id: 'getExplanation',
    tag: 'Versions',
    summary: { en: 'Why this version was binding', nl: 'Waarom deze versie bindend was' },
    description: {
      en: 'In one bundle: who adopted it, each stance and each accepted commitment with its person and the mandate as it was at that moment, hearings, meetings and the renewals that followed, dissents, who joined or left it by an annex and how, receipts and places in the log. For those at the table.',
      nl: 'In één bundel: wie haar vaststelde, elke opstelling en elke aanvaarde afspraak met de persoon en het mandaat zoals het op dat moment was, hoor en wederhoor, bijeenkomsten en de vernieuwingen daarna, verschillen van mening, wie er met een aanhangsel bij kwam of uitging en hoe, ontvangstbewijzen en plaatsen in het logboek. Voor wie aan tafel zit.',
    },
    access: 'member',
    params: z.strictObject(ofVersion),
    answer: { status: 200, schema: Explanation, etag: true },
    handle: async ({ actor, params: { agreementId, versionNumber } }) => {
      const { database } = deps
      const { revision, at } = await agreementSeen(database, await actor(), agreementId)
      // A version has the number of the round that adopted it.
      const history = await roundHistory(database, { agreementId, roundNumber: versionNumber }, at)
      const annexes = await annexesTo(database, agreementId, versionNumber, at)
      const explained = { ...explain(history ?? refuse('not-found', { what: 'version' })), annexes }
      const body = {
        ...explained,
        periods: await periodsOf(database, agreementId, versionNumber),
        proof: await proofOfEntries(database, agreementId, provenBy(explained)),
      }
      return { body, etag: etagOfBody(revision, body) }
    },
  })
}

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { RecordedDissent } from '../../domain/dissent-ledger.ts'
import { uuid } from '../../domain/uuid.ts'
import { listRecordedDissents } from '../../store/dissent-ledger.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { ofAgreement } from '../params.ts'

/** Every dissent of an agreement, and what practice showed of it. */
export function dissentLedgerRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/dissents',
    id: 'listRecordedDissents',
    tag: 'Agreements',
    summary: {
      en: 'Dissents over all rounds, and what practice showed',
      nl: 'Verschillen van mening over alle rondes, en wat de praktijk liet zien',
    },
    description: {
      en: 'Round by round: who saw it differently, what they expected, and how each party judged that when it reflected.',
      nl: 'Ronde voor ronde: wie het anders zag, wat die verwachtte, en hoe elke partij daar in de reflectie over oordeelde.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(RecordedDissent, 'RecordedDissentPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([z.int(), uuid]))
      const slice = { after, limit: call.query.limit + 1 }
      const rows = await listRecordedDissents(deps.database, await call.actor(), call.params.agreementId, slice)
      return page(call, rows, { keys: ({ roundNumber, id }) => [roundNumber, id], item: (row) => row })
    },
  })
}

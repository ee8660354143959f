import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { HistoryEntry } from '../../domain/history.ts'
import { listHistory } from '../../store/history.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { ofAgreement } from '../params.ts'

/** Everything that happened in an agreement, open to all at its table. */
export function historyRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/history',
    id: 'listHistory',
    tag: 'Proof',
    summary: { en: 'Who did what, when and under which mandate', nl: 'Wie wat deed, wanneer en onder welk mandaat' },
    description: {
      en: 'Every entry of the agreement in the ledger, last first unless sorted otherwise, without what was said in it.',
      nl: 'Elke regel van de overeenstemming in het grootboek, de laatste eerst tenzij anders gesorteerd, zonder wat erin werd gezegd.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(pageQuery(['-revision', 'revision'])),
    answer: { status: 200, schema: pageOf(HistoryEntry, 'HistoryPage') },
    handle: async (call) => {
      const { limit, sort } = call.query
      const [after] = position(call, z.tuple([z.int()])) ?? []
      const slice = { after, lastFirst: sort === '-revision', limit: limit + 1 }
      const rows = await listHistory(deps.database, await call.actor(), call.params.agreementId, slice)
      return page(call, rows, { keys: ({ revision }) => [revision], item: (row) => row })
    },
  })
}

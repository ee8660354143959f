import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { Faring, faringOver } from '../../domain/beneficiary.ts'
import { beneficiaryScores } from '../../store/beneficiary.ts'
import { operation } from '../operation.ts'
import { ofAgreement } from '../params.ts'

/** For whom an agreement is made, and how they fare under it. */
export function beneficiaryRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/beneficiaries',
    id: 'listBeneficiaries',
    tag: 'Agreements',
    summary: { en: 'How those fare for whom it is made', nl: 'Hoe het degenen vergaat voor wie het is gemaakt' },
    description: {
      en: 'For each beneficiary the criteria, and per round what the parties scored together for added value and nuisance; at most the last hundred rounds.',
      nl: 'Per begunstigde de criteria, en per ronde wat de partijen samen scoorden voor meerwaarde en last; hoogstens de laatste honderd rondes.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    answer: { status: 200, schema: z.strictObject({ items: z.array(Faring) }).meta({ id: 'BeneficiaryList' }) },
    handle: async ({ actor, params: { agreementId } }) => ({
      body: { items: faringOver(await beneficiaryScores(deps.database, await actor(), agreementId)) },
    }),
  })
}

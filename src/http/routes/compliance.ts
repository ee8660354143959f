import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { Compliance, compliance, groundRuleWords, RuleCompliance } from '../../domain/compliance.ts'
import { roundSeenWhole } from '../../store/round-history.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { ofRound } from '../params.ts'

const ComplianceReport = Compliance.extend({
  rules: z.array(
    RuleCompliance.extend({ text: z.string().describe('the rule, in the language of Accept-Language') }).meta({ id: 'RuleCompliance' }),
  ),
}).meta({ id: 'ComplianceReport' })

/** Whether the ground rules were kept, rule by rule. */
export function complianceRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/compliance',
    id: 'getCompliance',
    tag: 'Rounds',
    summary: { en: 'Whether the seven ground rules were kept', nl: 'Of de zeven spelregels zijn nageleefd' },
    description: {
      en: 'Each rule with its outcome and what that rests on: `unmet` names who was not asked, whose mandate was not renewed in time, and what is overdue with everybody who answers for it. Derived from what is recorded, for every round.',
      nl: 'Elke spelregel met de uitkomst en waar die op rust: `unmet` noemt wie niet is gevraagd, wiens mandaat niet op tijd is vernieuwd, en wat te laat is met iedereen die ervoor instaat. Afgeleid uit wat is vastgelegd, voor elke ronde.',
    },
    access: 'member',
    params: z.strictObject(ofRound),
    answer: { status: 200, schema: ComplianceReport, etag: true },
    handle: async ({ actor, params, language }) => {
      const { history, at, revision } = await roundSeenWhole(deps.database, await actor(), params)
      const { rules, ...report } = compliance(history, at)
      const body = { ...report, rules: rules.map((one) => ({ ...one, text: groundRuleWords[one.rule][language] })) }
      return { body, etag: etagOfBody(revision, body) }
    },
  })
}

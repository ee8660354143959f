import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { CommitmentCoverage, CoverageThen, coveredVersions, viewCoverage } from '../../domain/coverage.ts'
import { agreementSeen } from '../../store/agreement.ts'
import { roundHistory } from '../../store/round-history.ts'
import { operation } from '../operation.ts'
import { pageOf, pageOfAll, pageQuery } from '../page.ts'
import { ofAgreement } from '../params.ts'
import { describeReasons, Missing } from '../reasons.ts'
import { times, timesOf } from '../times.ts'

const gaps = z.array(Missing).describe('what it lacks: of the mandate that lacks least')
const Covered = CommitmentCoverage.extend({
  gaps,
  whenAccepted: z
    .exactOptional(CoverageThen.extend({ gaps }))
    .describe('when its owner accepted it: that is what binds, and a gap that opened later undoes nothing'),
}).meta({ id: 'CommitmentCoverage' })

const Coverage = z
  .strictObject({
    ...pageOf(Covered, 'CoveredCommitments').shape,
    covered: z.boolean().describe('over all commitments that count, also those on other pages'),
  })
  .meta({ id: 'Coverage' })

/** Whether the mandates of their owners cover what parties promise. */
export function coverageRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/coverage',
    id: 'getCoverage',
    tag: 'Commitments',
    summary: { en: 'Whether mandates cover what is promised', nl: 'Of mandaten dekken wat wordt toegezegd' },
    description: {
      en: 'Each commitment that is offered, accepted or promised against the mandates of its owner that are effective now: covered by which, or what it lacks. A mandate that lapses later never voids a promise.',
      nl: 'Elke aangeboden, aanvaarde of toegezegde afspraak naast de mandaten van de eigenaar die nu werken: gedekt door welke, of wat er ontbreekt. Een mandaat dat later vervalt, maakt een toezegging nooit ongedaan.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject({ ...pageQuery(), ...times }),
    answer: { status: 200, schema: Coverage },
    handle: async (call) => {
      const { database } = deps
      const { agreementId } = call.params
      const { state, at } = await agreementSeen(database, await call.actor(), agreementId, timesOf(call.query))
      const rounds = await Promise.all(
        coveredVersions(state, at).map((roundNumber) => roundHistory(database, { agreementId, roundNumber }, at)),
      )
      const all = viewCoverage(
        state,
        rounds.flatMap((round) => round ?? []),
        at,
      )
      const { body, ...rest } = pageOfAll(call, all, {
        // Ten digits: the largest version.
        key: ({ version, commitmentId }) => `${String(version).padStart(10, '0')} ${commitmentId}`,
        item: ({ gaps, whenAccepted, ...one }) => ({
          ...one,
          gaps: describeReasons(gaps, call.language),
          ...(whenAccepted && { whenAccepted: { ...whenAccepted, gaps: describeReasons(whenAccepted.gaps, call.language) } }),
        }),
      })
      return { ...rest, body: { ...body, covered: all.every((one) => one.covered) } }
    },
  })
}

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { stateHearing } from '../../actions/round.ts'
import { Hearing, StateHearing } from '../../domain/hearing.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { listHearings } from '../../store/round.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { ofRound } from '../params.ts'

const tag = 'Rounds'

/** Hearing both sides: every party has its say, and gets an answer. */
export function hearingRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/hearings',
    id: 'listHearings',
    tag,
    summary: { en: 'Which parties were heard', nl: 'Welke partijen zijn gehoord' },
    access: 'member',
    params: z.strictObject(ofRound),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Hearing, 'HearingPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { docs } = await listHearings(deps.database, await call.actor(), call.params, { after, limit: call.query.limit + 1 })
      return page(call, docs, { keys: (hearing) => [hearing.id], item: (hearing) => hearing })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/hearings',
    id: 'stateHearing',
    tag,
    summary: { en: 'Have your say on the text', nl: 'Gehoord worden over de tekst' },
    description: {
      en: 'Every concern becomes a contribution, which another party answers. An empty list says explicitly that there is none.',
      nl: 'Elke zorg wordt een inbreng, waarop een andere partij antwoordt. Een lege lijst zegt uitdrukkelijk dat er geen zorg is.',
    },
    access: 'person',
    params: z.strictObject(ofRound),
    body: StateHearing,
    example: { statement: 'Wij staan hierachter.', concerns: ['Twee dagen is krap als er een weekend tussen zit.'] },
    answer: { status: 201, schema: Hearing },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await stateHearing(deps, await actor(), { ...params, ifMatch }, body)
      return { body: changed.state.hearings[madeId(changed, 'party-heard')] ?? refuse('not-found', { what: 'hearing' }) }
    },
  })
}

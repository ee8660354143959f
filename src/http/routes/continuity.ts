import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { Continuity, continuity } from '../../domain/continuity.ts'
import { requireOwn } from '../../domain/organisation.ts'
import { uuid } from '../../domain/uuid.ts'
import { watchedByOrganisation, watchedInNetwork } from '../../store/continuity.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { id } from '../params.ts'

const ContinuityPage = pageOf(Continuity, 'ContinuityPage')

/** What nobody has, or soon nobody has: so that nothing stays orphaned unseen. */
export function continuityRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/continuity',
    id: 'getNetworkContinuity',
    tag: 'Networks',
    summary: {
      en: 'What nobody has in a network, or soon nobody has',
      nl: 'Wat niemand heeft in een samenwerkingsverband, of binnenkort niemand meer',
    },
    description: {
      en: 'Tasks and roles without a holder, roles and mandates that end within 30 days: in its own roles, and in the agreements at whose table your organisation sits. Each is named, also where nothing was found.',
      nl: 'Taken en rollen zonder iemand, rollen en mandaten die binnen 30 dagen eindigen: in de eigen rollen, en in de overeenstemmingen waar uw organisatie aan tafel zit. Elk staat er, ook waar niets is gevonden.',
    },
    access: 'member',
    params: z.strictObject({ networkId: id }),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: ContinuityPage },
    handle: async (call) => {
      const [after] = position(call, z.tuple([uuid])) ?? []
      const { networkId } = call.params
      const { watched, now } = await watchedInNetwork(deps.database, await call.actor(), networkId, { after, limit: call.query.limit + 1 })
      return page(call, watched, { keys: (one) => [one.id], item: (one) => continuity(one, now) })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/continuity',
    id: 'getContinuity',
    tag: 'Organisations',
    summary: {
      en: 'What your organisation has left without anybody, or soon will',
      nl: 'Wat uw organisatie zonder iemand heeft gelaten, of binnenkort laat',
    },
    description: {
      en: 'Of its own people, in every agreement at whose table it sits and every network that it is in.',
      nl: 'Van de eigen mensen, in elke overeenstemming waar ze aan tafel zit en elk samenwerkingsverband waar ze in zit.',
    },
    access: 'member',
    params: z.strictObject({ organisationId: id }),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: ContinuityPage },
    handle: async (call) => {
      const [after] = position(call, z.tuple([uuid])) ?? []
      const { organisationId } = call.params
      requireOwn(organisationId, await call.actor())
      const { watched, now } = await watchedByOrganisation(deps.database, organisationId, { after, limit: call.query.limit + 1 })
      return page(call, watched, { keys: (one) => [one.id], item: (one) => continuity(one, now, organisationId) })
    },
  })
}

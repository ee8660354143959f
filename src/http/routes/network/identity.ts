import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../../actions/deps.ts'
import { stateIdentity } from '../../../actions/network/network.ts'
import { NetworkIdentity, StateIdentity } from '../../../domain/network/identity.ts'
import { NormReport, normReport } from '../../../domain/norm.ts'
import { findIdentity, listIdentities, normsOfNetwork } from '../../../store/network/identity.ts'
import { etagOf } from '../../etag.ts'
import { operation } from '../../operation.ts'
import { page, pageOf, pageQuery, position } from '../../page.ts'
import { id } from '../../params.ts'

const tag = 'Networks'
const params = z.strictObject({ networkId: id })
const path = '/networks/:networkId/identity'

const example: z.input<typeof StateIdentity> = {
  name: 'Keten huiselijk geweld Kogge',
  sharedGoal: 'Thuis is het veilig, en blijft het veilig.',
  weAreFor: [{ text: 'Veiligheid in het hele gezin' }],
  weAreNotFor: [{ text: 'Straffen: dat is aan de rechter' }],
  norms: { reachable: 'Wie belt, wordt binnen een dag teruggebeld.' },
  region: 'Kogge',
  chain: 'Huiselijk geweld',
}

/** Who a network is, and by which norms it lives. */
export function networkIdentityRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path,
    id: 'getIdentity',
    tag,
    summary: { en: 'Who a network is: its goal, its boundary and its norms', nl: 'Wie een samenwerkingsverband is: doel, grens en normen' },
    access: 'member',
    params,
    answer: { status: 200, schema: NetworkIdentity, etag: true },
    handle: async ({ actor, params: { networkId } }) => {
      const { identity: body, revision } = await findIdentity(database, await actor(), networkId)
      return { body, etag: etagOf(revision) }
    },
  })

  operation(app, {
    method: 'PUT',
    path,
    id: 'stateIdentity',
    tag,
    summary: { en: 'State who the network is', nl: 'Leg vast wie het samenwerkingsverband is' },
    description: {
      en: 'By a person of any member. What it was before stays on record.',
      nl: 'Door iemand van welk lid ook. Wat het eerder was, blijft bewaard.',
    },
    access: 'person',
    params,
    body: StateIdentity,
    example,
    answer: { status: 200, schema: NetworkIdentity, etag: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state } = await stateIdentity(deps, await actor(), { ...params, ifMatch }, body)
      return { body: state.identity, etag: etagOf(state.revision) }
    },
  })

  operation(app, {
    method: 'GET',
    path: `${path}/versions`,
    id: 'listIdentities',
    tag,
    summary: { en: 'Every identity that a network stated', nl: 'Elke identiteit die een samenwerkingsverband vastlegde' },
    access: 'member',
    params,
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(NetworkIdentity, 'NetworkIdentityPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([z.int()]))
      const rows = await listIdentities(database, await call.actor(), call.params.networkId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ number }) => [number], item: (row) => row })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/norms',
    id: 'getNorms',
    tag,
    summary: {
      en: 'How the nine norms are lived up to in a network',
      nl: 'Hoe de negen normen in een samenwerkingsverband worden nageleefd',
    },
    description: {
      en: 'Out of the closed rounds in its agreements at whose table your organisation sits, in which five parties or more scored a norm.',
      nl: 'Uit de gesloten rondes in de overeenstemmingen waar uw organisatie aan tafel zit, waarin minstens vijf partijen een norm scoorden.',
    },
    access: 'member',
    params,
    answer: { status: 200, schema: NormReport },
    handle: async ({ actor, params: { networkId } }) => {
      const reader = await actor()
      const { identity } = await findIdentity(database, reader, networkId)
      return { body: normReport(identity.norms, await normsOfNetwork(database, reader, networkId)) }
    },
  })
}

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { linkAgreement } from '../../actions/link.ts'
import { Link, LinkAgreement } from '../../domain/link.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { listLinks } from '../../store/link.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, ofAgreement } from '../params.ts'

const params = z.strictObject(ofAgreement)

/** What agreements do to each other: amend, supersede, end. */
export function linkRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/links',
    id: 'listLinks',
    tag: 'Agreements',
    summary: { en: 'The links from and to this agreement', nl: 'De verbanden van en naar deze overeenstemming' },
    description: {
      en: 'Those between tables at both of which your organisation sits.',
      nl: 'Die tussen tafels waar uw organisatie aan beide zit.',
    },
    access: 'member',
    params,
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Link, 'LinkPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { docs } = await listLinks(deps.database, await call.actor(), call.params.agreementId, { after, limit: call.query.limit + 1 })
      return page(call, docs, { keys: ({ id }) => [id], item: (link) => link })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/links',
    id: 'linkAgreement',
    tag: 'Agreements',
    summary: {
      en: 'Say that this agreement amends, supersedes or ends another',
      nl: 'Zeggen dat deze overeenstemming een andere wijzigt, vervangt of beëindigt',
    },
    description: {
      en: 'Under a mandate, by who sits at both tables. The other one is changed or ended at its own table.',
      nl: 'Onder een mandaat, door wie aan beide tafels zit. De andere wordt aan haar eigen tafel gewijzigd of beëindigd.',
    },
    access: 'person',
    params,
    body: LinkAgreement,
    example: { kind: 'supersedes', agreementId: anId, reason: 'De afspraken staan nu in dit convenant.' },
    answer: { status: 201, schema: Link },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await linkAgreement(deps, await actor(), { ...params, ifMatch }, body)
      return { body: changed.state.links[madeId(changed, 'agreement-linked')] ?? refuse('not-found', { what: 'link' }) }
    },
  })
}

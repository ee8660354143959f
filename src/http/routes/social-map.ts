import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { subject } from '../../domain/mandate.ts'
import { SocialMapEntry } from '../../domain/social-map.ts'
import { uuid } from '../../domain/uuid.ts'
import { findOnSocialMap, listSocialMap } from '../../store/social-map.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { id, ofGroups, searchWords } from '../params.ts'

const tag = 'Social map'

/** The social map (sociale kaart): who sits where, what they do and do not do, and through which desk. */
export function socialMapRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/social-map',
    id: 'listSocialMap',
    tag,
    summary: {
      en: 'Organisations by name: what they do and do not do, their desks, networks and agreements',
      nl: 'Organisaties op naam: wat ze wel en niet doen, hun loketten, samenwerkingsverbanden en overeenstemmingen',
    },
    description: {
      en: 'Of networks and agreements those that you may read.',
      nl: 'Samenwerkingsverbanden en overeenstemmingen voor zover u ze mag lezen.',
    },
    access: 'member',
    query: z.strictObject({
      ...pageQuery(),
      q: searchWords
        .optional()
        .describe(
          'words in a name, desk or position, in Dutch; each also as the beginning of a word, or within it from its fourth letter on; between quotes what belongs together, `-` before what not',
        ),
      ...ofGroups,
      network: id.optional().describe('only those in this network, of which you are a member'),
      subject: subject.optional().describe('only those that state that they are, or are not, for this subject'),
    }),
    answer: { status: 200, schema: pageOf(SocialMapEntry, 'SocialMapPage') },
    handle: async (call) => {
      const { q, network, subject, region, chain, programme, limit } = call.query
      const after = position(call, z.tuple([z.string(), uuid]))
      const filter = { words: q, networkId: network, subject, region, chain, programme }
      const rows = await listSocialMap(deps.database, await call.actor(), filter, { after, limit: limit + 1 })
      return page(call, rows, { keys: ({ organisation: { name, id } }) => [name, id], item: (row) => row })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/social-map/:organisationId',
    id: 'getSocialMapEntry',
    tag,
    summary: { en: 'One organisation on the social map', nl: 'Eén organisatie op de sociale kaart' },
    access: 'member',
    params: z.strictObject({ organisationId: id }),
    answer: { status: 200, schema: SocialMapEntry },
    handle: async ({ actor, params }) => ({ body: await findOnSocialMap(deps.database, await actor(), params.organisationId) }),
  })
}

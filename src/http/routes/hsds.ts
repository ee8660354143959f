import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { HsdsOrganization, HsdsService, hsdsVersion } from '../../domain/hsds.ts'
import { findHsdsOrganization, findHsdsService, listHsdsOrganizations, listHsdsServices } from '../../store/hsds.ts'
import { operation } from '../operation.ts'
import { fromDigits } from '../page.ts'
import { id, searchWords } from '../params.ts'

const tag = 'Social map'
const base = '/social-map/hsds'

/**
 * The query of a list, by the names of the specification. Pages are numbered there: a hundred of them, so that the last costs as much as
 * reading ten thousand rows, and no more.
 */
const slices = {
  page: fromDigits(z.int().min(1).max(100).default(1)),
  per_page: fromDigits(z.int().min(1).max(100).default(50)),
  full: z.enum(['true', 'false']).default('false').describe('with all that hangs under it'),
}
type Slices = { page: number; per_page: number; full: 'true' | 'false' }

const numberedPageOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .strictObject({
      page_number: z.int(),
      size: z.int(),
      first_page: z.boolean(),
      last_page: z.boolean(),
      empty: z.boolean(),
      contents: z.array(item),
    })
    .meta({ id })

/** One row more than the page is long tells whether it is the last. */
const sliceOf = ({ page, per_page, full }: Slices) => ({ limit: per_page + 1, offset: (page - 1) * per_page, full: full === 'true' })

const numberedPage = <Item>({ page, per_page }: Slices, rows: readonly Item[]) => {
  const contents = rows.slice(0, per_page)
  const last = rows.length <= per_page
  return { page_number: page, size: contents.length, first_page: page === 1, last_page: last, empty: contents.length === 0, contents }
}

/** The social map as a directory elsewhere reads it: the paths and shapes of Open Referral's API (docs/domain.md#hsds). */
export function hsdsRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: base,
    id: 'getHsds',
    tag,
    summary: { en: 'The social map as Open Referral HSDS: which version', nl: 'De sociale kaart als Open Referral HSDS: welke versie' },
    access: 'member',
    answer: { status: 200, schema: z.strictObject({ version: z.string(), profile: z.string() }).meta({ id: 'Hsds' }) },
    handle: async () => ({ body: { version: hsdsVersion, profile: 'https://docs.openreferral.org/' } }),
  })

  organizations(app, deps)
  services(app, deps)
}

function organizations(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: `${base}/organizations`,
    id: 'listHsdsOrganizations',
    tag,
    summary: { en: 'Organisations as HSDS has them', nl: 'Organisaties zoals HSDS ze kent' },
    access: 'member',
    query: z.strictObject({ ...slices, search: searchWords.optional() }),
    answer: { status: 200, schema: numberedPageOf(HsdsOrganization, 'HsdsOrganizationPage') },
    handle: async ({ query }) => ({
      body: numberedPage(query, await listHsdsOrganizations(deps.database, query.search, sliceOf(query))),
    }),
  })

  operation(app, {
    method: 'GET',
    path: `${base}/organizations/:organisationId`,
    id: 'getHsdsOrganization',
    tag,
    summary: { en: 'An organisation as HSDS has it, in full', nl: 'Een organisatie zoals HSDS die kent, volledig' },
    access: 'member',
    params: z.strictObject({ organisationId: id }),
    answer: { status: 200, schema: HsdsOrganization },
    handle: async ({ params }) => ({ body: await findHsdsOrganization(deps.database, params.organisationId) }),
  })
}

function services(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: `${base}/services`,
    id: 'listHsdsServices',
    tag,
    summary: { en: 'Desks as services of HSDS', nl: 'Loketten als diensten van HSDS' },
    description: {
      en: 'Those that closed stay in the list, as `defunct`.',
      nl: 'Loketten die gesloten zijn blijven in de lijst staan, als `defunct`.',
    },
    access: 'member',
    query: z.strictObject({ ...slices, organization_id: id.optional() }),
    answer: { status: 200, schema: numberedPageOf(HsdsService, 'HsdsServicePage') },
    handle: async ({ query }) => ({
      body: numberedPage(query, await listHsdsServices(deps.database, query.organization_id, sliceOf(query))),
    }),
  })

  operation(app, {
    method: 'GET',
    path: `${base}/services/:serviceId`,
    id: 'getHsdsService',
    tag,
    summary: { en: 'A desk as a service of HSDS, in full', nl: 'Een loket als dienst van HSDS, volledig' },
    access: 'member',
    params: z.strictObject({ serviceId: id.describe('the id of the desk / het id van het loket') }),
    answer: { status: 200, schema: HsdsService },
    handle: async ({ params }) => ({ body: await findHsdsService(deps.database, params.serviceId) }),
  })
}

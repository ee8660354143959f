import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { kinds } from '../../domain/adoption.ts'
import { AdoptedVersion, CurrentVersion, VersionSummary } from '../../domain/agreement-view.ts'
import { subject } from '../../domain/mandate.ts'
import { uuid } from '../../domain/uuid.ts'
import { Change, difference } from '../../domain/version.ts'
import { currentVersion, findVersions, listVersions } from '../../store/agreement.ts'
import { currentVersions } from '../../store/current-list.ts'
import { etagOf } from '../etag.ts'
import { type Call, operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { id, number, ofAgreement, ofVersion } from '../params.ts'
import { times, timesOf } from '../times.ts'

const publicly = {
  en: 'What is public needs no token; with one you also read what your table or your network shows.',
  nl: 'Wat openbaar is, vraagt geen token; met een token leest u ook wat uw tafel of uw samenwerkingsverband toont.',
}

/** Whose eyes versions are read with: anybody's where no token was sent. A token of nobody is told so. */
const readerOf = async ({ identity, actor }: Pick<Call, 'identity' | 'actor'>) => (identity ? await actor() : undefined)

/** Adopted versions, and which of them is in force: the door for integrations. */
export function versionRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/current',
    id: 'getCurrent',
    tag: 'In force',
    summary: { en: 'The version in force', nl: 'De versie die van kracht is' },
    description: publicly,
    access: 'anyone',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(times),
    answer: { status: 200, schema: CurrentVersion, etag: true },
    beside: true,
    handle: async ({ identity, actor, params, query, has }) => {
      const found = currentVersion(deps.database, identity, params.agreementId, timesOf(query), has)
      // One statement where it is found. Where it is not, a token of nobody is told so, and not that nothing holds.
      const { json, edition } = await found.catch(async (error: unknown) => {
        if (identity) await actor()
        throw error
      })
      // What was adopted never changes: its number says all, but for who joined or left since.
      return { raw: json, etag: etagOf(edition) }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/current-agreements',
    id: 'listCurrentAgreements',
    tag: 'In force',
    summary: { en: 'Every version in force that you may read', nl: 'Elke versie van kracht die u mag lezen' },
    description: publicly,
    access: 'anyone',
    query: z.strictObject({
      ...pageQuery(),
      ...times,
      party: id.optional().describe('only those of this organisation'),
      network: id.optional().describe('only those in this network'),
      kind: z.enum(kinds).optional(),
      subject: subject.optional().describe('only those on this subject'),
    }),
    answer: { status: 200, schema: pageOf(CurrentVersion, 'CurrentPage') },
    handle: async (call) => {
      const reader = await readerOf(call)
      const { party, network, kind, subject, limit } = call.query
      const [after] = position(call, z.tuple([uuid])) ?? []
      const filter = { organisationId: party, networkId: network, kind, subject }
      const slice = { after, limit: limit + 1 }
      const rows = await currentVersions<CurrentVersion>(deps.database, reader, filter, timesOf(call.query), slice)
      return page(call, rows, { keys: ({ agreementId }) => [agreementId], item: (row) => row })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/versions',
    id: 'listVersions',
    tag: 'Versions',
    summary: { en: 'The adopted versions', nl: 'De vastgestelde versies' },
    description: publicly,
    access: 'anyone',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(VersionSummary, 'VersionPage') },
    handle: async (call) => {
      const reader = await readerOf(call)
      const [after] = position(call, z.tuple([z.int()])) ?? []
      const rows = await listVersions(deps.database, reader, call.params.agreementId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ number }) => [number], item: (row) => row })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/versions/:versionNumber',
    id: 'getVersion',
    tag: 'Versions',
    summary: { en: 'An adopted version', nl: 'Een vastgestelde versie' },
    description: publicly,
    access: 'anyone',
    params: z.strictObject(ofVersion),
    answer: { status: 200, schema: AdoptedVersion, etag: true },
    handle: async (call) => {
      const { versionNumber } = call.params
      const [body] = await findVersions<AdoptedVersion>(deps.database, await readerOf(call), call.params.agreementId, [versionNumber])
      return { ...(body && { body }), etag: etagOf(versionNumber) }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/versions/:versionNumber/diff',
    id: 'getDifference',
    tag: 'Versions',
    summary: { en: 'What changed since another version', nl: 'Wat er veranderde sinds een andere versie' },
    description: {
      en: `Field by field; items of lists are matched by their id, so moving one is no change. ${publicly.en}`,
      nl: `Veld voor veld; onderdelen van lijsten horen bij elkaar door hun id, dus verplaatsen is geen wijziging. ${publicly.nl}`,
    },
    access: 'anyone',
    params: z.strictObject(ofVersion),
    query: z.strictObject({ from: number.optional().describe('the number of the other version; the one before when left out') }),
    answer: {
      status: 200,
      schema: z.strictObject({ agreementId: uuid, from: z.int(), to: z.int(), changes: z.array(Change) }).meta({ id: 'VersionDifference' }),
      etag: true,
    },
    handle: async (call) => {
      const {
        params: { agreementId, versionNumber: to },
        query,
      } = call
      const reader = await readerOf(call)
      const from = query.from ?? to - 1
      const [before, after] = await findVersions<AdoptedVersion>(deps.database, reader, agreementId, [from, to])
      const changes = before && after ? difference(before.content, after.content) : []
      return { body: { agreementId, from, to, changes }, etag: etagOf(to, String(from)) }
    },
  })
}

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { exportAgreement } from '../../actions/export.ts'
import { registryName } from '../../actions/receipt.ts'
import { completeSubtrees, consistencyPath, inclusionPath, spanHash } from '../../domain/merkle.ts'
import { AgreementExport, CheckpointView, ConsistencyProof, InclusionProof, jwsOut } from '../../domain/proof.ts'
import { refuse } from '../../domain/refusal.ts'
import { agreementSeen } from '../../store/agreement.ts'
import { type Checkpoint, lastCheckpoint, logEntryAt, nodeHashes, receiptsOf } from '../../store/log.ts'
import { etagOf } from '../etag.ts'
import { operation } from '../operation.ts'
import { fromDigits, page, pageOf, pageQuery, position } from '../page.ts'
import { ofAgreement } from '../params.ts'

// 2^53 - 1, where counting in JavaScript ends; a log never gets there.
const most = Number.MAX_SAFE_INTEGER
const size = fromDigits(z.int().min(1).max(most))

/** The log over the whole registry, which anybody may check; and what those at a table can take away as proof. */
export function logRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps
  const lastOne = async (): Promise<Checkpoint> => (await lastCheckpoint(database)) ?? refuse('not-found', { what: 'checkpoint' })

  /** The hashes of spans of the log, in one statement. */
  async function hashes(spans: readonly { start: number; end: number }[]): Promise<string[]> {
    const hashOf = await nodeHashes(database, spans.flatMap(completeSubtrees))
    return spans.map((span) => spanHash(span, hashOf))
  }

  operation(app, {
    method: 'GET',
    path: '/log/checkpoint',
    id: 'getCheckpoint',
    tag: 'Proof',
    summary: { en: 'How long the log is, and its root, signed', nl: 'Hoe lang het logboek is, en de wortel ervan, ondertekend' },
    description: {
      en: 'Every entry of the registry is in this log (a Merkle tree by RFC 9162), within seconds. Whoever keeps what it read here can prove later that nothing was changed or taken out.',
      nl: 'Alles wat het register vastlegt, staat binnen seconden in dit logboek (een Merkle-boom volgens RFC 9162). Wie bewaart wat hier stond, kan later aantonen of er iets is gewijzigd of weggehaald.',
    },
    access: 'anyone',
    answer: { status: 200, schema: CheckpointView, etag: true, anyOrigin: true },
    handle: async () => {
      const { size, root, jws, at } = await lastOne()
      return { body: { registry: registryName(deps), size, root, at, jws }, etag: etagOf(size) }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/log/entries/:position/inclusion',
    id: 'getInclusionProof',
    tag: 'Proof',
    summary: { en: 'Proof that an entry is in the log', nl: 'Bewijs dat een vastlegging in het logboek staat' },
    description: {
      en: 'By its place. Shows a hash, and nothing of what was recorded.',
      nl: 'Op zijn plaats. Toont een hash, en niets van wat is vastgelegd.',
    },
    access: 'anyone',
    params: z.strictObject({
      position: fromDigits(z.int().min(0).max(most)).describe('the place in the log, from 0 / de plaats in het logboek, vanaf 0'),
    }),
    query: z.strictObject({ size: size.optional().describe('the size of the tree; that of the last checkpoint when left out') }),
    answer: { status: 200, schema: InclusionProof, anyOrigin: true },
    handle: async ({ params: { position }, query }) => {
      const last = await lastOne()
      const { size = last.size } = query
      if (position >= size || size > last.size) refuse('not-found', { what: 'log entry' })
      const { hash } = (await logEntryAt(database, position)) ?? refuse('not-found', { what: 'log entry' })
      return { body: { position, size, hash, path: await hashes(inclusionPath(position, size)) } }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/log/consistency',
    id: 'getConsistencyProof',
    tag: 'Proof',
    summary: { en: 'Proof that the log was only added to', nl: 'Bewijs dat er aan het logboek alleen is toegevoegd' },
    access: 'anyone',
    query: z.strictObject({
      from: size.describe('the size of the tree that you saw before'),
      to: size.optional().describe('the size of the tree that you see now; that of the last checkpoint when left out'),
    }),
    answer: { status: 200, schema: ConsistencyProof, anyOrigin: true },
    handle: async ({ query: { from, to: asked } }) => {
      const last = await lastOne()
      const to = asked ?? last.size
      if (from > to || to > last.size) refuse('not-found', { what: 'checkpoint' })
      return { body: { from, to, path: await hashes(consistencyPath(from, to)) } }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/receipts',
    id: 'listReceipts',
    tag: 'Proof',
    summary: { en: 'The receipts of what bound a party', nl: 'De ontvangstbewijzen van wat een partij bond' },
    description: {
      en: 'As they were signed when the stance was taken, the version adopted, or the mandate granted, renewed or withdrawn.',
      nl: 'Zoals ze werden ondertekend toen de opstelling werd bepaald, de versie vastgesteld, of het mandaat verleend, vernieuwd of ingetrokken.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(pageQuery()),
    answer: {
      status: 200,
      schema: pageOf(z.strictObject({ revision: z.int(), jws: jwsOut }).meta({ id: 'KeptReceipt' }), 'ReceiptPage'),
    },
    handle: async (call) => {
      const { agreementId } = call.params
      await agreementSeen(database, await call.actor(), agreementId)
      const [after = 0] = position(call, z.tuple([z.int()])) ?? []
      const rows = await receiptsOf(database, agreementId, after, call.query.limit + 1)
      return page(call, rows, { keys: ({ revision }) => [revision], item: (row) => row })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/export',
    id: 'exportAgreement',
    tag: 'Proof',
    summary: { en: 'The whole history, to be checked offline', nl: 'De hele geschiedenis, om zonder het register te controleren' },
    description: {
      en: 'Entries, versions, mandates, receipts, proofs and keys in one file: `handslag verify` checks it without the registry.',
      nl: 'Vastleggingen, versies, mandaten, ontvangstbewijzen, bewijzen en sleutels in één bestand: `handslag verify` controleert het zonder het register.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    answer: { status: 200, schema: AgreementExport },
    handle: async ({ actor, params }) => ({ body: await exportAgreement(deps, await actor(), params.agreementId) }),
  })
}

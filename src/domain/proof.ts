import { z } from 'zod'
import type { Acting } from './actor.ts'
import type { Entry } from './ledger.ts'
import { type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** What the registry signs. The kind is in the header (`typ`), so that a signature of one thing never passes for another. */
export type SignedKind = 'version' | 'receipt' | 'checkpoint' | 'export'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** SHA-256 in hex, as answers show it. */
export const sha256Out = hash.meta({ example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' })

/** A compact JWS (RFC 7515) of the registry. */
export const jwsOut = z.string().describe('a compact JWS (RFC 7515, ES256) by the key of the registry, over canonical JSON (RFC 8785)')

/** The receipt of an act, beside what it made: proof for whoever acted, whatever becomes of the registry. */
export const receiptOut = z
  .string()
  .describe('signed by the registry (JWS): that it recorded this act, as which entry of its history. Keep it: it proves what happened here')

/** The acts that get a receipt: those by which a party binds itself, or lets somebody bind it (docs/architecture.md#proof). */
export const receiptedEvents = ['stance-taken', 'version-adopted', 'mandate-granted', 'mandate-renewed', 'mandate-withdrawn'] as const
export type ReceiptedEvent = (typeof receiptedEvents)[number]

/** What a receipt says: which entry the act is, by whom and under which mandate. `about` are the ids and digests of what it made. */
export type Receipt = {
  registry: string
  agreementId: string
  revision: number
  hash: string
  type: string
  recordedAt: Instant
  actorId: string
  organisationId: string | null
  mandateId: string | null
  about: Readonly<Record<string, string | number>>
}

// What is signed of each event: enough to know the act by, and nothing that could have to be erased.
const aboutOf: Record<ReceiptedEvent, readonly string[]> = {
  'stance-taken': ['id', 'roundNumber', 'partyId', 'position', 'textDigest'],
  'version-adopted': ['number', 'adoptedByPartyId', 'textDigest'],
  'mandate-granted': ['id', 'partyId', 'holderId', 'grantorId', 'fromAt', 'untilAt'],
  'mandate-renewed': ['mandateId', 'meetingId', 'decision'],
  'mandate-withdrawn': ['mandateId'],
}

/** The ids and digests of an act, from the event that it is. */
export function about({ type, data }: { type: ReceiptedEvent; data: object }): Receipt['about'] {
  const whole = type === 'version-adopted' && 'version' in data ? (data.version as object) : data
  const fields = new Set(aboutOf[type])
  return Object.fromEntries(Object.entries(whole).filter(([name]) => fields.has(name)))
}

/** The tree of the log as the registry signs it: so many entries, with this root (RFC 9162 section 4.10, tree head). */
export const TreeHead = z.strictObject({ registry: z.string(), size: z.int(), root: sha256Out, at: instantOut })
export type TreeHead = z.output<typeof TreeHead>

export const CheckpointView = TreeHead.extend({
  jws: jwsOut.describe('all of this, signed by the registry (`typ` handslag-checkpoint+jws): what a witness keeps'),
}).meta({ id: 'Checkpoint' })

export const InclusionProof = z
  .strictObject({
    position: z.int().describe('the place of the entry in the log, from 0'),
    size: z.int().describe('how many entries the tree has in which it is'),
    hash: sha256Out.describe('the hash of the entry; its leaf is SHA-256 over a zero byte and the 32 bytes of this hash'),
    path: z.array(sha256Out).describe('the inclusion proof (RFC 9162 section 2.1.3), from leaf to root'),
  })
  .meta({ id: 'InclusionProof' })

export const ConsistencyProof = z
  .strictObject({ from: z.int(), to: z.int(), path: z.array(sha256Out).describe('the consistency proof (RFC 9162 section 2.1.4)') })
  .meta({ id: 'ConsistencyProof' })

const ExportedEntry = z.strictObject({
  streamId: uuid,
  revision: z.int(),
  streamType: z.string(),
  type: z.string(),
  recordedAt: instantOut,
  actorId: z.string(),
  organisationId: uuid.nullable(),
  mandateId: uuid.nullable(),
  payloadDigest: sha256Out,
  previousHash: sha256Out,
  hash: sha256Out,
  salt: z
    .exactOptional(z.string())
    .describe(
      'left out, as the payload is, where another party says in its reflection what is for itself, or another person how a meeting was',
    ),
  payload: z.exactOptional(z.unknown()),
}) satisfies z.ZodType<Entry & { hash: string }>

/**
 * Whether what an entry says is kept from a reader: a reflection holds one person's pulse, and is for the party whose it is; the pulse of
 * a meeting is for nobody but who gave it (docs/domain.md#reflecting, docs/domain.md#pulse).
 */
export function isKeptFrom({ type, actorId, organisationId }: Entry, reader: Acting): boolean {
  if (type === 'pulse-given') return actorId !== reader.actorId
  return (type === 'reflection-given' || type === 'reflection-amended') && organisationId !== (reader.organisationId ?? null)
}

/** The format of exports: a verifier refuses what it does not know. */
export const exportFormat = 'handslag-export/1' as const

/** Everything that is needed to check an agreement without the registry: `verifier/` does, offline. */
export const AgreementExport = z
  .strictObject({
    format: z.literal(exportFormat),
    agreementId: uuid,
    entries: z.array(ExportedEntry).describe('the whole history, first to last'),
    versions: z.array(z.record(z.string(), z.unknown())).describe('the adopted versions, as the API shows them'),
    mandates: z.array(z.record(z.string(), z.unknown())).describe('the mandates, as they stand'),
    stances: z.array(z.record(z.string(), z.unknown())).describe('the last stance of each party in each round'),
    receipts: z.array(z.string()).describe('what the registry signed of each binding act'),
    log: z.strictObject({
      checkpoint: z.string().nullable().describe('the last checkpoint; null before the first'),
      inclusions: z
        .array(z.strictObject({ revision: z.int(), position: z.int(), hash: sha256Out, path: z.array(sha256Out) }))
        .describe('where the entries are in the log; the newest may not be in it yet'),
    }),
    keys: z.array(z.record(z.string(), z.unknown())).describe('the public keys of the registry (JWK, RFC 7517)'),
    signature: jwsOut.describe('by the registry (`typ` handslag-export+jws) over the digest of all that stands above, and where it ends'),
  })
  .meta({ id: 'AgreementExport' })
export type AgreementExport = z.output<typeof AgreementExport>

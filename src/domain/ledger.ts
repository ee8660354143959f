import { canonical, digest } from './digest.ts'
import { personalEvents } from './organisation.ts'
import type { Instant } from './time.ts'

/** What an entry of the ledger says of itself; its payload is kept apart, and is here by its salted digest only. */
export type Entry = {
  streamId: string
  revision: number
  streamType: string
  type: string
  recordedAt: Instant
  actorId: string
  organisationId: string | null
  mandateId: string | null
  payloadDigest: string
  previousHash: string
}

/** What stands before the first entry of a stream. */
export const genesis = '0'.repeat(64)

/** The digest of what an entry says (RFC 8785 canonical JSON, SHA-256). The salt keeps it from being guessed once the payload is erased. */
export const payloadDigest = (salt: string, payload: unknown): string => digest('handslag-payload', salt, canonical(payload))

/** The hash of an entry: over everything it says, its payload's digest and the hash before it. */
export function entryHash(entry: Entry): string {
  const { streamId, revision, streamType, type, recordedAt, actorId, organisationId, mandateId, payloadDigest, previousHash } = entry
  return digest(
    'handslag-entry',
    canonical({ streamId, revision, streamType, type, recordedAt, actorId, organisationId, mandateId, payloadDigest, previousHash }),
  )
}

/** An entry as it was kept; without salt and payload where these were erased. */
export type Kept = Entry & { hash: string; salt?: string; payload?: unknown }

/**
 * The revisions of a stream whose payloads may be gone, because a `person-erased` entry names them. Nothing else takes a payload out:
 * where another is missing, the ledger was tampered with.
 */
export function erasedRevisions(entries: readonly Kept[]): ReadonlySet<number> {
  const erasures = entries.filter(({ streamType, type }) => streamType === 'organisation' && type === 'person-erased')
  return new Set(erasures.flatMap(({ payload, revision }) => named(payload).filter((erased) => erased < revision)))
}

// Read without trust: this is what verifying looks at.
const named = (payload: unknown): number[] => {
  const revisions = typeof payload === 'object' && payload !== null && 'revisions' in payload ? payload.revisions : []
  return Array.isArray(revisions) ? revisions.filter((revision) => typeof revision === 'number') : []
}

/** What is wrong with the chain of one stream, in order of revision: the first broken entry and why. Nothing means that it verifies. */
export function brokenEntry(
  entries: readonly Kept[],
): { revision: number; why: 'order' | 'link' | 'time' | 'hash' | 'payload' } | undefined {
  const erased = erasedRevisions(entries)
  let before: Kept | undefined
  for (const entry of entries) {
    const { revision } = entry
    if (revision !== (before?.revision ?? 0) + 1) return { revision, why: 'order' }
    if (entry.previousHash !== (before?.hash ?? genesis) || (before && entry.streamId !== before.streamId)) return { revision, why: 'link' }
    if (before && entry.recordedAt < before.recordedAt) return { revision, why: 'time' }
    if (entry.hash !== entryHash(entry)) return { revision, why: 'hash' }
    const whole = entry.salt !== undefined && entry.payloadDigest === payloadDigest(entry.salt, entry.payload)
    const gone = entry.salt === undefined && personalEvents.includes(entry.type) && erased.has(revision)
    if (!whole && !gone) return { revision, why: 'payload' }
    before = entry
  }
  return undefined
}

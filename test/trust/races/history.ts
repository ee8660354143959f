import type { PersonActor } from '../../../src/domain/actor.ts'
import type { Agreement } from '../../../src/domain/agreement.ts'
import { canonical, digest } from '../../../src/domain/digest.ts'
import type { Kept } from '../../../src/domain/ledger.ts'
import type { Mandate } from '../../../src/domain/mandate.ts'
import type { Stance } from '../../../src/domain/stance.ts'
import type { Instant } from '../../../src/domain/time.ts'
import type { Period } from '../../../src/domain/version.ts'

export type RequestKind =
  | 'adopt'
  | 'take-stance'
  | 'grant-mandate'
  | 'withdraw-mandate'
  | 'renew-mandate'
  | 'plan-meeting'
  | 'take-attendance'
  | 'close-meeting'
  | 'edit-text'
  | 'contribute'
  | 'answer-contribution'
  | 'answer-commitment'
  | 'state-hearing'
  | 'call-reflection'
  | 'reflect'
  | 'close-round'
  | 'open-round'

/** What somebody asks of an agreement: one call of one action. `id` names the mandate, meeting, contribution or commitment. */
export type Request = {
  kind: RequestKind
  actor: PersonActor
  agreementId: string
  roundNumber: number
  ifMatch?: number
  id?: string
  // biome-ignore lint/suspicious/noExplicitAny: the input of each kind differs; the actions check it
  input?: any
}

/** What an answer said of one entry that it made: every field that is named here is in the entry's payload, and equal. */
type Made = { type: string; data: object }

/**
 * What a client was told. `unknown`: nothing certain, because the connection or the time ran out; `failed`: an error that no rule gives.
 * Reads carry the digest of what was shown, so that a history of thousands stays small.
 */
export type Outcome =
  | { is: 'changed'; made: readonly Made[]; revision?: number; at?: Instant }
  | { is: 'refused'; codes: readonly string[] }
  | { is: 'unknown' | 'failed'; why: string }
  | { is: 'read'; revision: number; shown?: string }
  | { is: 'known'; knownAt: Instant; revision: number; shown: string }
  | { is: 'listed'; what: 'contributions' | 'mandates'; roundNumber: number; revision: number; shown: string }
  | { is: 'current'; version: number | null }

/** One call and its answer. `invoked` and `answered` are milliseconds on one clock for all clients. */
export type Operation = {
  client: number
  agreementId: string
  invoked: number
  answered: number
  request?: Request
  outcome: Outcome
  /** Known of a change that waited for a lock: it was got after this moment, by the clock of the registry. */
  notBefore?: Instant
}

/** What the database holds of one agreement at the end. Entries up to `baseline` were there before the clients came. */
export type AgreementEvidence = {
  id: string
  baseline: number
  entries: readonly Kept[]
  head: { revision: number; hash: string; recordedAt: Instant; state: Agreement } | undefined
  versions: readonly { number: number; textDigest: string; adoptedAt: Instant }[]
  rounds: readonly { number: number; state: string }[]
  stances: readonly Stance[]
  inForce: readonly Period[]
  mandates: readonly Mandate[]
}

export type Evidence = {
  agreements: readonly AgreementEvidence[]
  /** Rows in which the tables for reading differ from those made anew from the ledger. */
  rebuilt: readonly string[]
  /** The people there are: what grants and attendance look up. */
  people: ReadonlyMap<string, { personId: string; organisationId: string }>
}

/** What somebody was shown, in short. */
export const shownAs = (value: unknown): string => digest('races', canonical(value)).slice(0, 32)

/** A list in the order of its ids. */
export const byId = <T extends { id: string }>(items: Iterable<T>): T[] => [...items].sort((a, b) => (a.id < b.id ? -1 : 1))

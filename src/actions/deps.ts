import type { SignedKind } from '../domain/proof.ts'
import type { Database } from '../store/database.ts'
import type { Replica } from '../store/replica.ts'

/** Everything impure that an action may use. */
export type Deps = {
  database: Database
  /** A standby, where there is one: `readingFrom` asks it. */
  replica?: Replica | undefined
  newId: () => string
  /** Signs with the key of the registry; gives a compact JWS (RFC 7515) whose header says what it is of: a version, when left out. */
  sign: (payload: object, kind?: SignedKind) => Promise<string>
  /** The public keys with which anybody can check what the registry signed (a JWK set, RFC 7517). */
  signingKeys: () => { keys: object[] }
}

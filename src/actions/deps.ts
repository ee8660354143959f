import type { Database } from '../store/database.ts'

/** Everything impure that an action may use. */
export type Deps = {
  database: Database
  newId: () => string
  /** Signs with the key of the registry; gives a compact JWS (RFC 7515). */
  sign: (payload: object) => Promise<string>
  /** The public keys with which anybody can check what the registry signed (a JWK set, RFC 7517). */
  signingKeys: () => { keys: object[] }
}

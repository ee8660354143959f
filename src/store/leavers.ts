import type pg from 'pg'
import type { Agreement } from '../domain/agreement.ts'
import { type Leavers, withLeavers } from '../domain/mandate.ts'
import type { Instant } from '../domain/time.ts'

// What holds mandates is looked up in the table, which keeps those that a state has let go of: looking back asks for them too.
const ofMandates = (agreement: string): string => `from mandates m join people p on p.id = m.holder_id where ${agreement} and not p.here`
const leftAt = `jsonb_object_agg(p.id, p.doc->'leftAt')`

/** Who of those that hold a mandate in an agreement have left their organisation, as part of a statement that has its id; null for nobody. */
export const leaversOf = (agreementId: string): string => `(select ${leftAt} ${ofMandates(`m.agreement_id = ${agreementId}`)})`

/** The same of several agreements, as a statement of its own; of those of which nobody left there is no row. */
export const leaversOfAll = (ids: readonly string[]): pg.QueryConfig => ({
  name: 'leavers',
  text: `select m.agreement_id as id, ${leftAt} as left ${ofMandates('m.agreement_id = any($1::uuid[])')} group by 1`,
  values: [ids],
})

/** An agreement with what was found of them; looking back, with who had left by then. */
export function withFound(state: Agreement, left: Leavers | null | undefined, by?: Instant): Agreement {
  if (!left) return state
  const known = by === undefined ? left : Object.fromEntries(Object.entries(left).filter(([, leftAt]) => leftAt <= by))
  return withLeavers(state, known)
}

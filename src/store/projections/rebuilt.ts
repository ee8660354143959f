import type { PgTable } from 'drizzle-orm/pg-core'
import { snapshots, streams } from '../tables/ledger.ts'
import { agreementProjections } from './agreement.ts'
import { programmeProjections } from './exchange.ts'
import { inquiryProjections, recommendationProjections } from './inquiry.ts'
import { networkProjections } from './network.ts'
import { organisationProjections } from './organisation.ts'

/** Every table that is made from the ledger, what refers after what it refers to. */
export const rebuilt: readonly PgTable[] = [
  streams,
  snapshots,
  ...new Set(
    [
      ...organisationProjections,
      ...networkProjections,
      ...programmeProjections,
      ...inquiryProjections,
      ...recommendationProjections,
      ...agreementProjections,
    ].map(({ table }) => table),
  ),
]

import { and, eq } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Finding, findingKinds, InquiryView, Seat } from '../domain/inquiry.ts'
import { findInCircles, listBeneath, listInCircles } from './circle.ts'
import type { Database } from './database.ts'
import type { PageOf } from './round.ts'
import { findings, inquiries, inquirySeats } from './tables/inquiry.ts'

export const listInquiries = (
  database: Database,
  actor: Actor,
  page: PageOf<string> & { networkId?: string | undefined },
): Promise<InquiryView[]> => listInCircles(database, actor, inquiries, page)

export const findInquiry = (database: Database, actor: Actor, id: string): Promise<InquiryView> =>
  findInCircles(database, actor, inquiries, id, 'inquiry')

const under = (id: string) => ({ table: inquiries, id, what: 'inquiry' })

/** Who sits in an inquiry now. */
export const listSeats = (database: Database, actor: Actor, inquiryId: string, page: PageOf<string>): Promise<Seat[]> =>
  listBeneath(database, actor, under(inquiryId), inquirySeats, {
    ...page,
    where: and(eq(inquirySeats.inquiryId, inquiryId), eq(inquirySeats.here, true)),
  })

export const listFindings = (
  database: Database,
  actor: Actor,
  inquiryId: string,
  { kind, ...page }: PageOf<string> & { kind?: (typeof findingKinds)[number] | undefined },
): Promise<Finding[]> =>
  listBeneath(database, actor, under(inquiryId), findings, {
    ...page,
    where: and(eq(findings.inquiryId, inquiryId), kind ? eq(findings.kind, kind) : undefined),
  })

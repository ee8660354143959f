import type { Visibility } from '../../src/domain/agreement.ts'
import type { Plan } from './plan.ts'

/** Somebody at a table in deliberation: the subject of their account, and the mandate that they hold there. */
export type Seated = { subject: string; mandateId: string; partyId: string; organisation: number }

/** An agreement in deliberation. With a `meetingId` every mandate waits for its renewal after that meeting; without one all can bind. */
export type OpenAgreement = { id: string; roundNumber: number; people: Seated[]; meetingId?: string }

/** What was made: functions of the number of an agreement (from 0) or organisation (from 0), so that a million costs nothing to know. */
export type Filled = Pick<Plan, 'agreementId' | 'partiesOf' | 'organisationId'> & {
  agreements: number
  versions: number
  entries: number
  organisations: number
  visibilityOf: (n: number) => Visibility
  /** The account of its case system: may read. */
  applicationSubject: (o: number) => string
  /** The account of its representative. */
  personSubject: (o: number) => string
  openAgreements: OpenAgreement[]
  specialAgreements: OpenAgreement[]
}

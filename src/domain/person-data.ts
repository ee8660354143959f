import { z } from 'zod'
import type { Actor } from './actor.ts'
import { Person } from './organisation.ts'
import { refuse } from './refusal.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** What in an agreement can name a person: by their id, never by their name. */
export const namingKinds = [
  'mandate',
  'role',
  'transfer',
  'round',
  'impasse',
  'contribution',
  'hearing',
  'stance',
  'meeting',
  'guest',
  'commitment',
  'reflection',
  'message',
] as const

/** What of a network, or hangs under one, can name a person, in the same way. */
export const circleNamingKinds = [
  'network-identity',
  'network-role',
  'network-role-holder',
  'inquiry',
  'inquiry-seat',
  'finding',
  'recommendation',
  'exchange-programme',
  'exchange-enrolment',
  'exchange-matching',
  'exchange-placement',
  'exchange-reflection',
  'exchange-closing',
] as const

/** What of their own organisation can name a person, in the same way. */
export const ownNamingKinds = ['desk', 'position-statement', 'acknowledgement', 'position-answer'] as const

/** Everything that the registry holds about one person (GDPR, article 15): for themself, and for who administers their organisation. */
export const PersonData = z
  .strictObject({
    madeAt: instantOut,
    person: Person,
    inOrganisation: z
      .array(z.strictObject({ kind: z.enum(ownNamingKinds), item: z.record(z.string(), z.unknown()).describe('as the registry keeps it') }))
      .describe('whatever names them in what their organisation shows and says of itself'),
    inAgreements: z
      .array(
        z.strictObject({
          agreementId: uuid,
          kind: z.enum(namingKinds),
          item: z.record(z.string(), z.unknown()).describe('as the registry keeps it'),
        }),
      )
      .describe(
        'whatever names them, in the agreements at whose table their organisation sits; and what they acknowledged as a guest of others (`guest`)',
      ),
    inNetworks: z
      .array(
        z.strictObject({
          networkId: uuid,
          kind: z.enum(circleNamingKinds),
          item: z.record(z.string(), z.unknown()).describe('as the registry keeps it'),
        }),
      )
      .describe('whatever names them in the networks of their organisation, and in what hangs under those'),
    entries: z
      .array(
        z.strictObject({
          streamId: uuid,
          streamType: z.string().describe('such as agreement, organisation or network'),
          revision: z.int(),
          type: z.string(),
          recordedAt: instantOut,
          mandateId: z.exactOptional(uuid),
          did: z.boolean().describe('they did it; false: it says who they are'),
        }),
      )
      .describe('what they did, and what was recorded of who they are, in the order of record'),
  })
  .meta({ id: 'PersonData' })
export type PersonData = z.output<typeof PersonData>

/** For the person themself, and for who administers their organisation; for others there is nothing to see. */
export function requireOwnData(person: Person, actor: Actor): void {
  if (actor.kind !== 'person' || actor.organisationId !== person.organisationId) refuse('other-organisation')
  if (actor.personId !== person.id && !actor.authorities.includes('administer')) refuse('may-not-administer')
}

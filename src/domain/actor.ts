import { z } from 'zod'
import { scopes } from './identity.ts'

/** What a person may do for their own organisation beside taking part: administer it, or grant mandates (docs/domain.md#mandates). */
export const authorities = ['administer', 'grant-mandates'] as const
export type Authority = (typeof authorities)[number]

/** A person of an organisation: the only kind of caller that can speak, bind or reflect. */
export type PersonActor = {
  kind: 'person'
  personId: string
  organisationId: string
  authorities: readonly Authority[]
}

/** A client application of an organisation: reads what its organisation may read, and never binds. */
export type ApplicationActor = { kind: 'application'; applicationId: string; organisationId: string }

/** Runs the registry: registers organisations, and reads no agreement's content. */
export type OperatorActor = { kind: 'operator'; subject: string }

/** Who calls, after the token has been checked and matched to the people and applications that the registry knows. */
export type Actor = PersonActor | ApplicationActor | OperatorActor

const member = { id: z.uuid(), name: z.string(), organisation: z.strictObject({ id: z.uuid(), name: z.string() }) }

/** The caller as the registry knows them, and what their token lets them do at all. */
export const Me = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('person'),
      ...member,
      jobTitle: z.exactOptional(z.string()),
      authorities: z.array(z.enum(authorities)),
      scopes: z.array(z.enum(scopes)),
    }),
    z.strictObject({ kind: z.literal('application'), ...member, scopes: z.array(z.enum(scopes)) }),
    z.strictObject({ kind: z.literal('operator'), subject: z.string(), scopes: z.array(z.enum(scopes)) }),
  ])
  .meta({ id: 'Me' })
export type Me = z.output<typeof Me>

import { z } from 'zod'
import { digest } from './digest.ts'
import { scopes } from './identity.ts'
import { uuid } from './uuid.ts'

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

/**
 * For whom a transaction reads and writes, as the ledger and the database's row-level security know them. `registry` is the registry
 * itself, doing what is nobody's act; `nobody` reads what is public.
 */
export type Acting = { kind: Actor['kind'] | 'registry' | 'nobody'; actorId: string; organisationId?: string }

/** Who acts, as the ledger writes it. */
export function by(actor: Actor): Acting {
  const { kind } = actor
  // An account may be an e-mail address: the ledger, which never forgets, gets a digest of it. 32 hex digits tell operators apart.
  if (kind === 'operator') return { kind, actorId: digest('handslag-operator', actor.subject).slice(0, 32) }
  return { kind, actorId: kind === 'person' ? actor.personId : actor.applicationId, organisationId: actor.organisationId }
}

const member = { id: uuid, name: z.string(), organisation: z.strictObject({ id: uuid, name: z.string() }) }

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

import { z } from 'zod'
import { type Mandate, mandateStatus } from './mandate.ts'
import { holdersOn, orphanedTasks, type Role } from './role.ts'
import { addDays, dayOf, earliest, type Instant, instantOut, later, startOf } from './time.ts'
import { uuid } from './uuid.ts'

/** How many days ahead the report looks: a month, in which a table that meets every month comes together once more. */
export const daysAhead = 30

export const findingKinds = [
  'task-without-holder',
  'role-without-holder',
  'role-ending',
  'mandate-without-holder',
  'mandate-lapsing',
  'mandate-ending',
  'promise-without-owner',
] as const

/** Something that nobody has, or soon nobody has (docs/domain.md#continuity). */
const ContinuityFinding = z
  .strictObject({
    kind: z.enum(findingKinds),
    about: uuid.describe('the id of the task, the role, the mandate or the commitment'),
    what: z.string(),
    roleId: z.exactOptional(uuid),
    personId: z.exactOptional(uuid).describe('who had it, or has it until then'),
    organisationId: z.exactOptional(uuid).describe('theirs'),
    byAt: z.exactOptional(instantOut).describe('from when on nobody has it'),
  })
  .meta({ id: 'ContinuityFinding' })
type ContinuityFinding = z.output<typeof ContinuityFinding>

/** What was found in one agreement or network; nothing is an answer too. */
export const Continuity = z
  .strictObject({ kind: z.enum(['agreement', 'network']), id: uuid, title: z.string(), findings: z.array(ContinuityFinding) })
  .meta({ id: 'Continuity' })
export type Continuity = z.output<typeof Continuity>

/** An unfinished commitment of the version that holds, and whose it was, where that party is at the table no more. */
type Owned = { id: string; what: string; organisationId: string }

/** What the report looks at: roles, mandates and promises of who left of an agreement, or roles of a network, whose parties are there, and who has left their organisation. */
export type Watched = Omit<Continuity, 'findings'> & {
  roles: readonly Role[]
  mandates: readonly Mandate[]
  promises: readonly Owned[]
  parties: readonly { id: string; organisationId: string }[]
  gone: readonly string[]
}

/** What nobody has or soon nobody has in one place, of one organisation where that is asked. */
export function continuity(watched: Watched, at: Instant, ofOrganisation?: string): Continuity {
  const { kind, id, title, roles, mandates, promises } = watched
  const found = [
    ...roles.filter((role) => !role.endedAt).flatMap((role) => inRole(role, watched, at)),
    ...endingMandates(mandates, watched, at),
    ...promises.map(({ id, what, organisationId }) => ({ kind: 'promise-without-owner', about: id, what, organisationId }) as const),
  ]
  // A promise that its owner left behind is everybody's: who carries a part carries the whole.
  const concerns = (one: ContinuityFinding) => one.organisationId === ofOrganisation || one.kind === 'promise-without-owner'
  const findings = found.filter((one) => ofOrganisation === undefined || concerns(one))
  return { kind, id, title, findings }
}

/** The organisation of a party; in a network a holder names it itself. */
const organisationOf = ({ kind, parties }: Watched, partyId: string): string | undefined =>
  kind === 'network' ? partyId : parties.find((party) => party.id === partyId)?.organisationId

function inRole(role: Role, watched: Watched, at: Instant): ContinuityFinding[] {
  const today = dayOf(at)
  // Who has left their organisation holds nothing any more, whatever was not handed over.
  const still = { ...role, holders: role.holders.filter((holder) => !watched.gone.includes(holder.personId)) }
  const holderOf = (personId: string | undefined) => role.holders.findLast((holder) => holder.personId === personId)
  const who = (holder: Role['holders'][number] | undefined) => {
    const organisationId = holder && organisationOf(watched, holder.partyId)
    return { ...(holder && { personId: holder.personId }), ...(organisationId && { organisationId }) }
  }
  const tasks = orphanedTasks(still, today).map(
    ({ id, what, holderId }): ContinuityFinding => ({
      kind: 'task-without-holder',
      about: id,
      what,
      roleId: role.id,
      ...who(holderOf(holderId)),
    }),
  )
  const about = { about: role.id, what: role.name, roleId: role.id }
  if (holdersOn(still, today).length === 0) return [...tasks, { kind: 'role-without-holder', ...about, ...who(role.holders.at(-1)) }]
  const ending = still.holders.flatMap((holder): ContinuityFinding[] => {
    const { untilDate } = holder
    if (untilDate === undefined || untilDate < today || untilDate > addDays(today, daysAhead)) return []
    const next = addDays(untilDate, 1)
    return holdersOn(still, next).length > 0 ? [] : [{ kind: 'role-ending', ...about, ...who(holder), byAt: startOf(next) }]
  })
  return [...tasks, ...ending]
}

/** Mandates that lapse because nobody renewed them after a meeting, or that end, within the days ahead. */
const endingMandates = (mandates: readonly Mandate[], watched: Watched, at: Instant): ContinuityFinding[] =>
  mandates.flatMap((mandate): ContinuityFinding[] => {
    const { id, subjects, holderId: personId, partyId, renewal, untilAt } = mandate
    const organisationId = organisationOf(watched, partyId)
    const status = mandateStatus(mandate, at, Object.fromEntries(mandates.map((one) => [one.id, one])))
    if (organisationId === undefined || !['effective', 'renewal-due', 'suspended', 'not-yet-effective'].includes(status)) return []
    const finding = { about: id, what: subjects.join(', '), personId, organisationId }
    if (watched.gone.includes(personId)) return [{ kind: 'mandate-without-holder', ...finding }]
    if (renewal) return [{ kind: 'mandate-lapsing', ...finding, byAt: earliest(renewal.renewByAt, untilAt) }]
    return untilAt <= later(at, daysAhead) ? [{ kind: 'mandate-ending', ...finding, byAt: untilAt }] : []
  })

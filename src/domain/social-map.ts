import { z } from 'zod'
import { kinds } from './adoption.ts'
import { Desk, openDesks } from './desk.ts'
import { type Organisation, OrganisationView, viewOrganisation } from './organisation.ts'
import { involvements } from './party.ts'
import { PositionStatement } from './position.ts'
import { endsOf, spoken } from './search.ts'
import { uuid } from './uuid.ts'

/** How many agreements the map shows of an organisation, and how many networks: what fits beside its desks on one screen. */
export const mostBeside = 10

/** A person whom a desk names; nobody once they left. */
export const ContactPerson = z
  .strictObject({ id: uuid, name: z.string(), jobTitle: z.exactOptional(z.string()) })
  .meta({ id: 'ContactPerson' })
export type ContactPerson = z.output<typeof ContactPerson>

const DeskOnMap = Desk.omit({ contactPersonId: true, closedAt: true })
  .extend({ contactPerson: z.exactOptional(ContactPerson) })
  .meta({ id: 'DeskOnMap' })

/** A version in force in which an organisation takes part. */
export const LiveAgreement = z
  .strictObject({
    id: uuid,
    kind: z.enum(kinds),
    title: z.string(),
    version: z.int(),
    involvement: z.enum(involvements),
    roles: z.exactOptional(z.array(z.string())).describe('which roles its people hold today; where you sit at the table'),
  })
  .meta({ id: 'LiveAgreement' })
export type LiveAgreement = z.output<typeof LiveAgreement>

/** An organisation on the social map (docs/domain.md#the-social-map): what it does and does not do, and where it is reached. */
export const SocialMapEntry = z
  .strictObject({
    id: uuid.describe('that of the organisation'),
    organisation: OrganisationView,
    position: z.exactOptional(PositionStatement).describe('what it stated last that it is for, is not for, and why'),
    desks: z.array(DeskOnMap).describe('those that are open'),
    networks: z.array(z.strictObject({ id: uuid, name: z.string() })).describe(`in which you both are; ${mostBeside} at most`),
    agreements: z.array(LiveAgreement).describe(`in force, as far as you may read them; the last ${mostBeside}`),
    moreAgreements: z.boolean().describe('there are more: ask for the current agreements of this party'),
  })
  .meta({ id: 'SocialMapEntry' })
export type SocialMapEntry = z.output<typeof SocialMapEntry>

/** What the map keeps of an organisation: all of it is there for everybody whom the registry knows. */
export type Place = { organisation: OrganisationView; position?: PositionStatement; desks: Desk[] }

export const placeOf = (state: Organisation): Place => ({
  organisation: viewOrganisation(state),
  ...(state.position && { position: state.position }),
  desks: openDesks(state),
})

/** The subjects that an organisation says it is for or not for. */
export const subjectsOf = ({ position }: Place): string[] => [
  ...new Set([...(position?.weAreFor ?? []), ...(position?.weAreNotFor ?? [])].flatMap(({ subject }) => subject ?? [])),
]

// PostgreSQL keeps a megabyte of words to search at most: this many characters stay below it in any script, and are twenty pages.
const mostWords = 50_000

/** What a search looks in: its name, its desks, and what it stated; at the end what their words end with. */
export function wordsOf({ organisation, position, desks }: Place): string {
  const claims = [...(position?.weAreFor ?? []), ...(position?.weAreNotFor ?? [])]
  const stated = position ? [...claims.map(({ text }) => text), ...position.limits, position.why] : []
  const all = [
    organisation.name,
    ...desks.flatMap(({ name, what, area, address }) => [name, what, area, address?.city]),
    ...claims.map(({ subject }) => subject),
    ...stated,
  ].filter((words) => words !== undefined)
  const words = spoken(all.join('\n'))
  return `${words}\n${endsOf(words).join(' ')}`.slice(0, mostWords).toWellFormed()
}

/** An entry of the map: what is kept of an organisation, with the people, networks and agreements as they are for who reads. */
export function entryOf(
  { organisation, position, desks }: Place,
  beside: { people: ReadonlyMap<string, ContactPerson>; networks: { id: string; name: string }[]; agreements: LiveAgreement[] },
): SocialMapEntry {
  return {
    id: organisation.id,
    organisation,
    ...(position && { position }),
    desks: desks.map(({ contactPersonId, ...desk }) => {
      const contactPerson = beside.people.get(contactPersonId ?? '')
      return { ...desk, ...(contactPerson && { contactPerson }) }
    }),
    networks: beside.networks,
    agreements: beside.agreements.slice(0, mostBeside),
    moreAgreements: beside.agreements.length > mostBeside,
  }
}

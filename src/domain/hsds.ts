import { z } from 'zod'
import type { Address, Desk } from './desk.ts'
import type { Identifier } from './organisation.ts'
import type { ContactPerson, Place } from './social-map.ts'
import { uuid, uuidOf } from './uuid.ts'

/** The version of the Human Services Data Specification (docs.openreferral.org) in which the social map is exported. */
export const hsdsVersion = '3.1'

// The names are those of the specification.
const optional = z.exactOptional(z.string())

const HsdsAddress = z
  .strictObject({
    id: uuid,
    location_id: uuid,
    address_1: z.string(),
    city: z.string(),
    state_province: z.string(),
    postal_code: z.string(),
    country: z.string(),
    address_type: z.literal('physical'),
  })
  .meta({ id: 'HsdsAddress' })

const HsdsLocation = z
  .strictObject({
    id: uuid,
    location_type: z.literal('physical'),
    organization_id: uuid,
    name: z.string(),
    addresses: z.array(HsdsAddress),
  })
  .meta({ id: 'HsdsLocation' })
type HsdsLocation = z.output<typeof HsdsLocation>

const flatOrganization = { id: uuid, name: z.string(), description: z.string() }
const HsdsOrganizationIdentifier = z
  .strictObject({ id: uuid, organization_id: uuid, identifier_scheme: optional, identifier_type: z.string(), identifier: z.string() })
  .meta({ id: 'HsdsOrganizationIdentifier' })

/** An organisation; in a list without what it has several of, unless asked for in full. */
export const HsdsOrganization = z
  .strictObject({
    ...flatOrganization,
    organization_identifiers: z.exactOptional(z.array(HsdsOrganizationIdentifier)),
    locations: z.exactOptional(z.array(HsdsLocation)),
  })
  .meta({ id: 'HsdsOrganization' })
export type HsdsOrganization = z.output<typeof HsdsOrganization>

/** A service: with us a desk. In a list without what it has several of, unless asked for in full. */
export const HsdsService = z
  .strictObject({
    id: uuid,
    organization_id: uuid,
    name: z.string(),
    description: optional,
    url: optional,
    email: optional,
    status: z.enum(['active', 'defunct']),
    application_process: optional,
    organization: z.exactOptional(z.strictObject(flatOrganization).meta({ id: 'HsdsOrganizationOfService' })),
    phones: z.exactOptional(
      z.array(z.strictObject({ id: uuid, service_id: uuid, number: z.string(), type: z.literal('voice') }).meta({ id: 'HsdsPhone' })),
    ),
    schedules: z.exactOptional(
      z.array(z.strictObject({ id: uuid, service_id: uuid, description: z.string() }).meta({ id: 'HsdsSchedule' })),
    ),
    service_areas: z.exactOptional(
      z.array(z.strictObject({ id: uuid, service_id: uuid, name: z.string() }).meta({ id: 'HsdsServiceArea' })),
    ),
    service_at_locations: z.exactOptional(
      z.array(
        z.strictObject({ id: uuid, service_id: uuid, location_id: uuid, location: HsdsLocation }).meta({ id: 'HsdsServiceAtLocation' }),
      ),
    ),
    contacts: z.exactOptional(
      z.array(z.strictObject({ id: uuid, service_id: uuid, name: z.string(), title: optional }).meta({ id: 'HsdsContact' })),
    ),
  })
  .meta({ id: 'HsdsService' })
export type HsdsService = z.output<typeof HsdsService>

const flat = ({ organisation, position }: Place) => ({
  id: organisation.id,
  name: organisation.name,
  // It asks for a description, and has no place for what one is not for: that is on the social map.
  description: position?.weAreFor.map(({ text }) => text).join('\n') ?? organisation.name,
})

/** An organisation as the specification has it. */
export function hsdsOrganization(place: Place, full: boolean): HsdsOrganization {
  if (!full) return flat(place)
  const { organisation, desks } = place
  return {
    ...flat(place),
    organization_identifiers: organisation.identifiers.map((identifier) => identified(organisation.id, identifier)),
    locations: desks.flatMap((desk) => (desk.address ? [locationOf(desk, desk.address)] : [])),
  }
}

// NL-KVK is the code of the chamber of commerce in the list of registers that the specification refers to (org-id.guide).
const identified = (organisationId: string, { scheme, value }: Identifier) => ({
  id: uuidOf(organisationId, scheme, value),
  organization_id: organisationId,
  ...(scheme === 'kvk' && { identifier_scheme: 'NL-KVK' }),
  identifier_type: scheme,
  identifier: value,
})

/** A desk as a service; `person` is its contact, as long as they are there. */
export function hsdsService(desk: Desk, place: Place, person: ContactPerson | undefined, full: boolean): HsdsService {
  const { id, organisationId, name, what, url, email, contact, closedAt } = desk
  const service = {
    id,
    organization_id: organisationId,
    name,
    ...(what && { description: what }),
    ...(url && { url }),
    ...(email && { email }),
    status: closedAt ? ('defunct' as const) : ('active' as const),
    ...(contact && { application_process: contact }),
  }
  if (!full) return service
  const { phone, openingHours, area, address } = desk
  const part = (kind: string) => ({ id: uuidOf(id, kind), service_id: id })
  return {
    ...service,
    organization: flat(place),
    phones: phone ? [{ ...part('phone'), number: phone, type: 'voice' }] : [],
    schedules: openingHours ? [{ ...part('schedule'), description: openingHours }] : [],
    service_areas: area ? [{ ...part('area'), name: area }] : [],
    service_at_locations: address ? [atLocation(part('at-location'), locationOf(desk, address))] : [],
    contacts: person && !closedAt ? [{ ...part('contact'), name: person.name, ...(person.jobTitle && { title: person.jobTitle }) }] : [],
  }
}

const atLocation = (part: { id: string; service_id: string }, location: HsdsLocation) => ({ ...part, location_id: location.id, location })

function locationOf({ id, organisationId, name }: Desk, { street, postalCode, city, province, country }: Address): HsdsLocation {
  const locationId = uuidOf(id, 'location')
  const address = { address_1: street, city, state_province: province, postal_code: postalCode, country, address_type: 'physical' as const }
  return {
    id: locationId,
    location_type: 'physical',
    organization_id: organisationId,
    name,
    addresses: [{ id: uuidOf(id, 'address'), location_id: locationId, ...address }],
  }
}

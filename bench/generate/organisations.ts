import type { NetworkEvent } from '../../src/domain/network/network.ts'
import type { OrganisationEvent } from '../../src/domain/organisation.ts'
import { hubs, idOf, localsOf, networkName, nths, organisationName, subjectOf, suffixOf } from './cast.ts'
import type { Act } from './history.ts'

/** An organisation by what stands for it: its director grants mandates, its representative sits at tables, its case system reads. */
export type Body = { number: number | string; name: string; suffix: string; oin: string }

const acted = <Event>(event: Event, at: string, actorId: string, revision: number, organisationId?: string): Act<Event> => ({
  event,
  recorded: { at, revision, by: { actorId, ...(organisationId && { organisationId }) } },
})

/** Registered by the operator, and then its own affair. */
export function organisationHistory({ number, name, suffix, oin }: Body, registeredMs: number, issuer: string): Act<OrganisationEvent>[] {
  const id = idOf(registeredMs, nths.organisation, suffix)
  const directorId = idOf(registeredMs, nths.director, suffix)
  const at = new Date(registeredMs).toISOString()
  const account = (who: 'director' | 'representative' | 'application') => ({ issuer, subject: subjectOf(number, who) })
  const events: OrganisationEvent[] = [
    { type: 'organisation-registered', data: { id, name, formal: true, identifiers: [{ scheme: 'oin', value: oin }] } },
    {
      type: 'person-added',
      data: {
        id: directorId,
        organisationId: id,
        name: `Directeur van ${name}`,
        authorities: ['administer', 'grant-mandates'],
        account: account('director'),
      },
    },
    {
      type: 'person-added',
      data: {
        id: idOf(registeredMs, nths.representative, suffix),
        organisationId: id,
        name: `Vertegenwoordiger van ${name}`,
        authorities: [],
        account: account('representative'),
      },
    },
    {
      type: 'application-added',
      data: {
        id: idOf(registeredMs, nths.application, suffix),
        organisationId: id,
        name: 'Zaaksysteem',
        scopes: ['handslag:read'],
        ...account('application'),
      },
    },
  ]
  return events.map((event, index) =>
    // 32 hexadecimal digits, as the ledger knows operators.
    index < 2 ? acted(event, at, '0'.repeat(32), index + 1) : acted(event, at, directorId, index + 1, id),
  )
}

/** A network with its own organisations, and the three that sit with many. */
export function networkHistory(network: number, organisations: number, registeredMs: number): Act<NetworkEvent>[] {
  const members = [...Array(hubs).keys(), ...localsOf(organisations, network)]
  const [founder = 0] = members
  const id = idOf(registeredMs, nths.network, suffixOf(network))
  const organisationId = idOf(registeredMs, nths.organisation, suffixOf(founder))
  const actorId = idOf(registeredMs, nths.director, suffixOf(founder))
  const at = new Date(registeredMs).toISOString()
  const goal = 'Elk gezin dat hulp nodig heeft, krijgt die op tijd en dichtbij.'
  const events: NetworkEvent[] = [
    { type: 'network-founded', data: { id, name: networkName(network), sharedGoal: goal } },
    ...members.map(
      (o): NetworkEvent => ({
        type: 'member-joined',
        data: { organisationId: idOf(registeredMs, nths.organisation, suffixOf(o)), name: organisationName(o) },
      }),
    ),
  ]
  return events.map((event, index) => acted(event, at, actorId, index + 1, organisationId))
}

import type { Teller, Told } from '../../teller.ts'
import type { House, Story } from './houses.ts'

/** Three weeks to enrol, a month until the visits, and a month to return them. */
const days = async (teller: Teller) => ({
  enrolBeforeAt: `${await teller.day(20)}T17:00:00.000Z`,
  week: { from: await teller.day(50), until: await teller.day(54) },
  reverseWeek: { from: await teller.day(80), until: await teller.day(84) },
  closingMeetingOn: await teller.day(90),
})

export async function found(teller: Teller, houses: House[]): Promise<Pick<Story, 'at' | 'programmeId' | 'networkId' | 'lead'>> {
  const [lead] = houses
  if (!lead) throw new Error('nobody takes part')
  const by = lead.professional
  const { body: networks } = await teller.look('/v1/networks', by.subject)
  const networkId = networks.items[0].id
  const planned = await days(teller)
  const body = {
    networkId,
    title: 'Bij elkaar in de keuken',
    purpose: 'Wie een dag bij de ander heeft meegelopen, weet wie te bellen, en waarom die ander doet wat die doet.',
    checklist: ['Een plek om mee te werken', 'Een gesprek mee te maken', 'Koffie na afloop'],
    rounds: [{ name: 'Eerste ronde', ...planned, reverseWeek: planned.week }],
  }
  const found = (sentence: string, body: object, expect: number) =>
    teller.tell(sentence, 'POST /v1/exchange-programmes', { as: by.subject, expect, body })
  await found(
    `${by.name} of ${by.organisation} plans everything in one week. A visit is returned later: who goes, also receives.`,
    body,
    409,
  )
  const { body: programme } = await found(
    'So there are two weeks, and a meeting to close with.',
    { ...body, rounds: [{ name: 'Eerste ronde', ...planned }] },
    201,
  )
  return { at: `/v1/exchange-programmes/${programme.id}`, programmeId: programme.id, networkId, lead }
}

export async function enrolEverybody(story: Story): Promise<void> {
  const { teller, houses, at } = story
  const [first, second, third] = houses
  if (!first || !second || !third) throw new Error('they are thirteen')
  const by = second.professional
  const enrol = (sentence: string, body: object, expect: number) =>
    teller.tell(sentence, `POST ${at}/enrolments`, { as: by.subject, expect, body: { roundNumber: 1, ...body } })
  await enrol(`${by.name} cannot enrol somebody of another organisation.`, { personId: third.professional.personId }, 409)
  await enrol('Nor can one wish to see one’s own.', { personId: by.personId, wishes: [by.organisationId] }, 409)
  const wishes = [first, third].map(({ professional }) => professional.organisationId)
  const { body: enrolled } = await enrol(
    `${by.name} would like to see ${first.professional.organisation} or ${third.professional.organisation}.`,
    {
      personId: by.personId,
      wishes,
      offers: 'Een dag mee op de fiets door de wijk',
    },
    201,
  )
  await enrol('One is enrolled once.', { personId: by.personId }, 409)
  teller.note('Everybody enrols their own people:')
  let count = 0
  for (const [nth, house] of houses.entries())
    count += await enrolHouse(story, house, houses[(nth + 1) % houses.length] ?? first, enrolled.personId)
  teller.sure('they are seventy-five, of thirteen organisations', count === 75 && houses.length === 13)
  await teller.daysLater(21)
  await enrol('Who comes now comes too late.', { personId: second.director.personId }, 409)
}

/** Enrols the people of one organisation; the one who signs in prepares the visits that they get. Gives how many they are. */
async function enrolHouse({ teller, at }: Story, house: House, neighbour: House, enrolledId: string): Promise<number> {
  const { professional, people } = house
  const { organisation, organisationId, personId: contactId, subject } = professional
  const { body } = await teller.look(`/v1/organisations/${organisationId}/people?limit=100`, subject)
  const others = body.items.flatMap(({ id, leftAt }: Told['body']) => (id === contactId || leftAt ? [] : [id]))
  const going = [contactId, ...others].slice(0, people)
  for (const personId of going.filter((id) => id !== enrolledId)) {
    const wishes = [neighbour.professional.organisationId]
    const body = { roundNumber: 1, personId, wishes, hostContactId: contactId }
    await teller.act(`POST ${at}/enrolments`, { as: subject, expect: 201, body })
  }
  teller.note(`– ${organisation}: ${going.length}`)
  return going.length
}

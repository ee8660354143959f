import { addDays } from '../../../domain/time.ts'
import type { Told } from '../../teller.ts'
import type { Person } from '../cast.ts'
import { houseOf, type Story } from './houses.ts'

/** A visit that the story follows, by whom and to whom; both sign in themselves. */
export type Seen = { placement: Told['body']; guest: Person; host: Person }

export async function prepare({ teller, houses, at }: Story, placements: Told['body'][]): Promise<Seen> {
  const [week] = placements.map((placement) => placement.week.from).sort()
  const visitOf = ({ personId }: Person) => placements.find((one) => one.guest.personId === personId && one.week.from === week)
  // She who enrolled first goes first, unless she is the one who was left.
  const [lead, first, ...others] = houses.map(({ professional }) => professional)
  const guest = [first, lead, ...others].find((person) => person && visitOf(person))
  if (!guest) throw new Error('none of them is a guest in the first week')
  const placement = visitOf(guest)
  const host = houseOf(houses, placement.host.organisationId).professional
  const path = `${at}/placements/${placement.id}`
  teller.note(`${guest.name} of ${guest.organisation} goes to ${host.organisation}.`)
  const write = async (sentence: string, body: object, expect: number) => {
    const { etag } = await teller.look(path, host.subject)
    return teller.tell(sentence, `PUT ${path}/preparation`, { as: host.subject, expect, ifMatch: etag, body })
  }
  const items = placement.preparation.map(({ text }: { text: string }) => ({ text, done: true }))
  await write(`${host.name} prepares it, on a day that is not in the week.`, { on: addDays(placement.week.until, 1), items }, 409)
  await write('On a day that is, everything is ready.', { on: placement.week.from, items }, 200)
  const early = { as: guest.subject, expect: 409, body: { outcome: 'held', heldOn: placement.week.from } }
  await teller.tell('Nobody says yet that it has been.', `POST ${path}/outcomes`, early)
  return { placement, guest, host }
}

/** All visits but one, and all that return them. Gives the one that was cancelled. */
export async function visit({ teller, houses, at }: Story, placements: Told['body'][], { placement, guest }: Seen): Promise<Seen> {
  const cancelled = placements.find(
    ({ id, reverseId, week }) => id !== placement.id && reverseId !== placement.id && week.from === placement.week.from,
  )
  await teller.daysLater(35)
  const settle = (id: string, by: Person, body: object) =>
    teller.act(`POST ${at}/placements/${id}/outcomes`, { as: by.subject, expect: 201, body })
  await teller.tell(`${guest.name} has been there.`, `POST ${at}/placements/${placement.id}/outcomes`, {
    as: guest.subject,
    expect: 201,
    body: { outcome: 'held', heldOn: placement.week.from },
  })
  const ill = houseOf(houses, cancelled.guest.organisationId).professional
  await teller.tell(`Somebody of ${ill.organisation} could not come.`, `POST ${at}/placements/${cancelled.id}/outcomes`, {
    as: ill.subject,
    expect: 201,
    body: { outcome: 'cancelled', reason: 'Ziek; we halen het in.' },
  })
  const held = async (week: string) => {
    const others = placements.filter(({ id, week: { from } }) => from === week && id !== placement.id && id !== cancelled.id)
    for (const { id, guest } of others)
      await settle(id, houseOf(houses, guest.organisationId).professional, { outcome: 'held', heldOn: week })
    return others.length
  }
  teller.note(`${await held(placement.week.from)} other visits were held.`)
  await teller.daysLater(30)
  const reverse = placements.find(({ id }) => id === placement.reverseId)
  teller.note(`And ${await held(reverse.week.from)} were returned, also to who could not come.`)
  return { placement: cancelled, guest: ill, host: houseOf(houses, cancelled.host.organisationId).professional }
}

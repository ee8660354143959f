import { by, type PersonActor } from '../domain/actor.ts'
import { Enrol } from '../domain/exchange/enrolment.ts'
import { FoundProgramme } from '../domain/exchange/programme.ts'
import { AddPerson, addPerson } from '../domain/organisation.ts'
import { addDays, type Day, dayOf, endOf } from '../domain/time.ts'
import { peopleOf } from '../store/directory.ts'
import { enrolledIn } from '../store/exchange/enrolment.ts'
import { listProgrammes } from '../store/exchange/programme.ts'
import { registryItself, within } from '../store/transaction.ts'
import type { Deps } from './deps.ts'
import { enrolTogether } from './exchange/enrolment.ts'
import { foundProgramme } from './exchange/programme.ts'
import { changeOrganisationBy } from './organisation.ts'

// As many as took part in the exchange that this is after: 75 people of 13 organisations, five or six of each.
const people = 75

const firstNames = ['Aaf', 'Bilal', 'Cato', 'Dounia', 'Eelco', 'Femke', 'Gijs', 'Hayat', 'Imke', 'Jelle', 'Khadija', 'Lars', 'Meike']
const lastNames = ['Aalders', 'Boukhari', 'Claus', 'Dijkema', 'Everts', 'Feenstra', 'Groothuis']

/** The made-up names of those who come along beside the two that an organisation has already: all different. */
const colleaguesOf = (nth: number, organisations: number): string[] => {
  const own = Math.floor(people / organisations) + (nth < people % organisations ? 1 : 0)
  return Array.from({ length: own - 2 }, (_, index) => `${firstNames[nth % firstNames.length]} ${lastNames[index % lastNames.length]}`)
}

/** The days of the round: enrolling until 23 September, a reverse week from 6 December, closing on the 16th; this year's where that is still to come. */
function daysFrom(today: Day) {
  const year = Number(today.slice(0, 4)) + (today.slice(5) > '09-23' ? 1 : 0)
  return {
    enrolBeforeAt: endOf(`${year}-09-23`),
    week: { from: `${year}-10-11`, until: addDays(`${year}-10-11`, 4) },
    reverseWeek: { from: `${year}-12-06`, until: addDays(`${year}-12-06`, 4) },
    closingMeetingOn: `${year}-12-16`,
  }
}

/**
 * Fills the registry with an exchange programme of the network of these organisations, led by the first of them: 75 people are enrolled in
 * its round. What is there already stays as it is; an organisation's share is one transaction.
 */
export async function seedExchange(deps: Deps, networkId: string, administrators: readonly PersonActor[]): Promise<void> {
  const { database } = deps
  const [lead] = administrators
  if (!lead) return
  const as = <T>(actor: PersonActor, work: () => Promise<T>) => within(database.pool, by(actor), work)
  const [there] = await as(lead, () => listProgrammes(database, lead, { networkId, limit: 1 }))
  const now = new Date(Date.now() + database.clock.aheadMs).toISOString()
  const programme = there ?? (await foundProgramme(deps, lead, demoProgramme(networkId, dayOf(now)))).state
  if ((programme.rounds[0]?.enrolBeforeAt ?? '') <= now) return
  const known = await within(database.pool, registryItself, () =>
    peopleOf(
      database,
      administrators.map(({ organisationId }) => organisationId),
    ),
  )
  const enrolled = await as(lead, () => enrolledIn(database, programme.id))
  if (enrolled.size >= people) return
  for (const [nth, administrator] of administrators.entries()) {
    const { organisationId } = administrator
    const own = known.filter((person) => person.organisationId === organisationId)
    const others = administrators.map((other) => other.organisationId).filter((id) => id !== organisationId)
    const names = colleaguesOf(nth, administrators.length).filter((name) => !own.some((person) => person.name === name))
    await as(administrator, async () => {
      const { state } = await changeOrganisationBy(deps, administrator, { organisationId }, (before, context) =>
        names.flatMap((name) => addPerson(before, AddPerson.parse({ name, jobTitle: 'Professional' }), context)),
      )
      const waiting = Object.keys(state.people).filter((id) => !enrolled.has(id))
      const inputs = waiting.map((personId, index) => {
        const wishes = [others[(nth + index) % others.length] ?? '', others[(nth + index + 5) % others.length] ?? '']
        return Enrol.parse({ roundNumber: 1, personId, wishes, offers })
      })
      await enrolTogether(deps, administrator, { id: programme.id }, inputs)
    })
  }
}

const offers = 'Een dag mee in het gewone werk, met tijd om na te praten.'

const demoProgramme = (networkId: string, today: Day): FoundProgramme =>
  FoundProgramme.parse({
    networkId,
    title: 'Wisselstage huiselijk geweld',
    purpose: 'Wie elkaars werk heeft gezien, weet elkaar sneller te vinden.',
    checklist: ['Wie er die dag zijn, weten wie er komt', 'Een plek om mee te werken', 'Tijd om na te praten'],
    rounds: [{ name: 'Najaar', ...daysFrom(today) }],
  })

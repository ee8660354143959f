import type { Teller, Told } from '../../teller.ts'
import type { Person } from '../cast.ts'
import { Table } from '../table.ts'
import { answers, founders, legalBasis, type People, type Story, subjects, title } from './words.ts'

export async function start(teller: Teller, people: People): Promise<Pick<Story, 'table' | 'mandateIds'>> {
  const { lotte } = people
  const { body: networks } = await teller.look('/v1/networks', lotte.subject)
  const seated = founders(people).slice(1)
  const body = {
    kind: 'covenant',
    title,
    visibility: 'network',
    networkId: networks.items[0].id,
    parties: seated.map(({ organisationId }) => ({ organisationId, involvement: 'seated' })),
  }
  const looks = `${lotte.name} of ${lotte.organisation} looks what a covenant can start from.`
  const { body: templates } = await teller.tell(looks, 'GET /v1/templates', { as: lotte.subject, expect: 200 })
  for (const { name, reviewAfterMonths, months } of templates.items)
    teller.note(`– ${name}: for ${months} months, looked at after ${reviewAfterMonths}`)
  const builtIn = (kind: string) => templates.items.find((one: Told['body']) => one.kind === kind && !one.organisationId).id
  await teller.tell('With the template of a TWO it cannot begin: that one is made for half a year.', 'POST /v1/agreements', {
    as: lotte.subject,
    expect: 409,
    body: { ...body, templateId: builtIn('two') },
  })
  const begins = 'With that of a covenant it can: the police, the shelter, Veilig Thuis and social work get a seat.'
  const table = await Table.start(teller, begins, lotte, subjects, { ...body, templateId: builtIn('covenant') })
  const {
    body: { text },
  } = await teller.look(`${table.at}/text`, lotte.subject)
  teller.note('The text asks:', ...[text.purpose, text.inScope[0].text, text.outOfScope[0].text].map((question) => `– ${question}`))
  const { objectionDays, noticeDays } = text.groundRules
  teller.note(`To join takes ${objectionDays} days in which others can object; to leave takes a notice of ${noticeDays} days.`)
  return { table, mandateIds: await mandates(table, people) }
}

async function mandates(table: Table, { lotte, wim, sanne, roel, petra, amina, yusuf, hanna, daan, ineke }: People) {
  const mandateIds = new Map<Person, string>()
  const pairs: [Person, Person][] = [
    [wim, lotte],
    [roel, sanne],
    [amina, petra],
    [hanna, yusuf],
    [ineke, daan],
  ]
  for (const [grantor, holder] of pairs) mandateIds.set(holder, (await table.grant(grantor, holder)).id)
  return mandateIds
}

/** There was something on paper before; a link says what the covenant does to it. */
export async function link({ teller, table, people: { lotte, sanne, wim } }: Story): Promise<void> {
  const before = `The municipality and the police still had a TWO of their own in the making.`
  const old = await Table.start(teller, before, lotte, subjects, {
    kind: 'two',
    title: 'Werkafspraken bij meldingen (concept)',
    parties: [{ organisationId: sanne.organisationId, involvement: 'seated' }],
  })
  await old.grant(wim, lotte)
  await table.does(`${lotte.name} says that the covenant supersedes it.`, lotte, '/links', {
    kind: 'supersedes',
    agreementId: old.id,
    reason: 'Wat de twee wilden afspreken, spreken nu alle vijf af.',
  })
  const { body: still } = await teller.look(old.at, sanne.subject)
  teller.sure('that does nothing by itself: the old one is a draft still', still.phase === 'draft')
  await old.does('It is ended at its own table.', lotte, '/ending', { reason: 'Het convenant komt ervoor in de plaats.' })
  const { body: links } = await teller.look(`${old.at}/links`, sanne.subject)
  teller.sure('the link is told on both sides', links.items[0]?.kind === 'supersedes')
}

export async function guestMeets({ teller, table, people, mandateIds }: Story): Promise<void> {
  const { lotte, selma } = people
  await table.openRound('Round 1 opens.', lotte)
  const meeting = await table.meet(`They meet, and ${selma.name} of ${selma.organisation} comes as a guest.`, lotte, {
    title: 'Oprichting van het convenant',
    place: 'Gemeentehuis Kogerveen',
  })
  const all = [...founders(people), selma]
  const outcome = {
    decisions: [
      {
        what: 'Veilig Thuis is het ene punt waar meldingen samenkomen',
        why: 'Wie belt, hoeft dan niet te weten bij wie het hoort',
        byPartyIds: founders(people).map((person) => table.partyOf(person)),
      },
    ],
  }
  const path = `/meetings/${meeting.id}/record`
  const attendees = all.map(({ personId }) => ({ personId }))
  await table.does(`${selma.name} did not say that what is said here stays here.`, lotte, path, { attendees, ...outcome }, 409)
  const { etag } = await teller.look(`${table.at}/meetings/${meeting.id}`, lotte.subject)
  await teller.tell('At the door she does, in words of the table.', `PUT ${table.at}/meetings/${meeting.id}/guests`, {
    as: lotte.subject,
    expect: 200,
    ifMatch: etag,
    body: { guests: [{ personId: selma.personId, statement: 'Wat hier over gezinnen gezegd wordt, blijft hier.' }] },
  })
  await table.record('Now the meeting is recorded with her there, and closed.', lotte, meeting.id, all, outcome)
  for (const person of founders(people))
    await table.renew(`${person.name} takes the outcome home, and renews the mandate.`, person, mandateIds.get(person) ?? '', meeting.id)
}

export async function sayOnWhichGround({ teller, table, people }: Story): Promise<void> {
  const { lotte, sanne, petra, yusuf, daan } = people
  const role = await table.does('They name a role.', lotte, '/roles', {
    name: 'meldpunt',
    purpose: 'Brengt meldingen samen en zegt wie wat weet',
    tasks: [{ what: 'Belt binnen een dag wie het aangaat' }],
  })
  for (const person of [lotte, sanne, petra, daan]) await table.hear(`${person.name} is heard, and has no concerns.`, person)
  await table.hear(`${yusuf.name} has one.`, yusuf, ['Als iedereen ons belt, en niemand ons terugbelt, weten we nog niets.'])
  const { body: concerns } = await teller.look(`${table.round}/contributions?kind=concern`, lotte.subject)
  await table.inRound(`${sanne.name} answers it.`, sanne, `/contributions/${concerns.items[0].id}/answers`, {
    text: 'De wijkagent belt dezelfde dag terug, ook als er niets te melden is.',
  })
  const text = {
    ...answers(table, people),
    // Ten months: long enough to see it work, and shorter than the three years that the template proposes.
    validity: { validFrom: await teller.day(), reviewOn: await teller.day(180), validUntil: await teller.day(300) },
  }
  await table.write(`${lotte.name} answers the questions. Data is shared under this covenant, and the text says so.`, lotte, text, 'PATCH')
  const commitment = await table.offer('A commitment is offered to Veilig Thuis.', lotte, {
    what: 'Veilig Thuis belt binnen een dag wie bij een melding betrokken is',
    ownerPartyId: table.partyOf(yusuf),
    roleId: role.id,
    subject: 'information-sharing',
    ongoing: true,
  })
  await table.accept(yusuf, commitment.id)
  const refused = await table.adopt('Nobody adopts that until each party says on which legal basis it shares.', lotte, 409)
  for (const { code, detail } of refused.errors) if (code === 'legal-basis-missing') teller.note(`– ${detail}`)
  const grounds = legalBasis(table, people)
  const forgotten = grounds.map(({ processingRecord, ...rest }) =>
    rest.partyId === table.partyOf(petra) ? rest : { ...rest, processingRecord },
  )
  const written = await table.write(
    'Each says it. The shelter forgets its register of processing activities.',
    lotte,
    { legalBasis: forgotten },
    'PATCH',
  )
  for (const { code, detail } of written.missing) if (code === 'processing-record-missing') teller.note(`– ${detail}`)
  await table.write(`${petra.name} looks it up.`, petra, { legalBasis: grounds }, 'PATCH')
}

export async function adopt({ teller, table, people }: Story): Promise<void> {
  for (const person of founders(people)) await table.stance(`${person.name} accepts the text for ${person.organisation}.`, person)
  await table.adopt('The covenant is adopted.', people.yusuf)
  const { body } = await teller.look(`${table.at}/current`, people.selma.subject)
  const grounds = body.content.legalBasis.map(({ processingRecord }: { processingRecord: string }) => processingRecord)
  teller.sure('every member of the network reads on which legal basis each party shares', grounds.length === 5)
}

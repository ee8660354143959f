import { randomUUID as id } from 'node:crypto'
import { Table } from '../table.ts'
import type { Story } from './words.ts'

const subjects = ['home-visits']

/** A TWO of three of them, about one thing of the covenant. */
export async function twoUnderIt({ teller, table: covenant, people }: Story): Promise<void> {
  const { lotte, wim, sanne, roel, petra, amina } = people
  const body = {
    kind: 'two',
    title: 'Samen op bezoek na een melding',
    underId: covenant.id,
    parties: [sanne, petra].map(({ organisationId }) => ({ organisationId, involvement: 'seated' })),
  }
  const table = await Table.start(teller, 'Three of them record a TWO under it, about visits.', lotte, subjects, body)
  await table.grant(wim, lotte)
  await table.grant(roel, sanne)
  await table.grant(amina, petra)
  await table.openRound('Its round 1 opens.', lotte)
  const role = await table.does('It has a role of its own.', lotte, '/roles', { name: 'bezoeker', purpose: 'Gaat mee', tasks: [] })
  for (const person of [lotte, sanne, petra]) await table.hear(`${person.name} is heard, and has no concerns.`, person)
  const visit = await table.offer('A commitment is offered to the police.', lotte, {
    what: 'Wijkagent gaat binnen twee dagen mee op bezoek',
    ownerPartyId: table.partyOf(sanne),
    roleId: role.id,
    subject: 'home-visits',
    ongoing: true,
  })
  await table.accept(sanne, visit.id)
  const text = {
    title: body.title,
    purpose: 'Binnen twee dagen is er iemand bij het gezin geweest.',
    groundRules: {},
    mandate: { needed: 'Mag bezoeken toezeggen', subjects: [...subjects, 'housing'] },
    inScope: [{ id: id(), text: 'Het eerste bezoek na een melding' }],
    outOfScope: [{ id: id(), text: 'Wat er na de eerste week nodig is' }],
    preparation: 'Ieder kijkt vooraf wie er die week kan.',
    routing: 'De wijkagent belt de opvang, en andersom.',
    processEvaluation: 'Na drie maanden: lukt het, en wat merkt het gezin ervan?',
    decisions: [
      { id: id(), what: 'Samen op bezoek', why: 'Eén gezicht geeft rust', byPartyIds: [table.partyOf(sanne), table.partyOf(petra)] },
    ],
    validity: { validFrom: await teller.day(), reviewOn: await teller.day(90), validUntil: await teller.day(360) },
  }
  await table.write(`${lotte.name} writes it down: for a year, and about homes too.`, lotte, text)
  const outside = await table.adopt('That is more than the covenant is about, and longer than it holds.', lotte, 409)
  for (const { code, detail } of outside.errors) if (code.startsWith('outside-covenant')) teller.note(`– ${detail}`)
  await table.write('So they stay within it.', lotte, { mandate: { subjects }, validity: { validUntil: await teller.day(270) } }, 'PATCH')
  for (const person of [lotte, sanne, petra]) await table.stance(`${person.name} accepts.`, person)
  await table.adopt('The TWO is adopted.', petra)
  const { body: under } = await teller.look(`/v1/agreements?under=${covenant.id}`, petra.subject)
  teller.sure('the covenant has one TWO under it', under.items.length === 1 && under.items[0].id === table.id)
}

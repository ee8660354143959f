import { randomUUID as id } from 'node:crypto'
import type { Told } from '../../teller.ts'
import { reader, type Story, validity, weekendDecision } from './words.ts'

export async function meetAgain({ teller, table, people, mandateIds }: Story): Promise<Told['body'][]> {
  const { lotte, sanne, petra, daan } = people
  await table.openRound('Round 2 opens, with an agenda made of what was learned.', sanne)
  const { body: agenda } = await teller.look(`${table.round}/agenda`, sanne.subject)
  for (const item of agenda.items) teller.note(`– ${item.kind}${item.outcome ? ` (${item.outcome})` : ''}: ${item.text}`)
  const second = await table.meet('They meet again.', petra, { title: 'Tweede bijeenkomst' })
  await table.record('The meeting is recorded, and closed.', petra, second.id, [lotte, sanne, petra, daan], {
    decisions: [weekendDecision(table, people)],
  })
  for (const [person, mandateId] of [
    [lotte, mandateIds.lotte],
    [sanne, mandateIds.sanne],
    [petra, mandateIds.petra],
  ] as const)
    await table.renew(`${person.name} goes home, and renews the mandate.`, person, mandateId, second.id)
  for (const person of [lotte, sanne, petra]) await table.hear(`${person.name} is heard, and has no concerns.`, person)
  return agenda.items
}

export async function promiseAgain({ teller, table, people: { lotte, sanne, petra }, roleId }: Story, visit: string): Promise<void> {
  const offered = await teller.look(`${table.at}/commitments?state=offered`, sanne.subject)
  teller.sure('what was not finished is offered anew, and not silently prolonged', offered.body.items.length === 1)
  await table.accept(sanne, visit)
  const weekend = await table.offer('A commitment for the weekend is offered to the shelter.', lotte, {
    what: 'Opvang gaat in het weekend alleen op bezoek, binnen drie dagen',
    ownerPartyId: table.partyOf(petra),
    roleId,
    subject: 'home-visits',
    demands: [{ measure: 'hours-per-week', amount: 6 }],
    ongoing: true,
  })
  await table.accept(petra, weekend.id)
}

export async function adoptBetter({ teller, table, people, text }: Story, agenda: Told['body'][]): Promise<void> {
  const { lotte, sanne, petra } = people
  const cited = agenda.filter(({ kind }) => kind === 'dissent' || kind === 'recommendation')
  await table.write(`${lotte.name} writes version 2, and says what it builds on.`, lotte, {
    ...text,
    inScope: text.inScope.map((item) => ({ ...item, text: 'De eerste zeven dagen na een melding, ook in het weekend' })),
    decisions: [...text.decisions, { id: id(), ...weekendDecision(table, people) }],
    validity: await validity(teller, 200),
    buildsOn: cited.map((item) => item.id),
  })
  for (const person of [lotte, sanne, petra]) await table.stance(`${person.name} accepts.`, person)
  await table.adopt('Version 2 is adopted.', sanne)
}

export async function whatHolds({ teller, table, people: { sanne }, text }: Story, whenOneHeld: string): Promise<void> {
  const ask = async (sentence: string, path: string) => (await teller.tell(sentence, `GET ${path}`, { as: reader, expect: 200 })).body
  const current = await ask('The case system sees version 2.', `${table.at}/current`)
  teller.sure('version 2 is in force', current.number === 2)
  const { changes } = await ask('What changed from version 1 to 2?', `${table.at}/versions/2/diff?from=1`)
  for (const change of changes.slice(0, 12)) teller.note(`– ${change.kind}: ${change.path}`)
  teller.sure(
    'the changed scope shows as one change of one item',
    changes.some((change: { kind: string; path: string }) => change.kind === 'changed' && change.path.includes(text.inScope[0]?.id ?? '?')),
  )
  const then = await ask(
    'And what held three months ago, as it was known then?',
    `${table.at}/current?geldigOp=${whenOneHeld}&beschikbaarOp=${whenOneHeld}`,
  )
  teller.sure('that was version 1', then.number === 1)
  const list = await ask('Everything in force for the police, in one list.', `/v1/current-agreements?party=${sanne.organisationId}`)
  teller.sure(
    'the list has it',
    list.items.some((item: { agreementId: string }) => item.agreementId === table.id),
  )
  await teller.tell('Somebody who does not sit at this table asks for it: for them it does not exist.', `GET ${table.at}`, {
    as: 'tineke',
    expect: 404,
  })
}

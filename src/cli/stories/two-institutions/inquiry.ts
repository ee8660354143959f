import type { Teller, Told } from '../../teller.ts'
import type { Person } from '../cast.ts'
import type { People } from './words.ts'

/** What is found in an inquiry, by its kind. */
type Findings = Record<'driver' | 'success' | 'opportunity' | 'idea', string>

/** An appreciative session, with a seat for each of the four: what works already, and what would bring more of it. */
export async function lookForWhatWorks(teller: Teller, people: People, network: string) {
  const { anouk, corrie, mila, pieter, fatima } = people
  const does = async (sentence: string, by: Person, path: string, body?: object, expect = 201): Promise<Told['body']> =>
    (await teller.tell(sentence, `POST /v1/inquiries${path}`, { as: by.subject, expect, ...(body && { body }) })).body
  const called = await does(`${anouk.name} calls a session about what works already.`, anouk, '', {
    networkId: network,
    title: 'Wat werkt op school',
    question: 'Wanneer ging het samen goed, en wat maakte dat?',
    heldOn: await teller.day(),
    seatsPerOrganisation: 1,
    organisationIds: [mila, pieter, fatima].map(({ organisationId }) => organisationId),
  })
  const at = `/${called.id}`
  await does(`${anouk.name} takes the seat of ${anouk.organisation}.`, anouk, `${at}/seats`, {})
  await does(`${corrie.name} would like one too, but each has one.`, corrie, `${at}/seats`, {}, 409)
  for (const person of [mila, pieter, fatima]) await does(`${person.name} takes a seat.`, person, `${at}/seats`, {})
  const { body: seen } = await teller.look(`/v1/inquiries${at}`, mila.subject)
  teller.sure('nobody outnumbers another', seen.balanced)
  const find = async (sentence: string, by: Person, kind: keyof Findings, text: string): Promise<string> =>
    (await does(sentence, by, `${at}/findings`, { kind, text })).id
  const findings: Findings = {
    driver: await find(`${pieter.name} says what drives him.`, pieter, 'driver', 'Ik wil weten waarom een kind er niet is.'),
    success: await find(
      `${fatima.name} tells when it went well.`,
      fatima,
      'success',
      'De ene keer dat er meteen iemand opnam, was het dezelfde dag opgelost.',
    ),
    opportunity: await find(
      `${anouk.name} sees what is possible.`,
      anouk,
      'opportunity',
      'Wij zitten toch al om de week op dezelfde school.',
    ),
    idea: await find(`${mila.name} has an idea.`, mila, 'idea', 'Eén nummer, en wij zoeken wel uit van wie de vraag is.'),
  }
  await does(`${pieter.name} cannot close it: it was ${anouk.organisation} that called it.`, pieter, `${at}/closure`, undefined, 403)
  await does('She closes it.', anouk, `${at}/closure`)
  await does('What is found now is for another session.', mila, `${at}/findings`, { kind: 'idea', text: 'Nog iets.' }, 409)
  return { inquiryId: called.id as string, findings }
}

/** Recommendations on three levels, each to who can take it up. Gives the one that becomes a proposal. */
export async function recommendOnThreeLevels(
  teller: Teller,
  people: People,
  network: string,
  { inquiryId, findings }: Awaited<ReturnType<typeof lookForWhatWorks>>,
): Promise<string> {
  const { anouk, corrie, mila, gerard, pieter } = people
  const based = (...kinds: (keyof Findings)[]) => kinds.map((kind) => ({ kind: 'finding', inquiryId, findingId: findings[kind] }))
  const recommend = async (sentence: string, by: Person, to: Person, body: object): Promise<string> => {
    const addressee = { organisationId: to.organisationId, personId: to.personId }
    const options = { as: by.subject, expect: 201, body: { networkId: network, addressee, ...body } }
    return (await teller.tell(sentence, 'POST /v1/recommendations', options)).body.id
  }
  const direct = await recommend(`${anouk.name} recommends something to ${mila.name}, who does the same work.`, anouk, mila, {
    level: 'direct',
    text: 'Open samen één nummer voor de scholen.',
    why: 'Waar er meteen werd opgenomen, was het dezelfde dag opgelost.',
    basedOn: based('success', 'idea'),
  })
  const tactical = await recommend(`${mila.name} recommends something to ${corrie.name}, who makes the timetables.`, mila, corrie, {
    level: 'tactical',
    text: 'Geef het nummer een plek in het rooster.',
    why: 'Wat niet in het rooster staat, valt in drukke weken weg.',
    basedOn: based('opportunity'),
  })
  const policy = await recommend(`${pieter.name} recommends something to ${gerard.name}, who makes policy.`, pieter, gerard, {
    level: 'policy',
    text: 'Laat de grens tussen Oost en West niet door een schoolplein lopen.',
    why: 'Een kind is van één school, en nu van twee diensten.',
    basedOn: based('driver'),
  })
  const answer = (sentence: string, by: Person, id: string, body: object, expect = 201) =>
    teller.tell(sentence, `POST /v1/recommendations/${id}/follow-ups`, { as: by.subject, expect, body })
  const { body: toDo } = await teller.look('/v1/me/to-do', mila.subject)
  teller.sure(
    `it waits for ${mila.name} among what she has to do`,
    toDo.items.some(({ about }: Told['body']) => about === direct),
  )
  await answer(`${mila.name} takes hers up.`, mila, direct, { status: 'taken-up' })
  await answer(`${corrie.name} takes hers up too.`, corrie, tactical, { status: 'taken-up', note: 'In het rooster van het voorjaar.' })
  await answer(`${gerard.name} declines, and does not say why.`, gerard, policy, { status: 'declined' }, 409)
  await answer('So he does.', gerard, policy, { status: 'declined', note: 'De grens ligt vast tot de nieuwe aanbesteding.' })
  return direct
}

import type { Told } from '../../teller.ts'
import { founders, type Story } from './words.ts'

const involvementOf = ({ parties }: Told['body'], organisationId: string): string | undefined =>
  parties.find((party: { organisationId: string }) => party.organisationId === organisationId)?.involvement

/** An organisation that is invited, let in once nobody objected, consents, and is seated. */
export async function joins({ teller, table, people: { lotte, noor, karel } }: Story): Promise<void> {
  const asks = { as: noor.subject, expect: 404 }
  await teller.tell(`${noor.name} of ${noor.organisation} would like to join. For her there is no table yet.`, `GET ${table.at}`, asks)
  await teller.tell('What was adopted she may read, as a member of the network.', `GET ${table.at}/current`, { ...asks, expect: 200 })
  const annex = await table.does(`${lotte.name} invites her organisation. Nobody has to adopt anything anew.`, lotte, '/accessions', {
    organisationId: noor.organisationId,
    reason: 'Zij begeleiden dezelfde gezinnen.',
  })
  const consents = `/annexes/${annex.id}/consents`
  teller.note(`The others can object until ${annex.windowEndsAt.slice(0, 10)}. Until then nothing opens.`)
  await table.does(`${lotte.name} cannot let it in sooner.`, lotte, consents, {}, 409)
  await teller.tell(`For ${noor.name} there still is no table.`, `GET ${table.at}`, asks)
  await teller.daysLater(31)
  await table.does(`Nobody objected, and ${lotte.name} lets it in.`, lotte, consents, {})
  const { body: waiting } = await teller.tell(`${noor.name} reads what her organisation would be bound by.`, `GET ${table.at}`, {
    as: noor.subject,
    expect: 200,
  })
  teller.sure('it reads along, and is bound by nothing', involvementOf(waiting, noor.organisationId) === 'informed')
  await table.does(`${noor.name} consents, but nobody mandated her.`, noor, consents, {}, 403)
  await table.grant(karel, noor)
  await table.does('Now she may. She has still to say on which legal basis her organisation shares data.', noor, consents, {}, 409)
  const legalBasis = { basis: 'Jeugdwet, artikel 7.4.0', processingRecord: 'Register jeugdbescherming, nummer 14' }
  await table.does('She does, and it is seated: nobody has to do anything more.', noor, consents, { legalBasis })
  const seated = await teller.look(table.at, noor.subject)
  teller.sure(`${noor.organisation} is seated`, involvementOf(seated.body, noor.organisationId) === 'seated')
}

/** One that others do not want yet. */
export async function someoneObjects({ teller, table, people: { lotte, petra, ilse } }: Story): Promise<void> {
  const annex = await table.does(`${lotte.name} also invites ${ilse.organisation}.`, lotte, '/accessions', {
    organisationId: ilse.organisationId,
    reason: 'Een veilig huis begint met een huis.',
  })
  const objected = await table.does(`${petra.name} objects, and says why.`, petra, `/annexes/${annex.id}/objections`, {
    reason: 'Wij delen adressen pas als duidelijk is wie ze ziet.',
  })
  teller.sure('it does not happen, and is for the next round to talk about', objected.state === 'objected')
  const asks = { as: ilse.subject, expect: 404 }
  await teller.tell(`${ilse.organisation} never read along: for it there has been no table.`, `GET ${table.at}`, asks)
}

/** A party that leaves, after its notice. */
export async function leaves({ teller, table, people: { lotte, daan, petra } }: Story): Promise<void> {
  const place = `/parties/${table.partyOf(daan)}/withdrawals`
  await table.does(`${petra.name} cannot make social work leave.`, petra, place, { reason: 'Zij komen niet meer.' }, 403)
  const leaving = await table.does(`${daan.name} withdraws: the municipality takes over what social work did.`, daan, place, {
    reason: 'Onze taak gaat over naar de gemeente.',
  })
  teller.note(`Until ${leaving.leaving.at.slice(0, 10)}, the end of its notice, it is bound, reads and has its say.`)
  await teller.tell('It still sits at the table.', `GET ${table.at}`, { as: daan.subject, expect: 200 })
  await teller.daysLater(91)
  await teller.tell('Its notice is over: from now on the table does not exist for it.', `GET ${table.at}`, {
    as: daan.subject,
    expect: 404,
  })
  const { body: annexes } = await teller.tell('Who came and went stays on record.', `GET ${table.at}/annexes`, {
    as: lotte.subject,
    expect: 200,
  })
  for (const { kind, state, reason } of annexes.items) teller.note(`– ${kind}, ${state}: ${reason}`)
}

/** What the version rests on, also for who has left since. */
export async function whyItBinds({ teller, table, people }: Story): Promise<void> {
  const { noor, daan, selma } = people
  const path = `GET ${table.at}/versions/1/explanation`
  const asked = `${noor.name}, who was not there, asks why version 1 binds.`
  const { body: bundle } = await teller.tell(asked, path, { as: noor.subject, expect: 200 })
  const nameOf = (personId: string) => Object.values(people).find((person) => person.personId === personId)?.name ?? personId
  for (const { stance, binding } of bundle.stances)
    teller.note(
      `– ${nameOf(binding.personId)}: ${stance.position}, mandated by ${nameOf(binding.mandate.grantorId)} (${binding.mandate.basis})`,
    )
  teller.sure('all five who founded it took a stance', bundle.stances.length === founders(people).length)
  teller.sure(
    'what social work said stands, though it left',
    bundle.stances.some(({ binding }: Told['body']) => binding.personId === daan.personId),
  )
  teller.sure(
    'every mandate was effective at that moment',
    bundle.stances.every(({ binding }: Told['body']) => binding.mandate.status === 'effective'),
  )
  const { meeting, renewals } = bundle.meetings[0]
  teller.note(`The meeting “${meeting.title}” came before it, and ${renewals.length} mandates were renewed after it.`)
  teller.note(`${bundle.proof.length} entries prove it.`)
  await teller.tell(`${selma.name}, who was a guest, is not told: it is for the table.`, path, { as: selma.subject, expect: 404 })
}

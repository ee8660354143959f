import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Client } from '../../../faults/client.ts'

/** A table of the demonstration: lotte and sanne are bound, daan is heard. Everything about it is done over HTTP, at one address. */
export type Table = { id: string; parties: Record<'sanne' | 'daan', string>; roleId: string; organisations: Record<Somebody, string> }

const somebody = ['lotte', 'sanne', 'daan'] as const
type Somebody = (typeof somebody)[number]
const seated = ['lotte', 'sanne'] as const
const subjects = ['home-visits']

export type Send = (as: string, method: string, path: string, body?: unknown) => Promise<Answer>

/** Sends under /v1 to one address, again where it is too busy; throws where the answer is no success. */
export const senderTo =
  (client: Client, url: string): Send =>
  async (as, method, path, body) => {
    const once = method === 'GET' ? {} : { key: randomUUID() }
    // What is changed here is changed by one alone.
    const match = method === 'POST' ? {} : { ifMatch: '*' }
    for (let tries = 0; ; tries += 1) {
      const answer = await client.send(url, { as, method, path: `/v1${path}`, ...once, ...match, ...(body !== undefined && { body }) })
      if (answer.status < 300) return answer
      if (answer.status !== 503 || tries === 50) throw new Error(`${method} ${path} answers ${answer.status}: ${answer.text}`)
      await sleep(100)
    }
  }

// biome-ignore lint/suspicious/noExplicitAny: a test reads any answer of the API
const read = async (answer: Promise<Answer>): Promise<any> => JSON.parse((await answer).text)

const day = (plus: number): string => new Date(Date.now() + plus * 86_400_000).toISOString().slice(0, 10)

/** An agreement with mandates and a role, of which no version is adopted yet. */
export async function aTable(send: Send): Promise<Table> {
  const people = Object.fromEntries(
    await Promise.all([...somebody, 'wim', 'roel'].map(async (one) => [one, await read(send(one, 'GET', '/me'))])),
  )
  const organisationId = (one: Somebody): string => people[one].organisation.id
  const { items } = await read(send('lotte', 'GET', '/networks'))
  const agreement = await read(
    send('lotte', 'POST', '/agreements', {
      kind: 'two',
      title: 'De eerste week',
      purpose: 'Binnen een week weet het gezin wie er komt.',
      networkId: items[0].id,
      parties: [
        { organisationId: organisationId('sanne'), involvement: 'seated' },
        { organisationId: organisationId('daan'), involvement: 'consulted' },
      ],
    }),
  )
  const at = `/agreements/${agreement.id}`
  for (const [grantor, holder] of [
    ['wim', 'lotte'],
    ['roel', 'sanne'],
  ] as const) {
    const terms = { holderId: people[holder].id, basis: 'Directiebesluit', subjects, limits: [], validUntil: day(400) }
    await send(grantor, 'POST', `${at}/mandates`, terms)
  }
  const role = await read(send('lotte', 'POST', `${at}/roles`, { name: 'lead', purpose: 'Houdt de lijn', tasks: [] }))
  const partyOf = (one: Somebody): string =>
    agreement.parties.find((party: { organisationId: string }) => party.organisationId === organisationId(one)).id
  return {
    id: agreement.id,
    parties: { sanne: partyOf('sanne'), daan: partyOf('daan') },
    roleId: role.id,
    organisations: { lotte: organisationId('lotte'), sanne: organisationId('sanne'), daan: organisationId('daan') },
  }
}

/** Opens round n and does all that its adoption takes; gives the adoption, to be done. */
export async function readyToAdopt(send: Send, { id, parties, roleId }: Table, n: number): Promise<() => Promise<Answer>> {
  const at = `/agreements/${id}`
  await send('lotte', 'POST', `${at}/rounds`, {})
  for (const one of seated) await send(one, 'POST', `${at}/rounds/${n}/hearings`, { concerns: [] })
  const commitment = { what: 'Gaat mee op bezoek', ownerPartyId: parties.sanne, roleId, subject: 'home-visits', demands: [], ongoing: true }
  const offered = await read(send('lotte', 'GET', `${at}/commitments?state=offered`))
  const made = offered.items[0] ?? (await read(send('lotte', 'POST', `${at}/commitments`, commitment)))
  await send('sanne', 'POST', `${at}/commitments/${made.id}/acceptances`, { decision: 'accepted' })
  const agenda = n === 1 ? { items: [] } : await read(send('lotte', 'GET', `${at}/rounds/${n}/agenda`))
  const { textDigest } = await read(
    send('lotte', 'PUT', `${at}/text`, {
      title: 'De eerste week',
      purpose: 'Binnen een week weet het gezin wie er komt.',
      plainSummary: `Zo spreken we het af, voor de ${n}e keer.`,
      beneficiaries: [{ id: randomUUID(), name: 'Gezinnen', addedValue: 'Weten wie er komt', nuisance: 'Eén verhaal' }],
      groundRules: {},
      mandate: { needed: 'Mag bezoeken toezeggen', subjects },
      inScope: [{ id: randomUUID(), text: 'De eerste zeven dagen' }],
      outOfScope: [{ id: randomUUID(), text: 'Strafrechtelijk onderzoek' }],
      preparation: 'Ieder leest vooraf.',
      routing: 'De lead roept bijeen.',
      processEvaluation: 'Elke ronde: werkt het?',
      decisions: [{ id: randomUUID(), what: 'Samen op bezoek', why: 'Eén gezicht', byPartyIds: [parties.sanne] }],
      evaluationCriteria: [{ id: randomUUID(), text: 'Negen van de tien bezocht', means: 'success' }],
      validity: { validFrom: day(0), reviewOn: day(60), validUntil: day(200) },
      buildsOn: agenda.items.slice(0, 1).map((item: { id: string }) => item.id),
    }),
  )
  for (const one of seated) await send(one, 'POST', `${at}/rounds/${n}/stances`, { textDigest, position: 'accept' })
  return () => send('lotte', 'POST', `${at}/rounds/${n}/adoption`, { textDigest })
}

/** Calls the reflection of round n, has everybody reflect, and closes it. */
export async function closeRound(send: Send, { id, parties }: Table, n: number): Promise<void> {
  const at = `/agreements/${id}`
  const { content } = await read(send('lotte', 'GET', `${at}/versions/${n}`))
  const own = content.commitments.filter((one: { ownerPartyId: string }) => one.ownerPartyId === parties.sanne)
  await send('lotte', 'POST', `${at}/rounds/${n}/reflection-calls`, { reason: 'Het is tijd.' })
  for (const one of seated)
    await send(one, 'POST', `${at}/rounds/${n}/reflections`, {
      whatWorks: 'We bellen elkaar.',
      whatHappened: 'Het lukte.',
      whatWeLearned: 'Dat het kan.',
      commitments: one === 'sanne' ? own.map(({ id }: { id: string }) => ({ commitmentId: id, outcome: 'partly', why: 'Meestal' })) : [],
      dissents: [],
      criteria: content.evaluationCriteria.map(({ id }: { id: string }) => ({ criterionId: id, met: 'met' })),
      beneficiaries: content.beneficiaries.map(({ id }: { id: string }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
      pulse: { atmosphere: 4, effectiveness: 4 },
      recommendations: [{ level: 'direct', text: 'Ga zo door.' }],
    })
  await send('lotte', 'POST', `${at}/rounds/${n}/closure`, {})
}

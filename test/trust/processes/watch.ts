import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../../faults/client.ts'
import { aTruth, type Sight, type Truth } from './seen.ts'
import { aTable, closeRound, readyToAdopt, type Send, senderTo } from './table.ts'

/** Somebody who reads what is in force of an agreement, with or without a token, and what they should see. */
type Watched = { id: string; token: string | undefined; truth: Truth }

export type Found = { reads: number; changes: number; wrong: string[] }

const application = 'gemeente-zaaksysteem'
const people = ['lotte', 'sanne', 'daan', 'wim', 'roel', 'hanna', application]

// Ten seconds on two cores that do nothing else; however busy they are, it ends.
const enough = { reads: 5_000, changes: 60 }
const longestMs = 40_000

/** Signs in everybody who acts or reads here. */
export const signIn = (client: Client, url: string): Promise<void> => client.signIn(url, people)

/**
 * Changes what is in force, and who may read it, at the first address, while readers at all of them look on: those that always look, and
 * three at each address the moment that a change is acknowledged. Gives what was seen that could not be;
 * it ends when enough was read and changed, or after as many mistakes.
 */
export async function watch(client: Client, urls: readonly string[], mistakes = Number.POSITIVE_INFINITY): Promise<Found> {
  const [first = ''] = urls
  const send = senderTo(client, first)
  const found: Found = { reads: 0, changes: 0, wrong: [] }
  const watched: Watched[] = []
  const deadline = performance.now() + longestMs
  const over = () =>
    performance.now() > deadline || found.wrong.length >= mistakes || (found.reads >= enough.reads && found.changes >= enough.changes)
  const tokens = new Map(await Promise.all([...people, 'nobody'].map(async (one) => [one, await tokenOf(first, one)] as const)))

  const look = async (url: string, one: Watched): Promise<void> => {
    const beganAt = performance.now()
    const seen = await sightOf(url, one)
    if (seen === 'busy') return
    found.reads += 1
    const wrong = typeof seen === 'object' ? seen.wrong : one.truth.wrongWith(seen, beganAt, performance.now())
    if (wrong) found.wrong.push(wrong)
  }
  const watching = (name: string, as: string, id: string, sight: Sight): Watched => {
    const one = { id, token: tokens.get(as), truth: aTruth(`${name}, ${as}`, sight) }
    watched.push(one)
    return one
  }
  /** A change, and three readings at each address as soon as it is acknowledged. */
  const change = async (ones: readonly (readonly [Watched, Sight])[], act: () => Promise<unknown>): Promise<void> => {
    let acted: Promise<unknown> | undefined
    const once = () => (acted ??= act())
    await Promise.all(ones.map(([{ truth }, sight]) => truth.change(sight, once)))
    found.changes += 1
    await Promise.all(urls.flatMap((url) => ones.flatMap(([one]) => [look(url, one), look(url, one), look(url, one)])))
  }
  const forget = (ones: readonly Watched[]) => {
    for (const one of ones) watched.splice(watched.indexOf(one), 1)
  }

  const lanes = [versions, visibility, revoking, leaving].map((lane) => lane({ send, over, watching, change, forget }))
  const readers = Array.from({ length: 8 }, async (_, nth) => {
    for (let turn = nth; !over(); turn += 1) {
      const one = watched[turn % Math.max(1, watched.length)]
      if (one) await look(urls[Math.floor(turn / 3) % urls.length] ?? first, one)
      else await sleep(10)
    }
  })
  await Promise.all([...lanes, ...readers])
  return found
}

type Lane = {
  send: Send
  over: () => boolean
  watching: (name: string, as: string, id: string, sight: Sight) => Watched
  change: (ones: readonly (readonly [Watched, Sight])[], act: () => Promise<unknown>) => Promise<void>
  forget: (ones: readonly Watched[]) => void
}

/** Three versions, each in the place of the one before, and then the end; and again. */
async function versions({ send, over, watching, change, forget }: Lane): Promise<void> {
  while (!over()) {
    const table = await aTable(send)
    const ones = ['lotte', 'daan'].map((as) => watching('versions', as, table.id, 'nothing'))
    for (let n = 1; n <= 3 && !over(); n += 1) {
      if (n > 1) await closeRound(send, table, n - 1)
      await change(
        ones.map((one) => [one, n] as const),
        await readyToAdopt(send, table, n),
      )
    }
    const end = (as: string) => send(as, 'POST', `/agreements/${table.id}/ending`, { reason: 'Het is klaar.' })
    await end('sanne')
    await change(
      ones.map((one) => [one, 'nothing'] as const),
      () => end('lotte'),
    )
    forget(ones)
  }
}

/** An agreement of which version 1 is in force. */
async function adopted(send: Send) {
  const table = await aTable(send)
  await (await readyToAdopt(send, table, 1))()
  return table
}

/** Who may read it: its parties, its network, its parties, everybody, and so on. */
async function visibility({ send, over, watching, change }: Lane): Promise<void> {
  const { id } = await adopted(send)
  const network = watching('visibility', 'hanna', id, 'nothing')
  const anybody = watching('visibility', 'nobody', id, 'nothing')
  const set = (as: string, to: string) => send(as, 'PATCH', `/agreements/${id}`, { visibility: to })
  while (!over())
    for (const to of ['network', 'public'] as const) {
      // Whoever sits there has to agree to open it; the second who does opens it.
      await set('sanne', to)
      await change(
        [
          [network, 1],
          [anybody, to === 'public' ? 1 : 'nothing'],
        ],
        () => set('lotte', to),
      )
      await change(
        [
          [network, 'nothing'],
          [anybody, 'nothing'],
        ],
        () => set('lotte', 'parties'),
      )
    }
}

/** An application is revoked, and bound again. */
async function revoking({ send, over, watching, change }: Lane): Promise<void> {
  const { id, organisations } = await adopted(send)
  const at = `/organisations/${organisations.lotte}/applications`
  let known = JSON.parse((await send('wim', 'GET', at)).text).items.find(({ subject }: { subject: string }) => subject === application)
  const one = watching('revoking', application, id, 1)
  while (!over()) {
    await change([[one, 'nothing']], () => send('wim', 'DELETE', `${at}/${known.id}`))
    await change([[one, 1]], async () => {
      const { name, issuer, subject, scopes } = known
      known = JSON.parse((await send('wim', 'POST', at, { name, issuer, subject, scopes })).text)
    })
  }
}

/** A party leaves the table, and is given a place again. */
async function leaving({ send, over, watching, change }: Lane): Promise<void> {
  const table = await adopted(send)
  const { id, organisations, parties } = table
  // Places are given while the next version is deliberated; the first stays in force.
  await closeRound(send, table, 1)
  await send('lotte', 'POST', `/agreements/${id}/rounds`, {})
  const one = watching('leaving', 'daan', id, 1)
  let place = parties.daan
  // An agreement has room for a hundred parties, also of those that left.
  for (let times = 0; times < 95 && !over(); times += 1) {
    await change([[one, 'nothing']], () => send('daan', 'POST', `/agreements/${id}/parties/${place}/withdrawals`, { reason: 'Even niet.' }))
    await change([[one, 1]], async () => {
      const body = { organisationId: organisations.daan, involvement: 'consulted' }
      place = JSON.parse((await send('lotte', 'POST', `/agreements/${id}/parties`, body)).text).id
    })
  }
}

/** A token to read with, asked for again while a process is still loading: whoever has none would be taken for somebody who sees nothing. */
async function tokenOf(url: string, subject: string): Promise<string | undefined> {
  if (subject === 'nobody') return undefined
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ subject, scopes: ['handslag:read'] })
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${url}/local/tokens`, { method: 'POST', headers, body })
    if (answer.status === 200) return ((await answer.json()) as { access_token: string }).access_token
    if (answer.status !== 503 || tries === 50) throw new Error(`no token for ${subject}: ${await answer.text()}`)
    await sleep(100)
  }
}

/** What a reader sees at an address; every second time it asks whether the version that it last saw still holds. */
async function sightOf(url: string, { id, token, truth }: Watched): Promise<Sight | 'busy' | { wrong: string }> {
  const last = truth.now()
  const asksWhether = typeof last === 'number' && Math.random() < 0.5 ? last : undefined
  const answer = await fetch(`${url}/v1/agreements/${id}/current`, {
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(asksWhether !== undefined && { 'if-none-match': `"${asksWhether}"` }),
    },
  })
  const text = await answer.text()
  if (answer.status === 304 && asksWhether !== undefined) return asksWhether
  if ([401, 403, 404].includes(answer.status)) return 'nothing'
  // A process that is still loading says so.
  if (answer.status === 503) return 'busy'
  if (answer.status !== 200) return { wrong: `${answer.status} ${text.slice(0, 200)}` }
  const { number } = JSON.parse(text)
  const etag = answer.headers.get('etag')
  return etag === `"${number}"` ? number : { wrong: `version ${number} with the ETag ${etag}` }
}

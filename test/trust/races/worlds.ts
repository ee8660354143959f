import { randomUUID } from 'node:crypto'
import { closeMeeting, takeAttendance } from '../../../src/actions/meeting.ts'
import { callReflection, reflect } from '../../../src/actions/round.ts'
import { by } from '../../../src/domain/actor.ts'
import type { AgreementEvent } from '../../../src/domain/agreement.ts'
import { contentOf, textDigest } from '../../../src/domain/agreement-text.ts'
import type { Kept } from '../../../src/domain/ledger.ts'
import { agreementStream, change } from '../../../src/store/ledger.ts'
import { only } from '../../support/agreement.ts'
import { accepted, acting, mandateIdOf, prepared, type Registry, type Table } from '../../support/registry.ts'
import { does, plan } from '../../support/registry-actions.ts'
import { reflection } from './clients.ts'
import type { Request } from './history.ts'

/** An agreement in which several things can be done next, and what these are, of everybody who can do them. */
export type World = { name: string; entries: readonly Kept[]; id: string; requests: Readonly<Record<Act, readonly [Request, Request]>> }

/** What can meet: of each the request of one party, and that of another that does the same. */
export const acts = [
  'adopt',
  'take a stance',
  'withdraw a mandate',
  'renew a mandate',
  'close a meeting',
  'close the round',
  'edit the text',
] as const
export type Act = (typeof acts)[number]

/**
 * Three tables: one that is ready to adopt; one where the city first has to renew its mandate; and one that has adopted and reflected.
 * At each a meeting can be closed. Rebuilt as often as is needed by `copyOf`.
 */
export async function worlds(registry: Registry, entriesOf: (id: string) => Promise<readonly Kept[]>): Promise<World[]> {
  const ready = await accepted(registry, await prepared(registry))
  const due = await accepted(registry, await prepared(registry))
  const reflected = await acting(registry)
  await does(registry, reflected, registry.city.representative, callReflection, { reason: 'Practice has spoken.' })
  for (const house of [registry.school, registry.team, registry.city]) {
    const party = only(Object.values(reflected.state.parties).find((one) => one.organisationId === house.id))
    await does(registry, reflected, house.representative, reflect, reflection(reflected.state, party.id))
  }
  for (const table of [due, reflected]) await held(registry, table, [registry.city.representative.actor.personId])
  return Promise.all([
    worldOf(registry, 'ready to adopt', ready, entriesOf),
    worldOf(registry, 'waiting for a renewal', due, entriesOf),
    worldOf(registry, 'reflected', reflected, entriesOf),
  ])
}

async function met(registry: Registry, table: Table, personIds: readonly string[]): Promise<string> {
  const { school } = registry
  const meetingId = await plan(registry, table, school.representative)
  const attendees = personIds.map((personId) => ({ personId, presence: 'present' as const }))
  await does(registry, table, school.representative, takeAttendance, meetingId, { attendees })
  return meetingId
}

const held = async (registry: Registry, table: Table, personIds: readonly string[]) =>
  does(registry, table, registry.school.representative, closeMeeting, await met(registry, table, personIds))

async function worldOf(
  registry: Registry,
  name: string,
  table: Table,
  entriesOf: (id: string) => Promise<readonly Kept[]>,
): Promise<World> {
  const { school, team, city } = registry
  const meetingId = await met(
    registry,
    table,
    [city, team].map(({ representative }) => representative.actor.personId),
  )
  const { state } = table
  const digest = textDigest(contentOf(state))
  const request = (kind: Request['kind'], { actor }: { actor: Request['actor'] }, more: Partial<Request> = {}): Request => ({
    kind,
    actor,
    agreementId: table.id,
    roundNumber: 1,
    ...more,
  })
  const teams = mandateIdOf(table, team.representative)
  const citys = mandateIdOf(table, city.representative)
  const cited = state.mandates[citys]?.renewal?.meetingId ?? meetingId
  const renewed = { id: citys, input: { meetingId: cited, decision: 'confirmed' } }
  const narrowed = { id: citys, input: { meetingId: cited, decision: 'withdrawn', concern: 'We do not carry this.' } }
  const titled = (title: string) => ({ ifMatch: state.textRevision, input: { ...state.text, title } })
  const requests: World['requests'] = {
    'adopt': [
      request('adopt', team.representative, { input: { textDigest: digest } }),
      request('adopt', school.representative, { input: { textDigest: digest } }),
    ],
    'take a stance': [
      request('take-stance', school.representative, { input: { position: 'withhold', textDigest: digest, reason: 'Not yet.' } }),
      request('take-stance', school.representative, { input: { position: 'accept', textDigest: digest } }),
    ],
    'withdraw a mandate': [
      request('withdraw-mandate', team.grantor, { id: teams, input: { reason: 'Another job.' } }),
      request('withdraw-mandate', team.grantor, { id: teams, input: { reason: 'Left us.' } }),
    ],
    'renew a mandate': [request('renew-mandate', city.representative, renewed), request('renew-mandate', city.grantor, narrowed)],
    'close a meeting': [
      request('close-meeting', school.representative, { id: meetingId }),
      request('close-meeting', team.representative, { id: meetingId }),
    ],
    'close the round': [request('close-round', school.representative), request('close-round', team.representative)],
    'edit the text': [
      request('edit-text', city.representative, titled('Sooner')),
      request('edit-text', school.representative, titled('Later')),
    ],
  }
  return { name, id: table.id, entries: await entriesOf(table.id), requests }
}

/** The same agreement once more, under another id: everything that happened in it, recorded at once. Gives its id and revision. */
export async function copyOf(
  registry: Registry,
  { entries, id }: Pick<World, 'entries' | 'id'>,
): Promise<{ id: string; baseline: number }> {
  const copy = randomUUID()
  const events = entries.map(({ type, payload, mandateId }): AgreementEvent => {
    const data = type === 'agreement-created' ? { ...(payload as object), id: copy } : payload
    return { type, data, ...(mandateId && { mandateId }) } as AgreementEvent
  })
  const who = by(registry.school.grantor.actor)
  // In several goes: the opening of a round is kept as it was (what comes with it would be kept too), a round is closed before the next one
  // opens, and a place that came with an annex is newer than that annex.
  const ends = ['round-opened', 'round-closed', 'annex-proposed']
  const goes = events.flatMap(({ type }, nth) => (ends.includes(type) ? [nth + 1] : []))
  for (const [nth, from] of [0, ...goes].entries())
    await change(registry.deps.database, agreementStream, [copy], who, async () => new Map([[copy, events.slice(from, goes[nth])]]))
  if (entries.some((entry) => entry.streamId !== id)) throw new Error('these are the entries of another agreement')
  return { id: copy, baseline: entries.length }
}

/** A state without what is new each time: ids and moments that were made after the start, hashes and signatures. */
export function inWords(state: object | undefined, start: readonly Kept[]): string {
  const before = JSON.stringify(start)
  const made = new Map<string, string>()
  const said = JSON.stringify({ ...state, id: '' }, (key, value) => (key === 'signature' ? '' : value))
  return said
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
      if (before.includes(id)) return id
      made.set(id, made.get(id) ?? `new ${made.size}`)
      return made.get(id) ?? ''
    })
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (moment) => (before.includes(moment) ? moment : 'a moment'))
}

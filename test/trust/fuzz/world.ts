import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Agreement } from '../../../src/domain/agreement.ts'
import { contentOf, textDigest } from '../../../src/domain/agreement-text.ts'
import type { Scope } from '../../../src/domain/identity.ts'
import { addDays } from '../../../src/domain/time.ts'
import { accepted, acting, aDraft, aRegistry, deliberating, type House, prepared, type Registry } from '../../support/registry.ts'
import { aNetwork, finishRound } from '../../support/registry-actions.ts'
import { Later, When } from './values.ts'

/** Who calls: somebody of one of the organisations, the operator, or nobody. */
export type Who = { house: number; role: 'representative' | 'grantor' | 'colleague' | 'application' | 'operator' | 'nobody' }

/** A registry in which there is something of everything, and what of it a request can name. */
export type World = {
  registry: Registry
  /** Reads the state of one of the agreements, so that what a request names is there. */
  lookAt: (table: number) => Promise<View>
  tokenOf: (who: Who) => Promise<string | undefined>
  /** Something changed: what was read of any agreement may be no longer so. */
  changed: () => void
  /** Keeps what an answer made known: ids, and cursors. */
  learn: (path: string, body: unknown) => void
  close: () => Promise<void>
}

/** One agreement as it stands: fills in what a request left open. */
export type View = { agreementId: string; fill: (value: unknown, who: Who, parameters?: Readonly<Record<string, unknown>>) => unknown }

type Pool = ReadonlyMap<string, readonly string[]>

/** A registry with agreements in every phase, of one kind and another, and a network. */
export async function aWorld(): Promise<World> {
  const registry = await aRegistry()
  const { school, team, city, parents, inspectorate, stranger } = registry
  const houses = [school, team, city, parents, inspectorate, stranger]
  const networkId = await aNetwork(registry)
  const covenant = await acting(registry, { kind: 'covenant', networkId, visibility: 'network' })
  const reflecting = await acting(registry, { networkId, visibility: 'public' })
  const closed = await acting(registry)
  await finishRound(registry, closed)
  const tables = [
    await deliberating(registry),
    await accepted(registry, await prepared(registry)),
    reflecting,
    await deliberating(registry, { kind: 'covenant', networkId }),
    covenant,
    await aDraft(registry),
    closed,
    await prepared(registry),
  ].map(({ id }) => id)
  const elsewhere = await acting(registry, { title: 'Another table' })

  // As the superuser: a test looks at states whoever may see them.
  const client = new pg.Client(registry.fresh.url)
  await client.connect()
  const states = new Map<string, Promise<Agreement>>()
  const readState = async (id: string): Promise<Agreement> =>
    (await client.query<{ state: Agreement }>('select state from streams where id = $1', [id])).rows[0]?.state ?? elsewhere.state

  const people = new Map(
    houses.map((house) => [house.id, [house.representative, house.grantor, house.colleague].map(({ actor }) => actor.personId)]),
  )
  const learned = new Map<string, { under: string; id: string }[]>()
  const cursors: string[] = []
  const tokens = new Map<string, Promise<string>>()
  const issuer = await registry.issuerFor()
  const foreign = idsIn(elsewhere.state)

  const houseOf = (who: Who): House => houses[who.house % houses.length] ?? school

  function candidates(noun: string, pool: Pool, who: Who, parameters: Readonly<Record<string, unknown>>): readonly string[] {
    if (/^(agreementIds?)$/.test(noun)) return tables
    if (/^under(Id)?$/.test(noun)) return [covenant.id]
    if (/^network(Id)?$/.test(noun)) return [networkId]
    if (/^(organisation|member)Ids?$/.test(noun)) return [houseOf(who).id, ...houses.map(({ id }) => id)]
    if (/^(personId|toPersonId|holder)$/.test(noun)) return people.get(houseOf(who).id) ?? []
    if (noun === 'holderId') return [...(people.get(houseOf(who).id) ?? []), ...(pool.get('holders') ?? [])]
    const collections =
      collectionsOf[noun] ?? (/(Party|party|owner|Party)(Ids?)?$/.test(noun) ? ['parties'] : [`${noun.replace(/Ids?$/, '')}s`])
    const made = collections.flatMap((name) => learned.get(name) ?? [])
    const under = new Set(Object.values(parameters))
    return [...collections.flatMap((name) => pool.get(name) ?? []), ...made.filter((one) => under.has(one.under)).map(({ id }) => id)]
  }

  return {
    registry,
    async lookAt(table) {
      const agreementId = tables[table % tables.length] ?? ''
      const reading = states.get(agreementId) ?? readState(agreementId)
      states.set(agreementId, reading)
      const state = await reading
      const pool = idsIn(state)
      const fill = (value: unknown, who: Who, parameters: Readonly<Record<string, unknown>> = {}): unknown => {
        if (value instanceof When) {
          const day = addDays(registry.today(), value.days)
          return value.kind === 'day' ? day : `${day}T09:30:00.000Z`
        }
        if (value instanceof Later) {
          const { noun, from, pick } = value
          if (noun === 'textDigest') return from === 'elsewhere' ? textDigest(contentOf(elsewhere.state)) : textDigest(contentOf(state))
          if (noun === 'cursor') return cursors[pick % cursors.length] ?? 'WyJhIl0'
          // What is written into a text gets an id of its own.
          if (from === 'nowhere' || noun === 'id') return randomUUID()
          if (noun === 'agreementId' && from !== 'elsewhere') return from === 'capitals' ? agreementId.toUpperCase() : agreementId
          const found = from === 'elsewhere' ? [...foreign.values()].flat() : candidates(noun, pool, who, parameters)
          const id = found[pick % found.length] ?? randomUUID()
          return from === 'capitals' ? id.toUpperCase() : id
        }
        if (Array.isArray(value)) return value.map((item) => fill(item, who, parameters))
        if (typeof value !== 'object' || value === null) return value
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, who, parameters)]))
      }
      return { agreementId, fill }
    },
    tokenOf(who) {
      if (who.role === 'nobody') return Promise.resolve(undefined)
      const { subject, scopes } =
        who.role === 'operator'
          ? { subject: 'operator', scopes: ['handslag:read', 'handslag:write', 'handslag:operate'] as Scope[] }
          : { scopes: ['handslag:read', 'handslag:write'] as Scope[], ...houseOf(who)[who.role] }
      const token = tokens.get(subject) ?? issuer.issue({ subject, scopes })
      tokens.set(subject, token)
      return token
    },
    changed: () => states.clear(),
    learn(path, body) {
      const { id, next } = (body ?? {}) as { id?: unknown; next?: unknown }
      if (typeof next === 'string') cursors.push(next)
      const [noun = '', under = ''] = path.split('/').reverse()
      if (typeof id === 'string') learned.set(noun, [...(learned.get(noun) ?? []), { under, id }])
    },
    async close() {
      await client.end()
      await registry.close()
    },
  }
}

/** In which collections of a state the ids are that a field or parameter asks for, where its name does not say so. */
const collectionsOf: Readonly<Record<string, readonly string[]>> = {
  sourceId: ['mandates'],
  substituteForId: ['mandates'],
  problemId: ['contributions'],
  proposalId: ['contributions'],
  commitmentId: ['commitments', 'promises'],
  impasseId: ['impasse', 'impasses'],
  criterionId: ['evaluationCriteria'],
  beneficiaryId: ['beneficiaries'],
  buildsOn: ['agenda'],
  owner: ['parties'],
}

/** The ids in a state, by the name of the collection in which they are. */
function idsIn(state: unknown): Pool {
  const found = new Map<string, string[]>()
  const visit = (value: unknown, collection: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, collection)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    if ('id' in value && typeof value.id === 'string') found.set(collection, [...(found.get(collection) ?? []), value.id])
    for (const [key, inner] of Object.entries(value)) visit(inner, /^[0-9a-f-]{36}$/.test(key) ? collection : key)
  }
  visit(state, '')
  return found
}

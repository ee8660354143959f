import type { LightMyRequestResponse } from 'fastify'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { madeId } from '../../../src/actions/change.ts'
import { contribute } from '../../../src/actions/round.ts'
import { makeTemplate } from '../../../src/actions/template.ts'
import { only } from '../../support/agreement.ts'
import { note } from '../../support/figures.ts'
import { acting, aRegistry, deliberating, type Registry, renewed, type Table } from '../../support/registry.ts'
import { aNetwork, does } from '../../support/registry-actions.ts'
import { type CallerKind, callersOf } from './callers.ts'
import { operationsOf, whatItSays } from './matrix.ts'
import { aWorld, type World } from './world.ts'

/** An id of nothing. */
const unknownId = '00000000-0000-4000-8000-000000000000'

let registry: Registry
let world: World
/** Those who sit at none of these tables. */
let outsiders: CallerKind[]
let published: Table

beforeAll(async () => {
  registry = await aRegistry()
  published = await acting(registry, { visibility: 'public', title: 'For everybody' })
  await renewed(registry, published)
  world = await aWorld(registry)
  const names = [
    'no token',
    'a person of another organisation',
    'a person of a party that left',
    'a person of the network, at no table',
    'the operator',
    'an application of another organisation',
  ]
  const callers = await callersOf(world)
  outsiders = names.map((name) => only(callers.find((caller) => caller.name === name)))
}, 120_000)

afterAll(() => registry?.close())

const ask = (caller: CallerKind, url: string, body?: object): Promise<LightMyRequestResponse> =>
  registry.app.inject({
    method: body ? 'POST' : 'GET',
    url: `/v1${url}`,
    headers: caller.token === undefined ? {} : { authorization: `Bearer ${caller.token}` },
    ...(body && { payload: body }),
  })

describe('what others do', () => {
  test('changes no list, count, page, link or ETag for those who are not there', async ({ task }) => {
    const before = await everythingRead()
    // What happens where they are not: agreements in each state, a network, and what is said at the table of a public one.
    const secret = await acting(registry, { title: 'A secret' })
    await renewed(registry, secret)
    await deliberating(registry, { visibility: 'public', title: 'Not adopted yet' })
    await aNetwork(registry)
    const speaker = registry.school.representative
    await does(registry, await deliberating(registry), speaker, contribute, { kind: 'concern', text: 'Said among us' })
    const agreementId = world.places['reflecting, public'].id
    const said = { kind: 'concern' as const, text: 'Said at a table whose versions are public' }
    await contribute(registry.deps, speaker.actor, { agreementId, roundNumber: 1 }, said)
    const after = await everythingRead()
    const changed = [...before].filter(([place, said]) => after.get(place) !== said).map(([place]) => place)
    note(task, { 'answers to outsiders compared before and after': before.size, 'of which changed': changed.length })
    expect(before.size).toBeGreaterThan(150)
    expect(changed).toEqual([])
  })
})

// When an account of somebody's data was made: the moment of asking.
const madeAt = /\\"madeAt\\":\\"[^"\\]*\\"/

/** Everything that outsiders can read without an id, and of what is public: each answer by its address, whole, with its headers. */
async function everythingRead(): Promise<Map<string, string>> {
  // The log counts every entry of the registry, on purpose: that is what is proven by it. The description and health are the same for all.
  const apart = /^\/(log|openapi|health)/
  const plain = operationsOf().filter(({ method, parameters, path }) => method === 'GET' && parameters.length === 0 && !apart.test(path))
  const pages = plain.flatMap(({ path }) => (path.startsWith('/me') || path === '/signing-keys' ? [path] : [path, `${path}?limit=1`]))
  const { networkId } = world
  const filtered = [`/agreements?network=${networkId}`, `/agreements?kind=two&status=active`, `/agreements?sort=title&limit=1`]
  const current = [`/current-agreements?network=${networkId}`, `/current-agreements?party=${registry.school.id}&limit=2`]
  const organisations = [registry.school.id].flatMap((id) => ['', '/people', '/desks'].map((part) => `/organisations/${id}${part}`))
  const versions = [published.id, world.places['reflecting, public'].id].flatMap((id) =>
    ['current', 'versions', 'versions?limit=1', 'versions/1', 'versions/1/diff?from=1', 'versions/2'].map(
      (part) => `/agreements/${id}/${part}`,
    ),
  )
  const read = new Map<string, string>()
  for (const caller of outsiders)
    for (const url of [...pages, ...filtered, ...current, ...organisations, ...versions])
      read.set(`${url} as ${caller.name}`, whatItSays(await ask(caller, url)).replace(madeAt, ''))
  return read
}

describe('what is public', () => {
  test('is adopted versions, and in them no person, and nothing that was said before they were adopted', async ({ task }) => {
    const secrets = await secretsOf(registry.fresh.url)
    const ids = [published.id, world.places['reflecting, public'].id]
    const urls = ids.flatMap((id) => [
      `/agreements/${id}/current`,
      `/agreements/${id}/versions`,
      `/agreements/${id}/versions/1`,
      `/agreements/${id}/versions/1/diff?from=1`,
    ])
    urls.push('/current-agreements', `/agreements/${published.id}/versions/2`, `/agreements/${published.id}/versions/2/diff`)
    const found: string[] = []
    for (const url of urls) {
      const { statusCode, body } = await ask(only(outsiders[0]), url)
      expect([url, statusCode]).toEqual([url, 200])
      // What a JWS says is in it too.
      const signed = [...body.matchAll(/[\w-]+\.([\w-]+)\.[\w-]+/g)].map(([, payload = '']) => Buffer.from(payload, 'base64url').toString())
      const whole = [body, ...signed].join('\n').toLowerCase()
      for (const secret of secrets) if (whole.includes(secret.toLowerCase())) found.push(`${url}: ${secret}`)
    }
    note(task, { 'public answers searched': urls.length, 'ids, names and words looked for': secrets.length, 'found': found.length })
    expect(secrets.length).toBeGreaterThan(100)
    expect(found).toEqual([])
  })

  test('has no version before it is adopted: the next text shows to nobody else', async () => {
    const { id } = world.places['reflecting, public']
    for (const caller of outsiders) {
      const next = await ask(caller, `/agreements/${id}/versions/2`)
      const never = await ask(caller, `/agreements/${id}/versions/99`)
      expect(whatItSays(next)).toBe(whatItSays(never))
    }
  })
})

/**
 * What must not be in anything public: who people are, and the ids and words of what was said, held and not adopted. A version cites by
 * their ids what it builds on; what that said stays at the table.
 */
async function secretsOf(url: string): Promise<string[]> {
  const owner = new pg.Client(url)
  await owner.connect()
  try {
    const { rows } = await owner.query<{ secret: string | null }>(
      `select id::text as secret from people union select doc->>'name' from people union select doc->>'email' from people
        union select subject from accounts union select id::text from applications
        ${['contributions', 'hearings', 'meetings', 'reflections', 'impasses', 'transfers', 'stances']
          .map((table) => `union select doc->>'id' from ${table}`)
          .join(' ')}
        except select jsonb_array_elements_text(doc::jsonb->'content'->'buildsOn') from versions
        union select doc->>'whatWeLearned' from reflections union select doc->>'whatHappened' from reflections
        union select doc->>'text' from contributions where doc->>'kind' = 'concern'
        union select holder->>'id' from roles, jsonb_array_elements(doc->'holders') holder`,
    )
    // What is too short would be found in words.
    return rows.flatMap(({ secret }) => (secret && secret.length >= 8 ? [secret] : []))
  } finally {
    await owner.end()
  }
}

describe('ids in bodies and filters', () => {
  test('an id of somebody else’s is answered as an id of nothing', async ({ task }) => {
    const stranger = only(outsiders.find(({ name }) => name === 'a person of another organisation'))
    const { neighbour, networkId, places } = world
    const start = { kind: 'two', title: 'Ours', parties: [{ organisationId: neighbour.id, involvement: 'seated' }] }
    const own = (await ask(stranger, '/agreements', start)).json()
    expect((await ask(stranger, `/agreements/${own.id}/rounds`, {})).statusCode).toBe(201)
    const covenant = await acting(registry, { kind: 'covenant', title: 'A covenant' })
    const { ids, id: agreementId, tasks } = places.deliberating
    const partyId = own.parties[0].id
    const terms = { agreementId, name: 'Theirs', reviewAfterMonths: 1, months: 2 }
    const theirTemplate = madeId(await makeTemplate(registry.deps, registry.school.representative.actor, terms), 'template-made')
    const role = { name: 'lead', purpose: 'Leads', tasks: [{ what: 'Call' }] }
    const ownRole = (await ask(stranger, `/agreements/${own.id}/roles`, role)).json()
    const offer = { what: 'Visit', ownerPartyId: partyId, roleId: ownRole.id, subject: 'care', ongoing: true }
    const grant = { holderId: registry.stranger.colleague.actor.personId, basis: 'Decision', subjects: ['care'], validUntil: '2199-01-01' }
    const at = `/agreements/${own.id}`
    const round = `${at}/rounds/1`
    type Probe = { url: (id: string) => string; body?: (id: string) => object; theirs: string | undefined }
    const to = (url: string) => () => url
    const probes: Probe[] = [
      { url: to('/agreements'), body: (id) => ({ ...start, networkId: id }), theirs: networkId },
      { url: to('/agreements'), body: (id) => ({ ...start, underId: id }), theirs: covenant.id },
      { url: to('/agreements'), body: (id) => ({ ...start, underId: id }), theirs: agreementId },
      {
        url: to(`/organisations/${registry.stranger.id}/mandate-grants`),
        body: (id) => ({ ...grant, agreementIds: [own.id, id] }),
        theirs: agreementId,
      },
      { url: to(`${at}/commitments`), body: (id) => ({ ...offer, roleId: id }), theirs: ids.roleId },
      { url: to(`${at}/commitments`), body: (id) => ({ ...offer, ownerPartyId: id }), theirs: ids.partyId },
      { url: to(`${round}/contributions`), body: (id) => ({ kind: 'proposal', text: 'Do', actingPartyIds: [id] }), theirs: ids.partyId },
      { url: to(`${round}/contributions`), body: (id) => ({ kind: 'problem', text: 'No', proposalId: id }), theirs: ids.contributionId },
      {
        url: to(`${at}/roles/${ownRole.id}/transfers`),
        body: (id) => ({ taskIds: [id], toPersonId: neighbour.representative.actor.personId, note: 'Yours' }),
        theirs: tasks[0],
      },
      { url: to(`${at}/mandates`), body: (id) => ({ ...grant, sourceId: id }), theirs: ids.mandateId },
      { url: to(`${at}/mandates`), body: (id) => ({ ...grant, substituteForId: id }), theirs: ids.mandateId },
      { url: to('/agreements'), body: (id) => ({ ...start, templateId: id }), theirs: theirTemplate },
      { url: to('/templates'), body: (id) => ({ agreementId: id, name: 'Ours', reviewAfterMonths: 1, months: 2 }), theirs: agreementId },
      { url: to(`${at}/links`), body: (id) => ({ kind: 'ends', agreementId: id, reason: 'It is over.' }), theirs: agreementId },
      { url: (id) => `/templates/${id}`, theirs: theirTemplate },
      { url: (id) => `/agreements?network=${id}`, theirs: networkId },
      { url: (id) => `/agreements?under=${id}`, theirs: covenant.id },
      { url: (id) => `${at}/mandates?party=${id}`, theirs: ids.partyId },
      { url: (id) => `${round}/contributions?party=${id}`, theirs: ids.partyId },
    ]
    const grantor = only((await callersOf(world)).find(({ name }) => name === 'who grants at another organisation'))
    for (const { url, body, theirs } of probes) {
      const answers = await Promise.all(
        [only(theirs), unknownId].map(async (id) => {
          const answer = await ask(grantor, url(id), body?.(id))
          expect([url(id), answer.statusCode < 500]).toEqual([url(id), true])
          if (body) expect([url(id), answer.statusCode >= 400]).toEqual([url(id), true])
          return whatItSays(answer).replaceAll(id, '…')
        }),
      )
      expect([url('…'), answers[0]]).toEqual([url('…'), answers[1]])
    }
    note(task, { 'bodies and filters with an id of somebody else’s': probes.length, 'told from an id of nothing': 0 })
  })
})

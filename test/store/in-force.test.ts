import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endAgreement, leaveTable } from '../../src/actions/agreement.ts'
import { foundNetwork, leaveNetwork } from '../../src/actions/network/network.ts'
import { registerOrganisation, removePerson } from '../../src/actions/organisation.ts'
import { openRound } from '../../src/actions/round.ts'
import type { Visibility } from '../../src/domain/agreement.ts'
import type { Identity } from '../../src/domain/identity.ts'
import type { Kept } from '../../src/domain/ledger.ts'
import { RegisterOrganisation } from '../../src/domain/organisation.ts'
import { Refused } from '../../src/domain/refusal.ts'
import { addDays, addMonths, earliest, type Instant } from '../../src/domain/time.ts'
import { inForceAt } from '../../src/domain/version.ts'
import { agreementSeen, currentVersion, findVersions, type Times } from '../../src/store/agreement.ts'
import { currentVersions } from '../../src/store/current-list.ts'
import type { Database } from '../../src/store/database.ts'
import { chain } from '../../src/store/ledger.ts'
import { newId } from '../../src/store/new-id.ts'
import { only } from '../support/agreement.ts'
import { asActor } from '../support/database.ts'
import { acting, aDraft, aRegistry, type Registry, type Table } from '../support/registry.ts'
import { adoptNext, aMonday, asBearer, codesOf, does, finishRound, identityOf, nextVersion, replayed } from '../support/registry-actions.ts'

/** What somebody is answered, or the code for which they are refused. */
const outcome = (answer: Promise<unknown>): Promise<unknown> =>
  answer.catch((error: unknown) => {
    if (error instanceof Refused) return only(error.reasons[0]).code
    throw error
  })

describe('what is in force, at any moment and as known at any moment', () => {
  let registry: Registry
  let database: Database
  let table: Table
  let reader: Identity
  let entries: Kept[]
  let bounds: Instant[]
  let moments: Instant[]

  /** A validity that begins some days from now, for three months. */
  const from = (days: number) => {
    const validFrom = addDays(registry.today(), days)
    return { validity: { validFrom, reviewOn: addMonths(validFrom, 2), validUntil: addDays(addMonths(validFrom, 3), -1) } }
  }

  beforeAll(async () => {
    registry = await aRegistry()
    database = registry.deps.database
    const { school, team, city } = registry
    registry.goTo(aMonday)
    table = await acting(registry)
    registry.pass(20)
    await finishRound(registry, table)
    // Version 2 waits for its day.
    await nextVersion(registry, table, from(30))
    registry.pass(5)
    await finishRound(registry, table)
    // Version 3 starts before that day, so that version 2 never comes to hold.
    await nextVersion(registry, table, from(10))
    // Version 3 lapses on its last day: for a month nothing holds.
    registry.pass(10 + 92 + 30)
    await finishRound(registry, table)
    registry.pass(1)
    await nextVersion(registry, table, from(7))
    registry.pass(3)
    await finishRound(registry, table)
    await does(registry, table, school.representative, openRound, {})
    registry.pass(30)
    // Version 5 follows at once, in the midst of a day.
    await adoptNext(registry, table, from(0))
    registry.pass(14)
    for (const house of [school, team, city]) await does(registry, table, house.representative, endAgreement, { reason: 'Done.' })
    registry.pass(60)

    reader = await identityOf(registry, school.application)
    entries = await chain(registry.fresh.owner, table.id)
    const { rows } = await registry.fresh.owner.query<{ at: Instant }>(
      `select unnest(array[from_at, until_at, known_at, replaced_at]) as at from in_force where agreement_id = $1`,
      [table.id],
    )
    const beside = (some: readonly (Instant | null)[]) =>
      some.flatMap((at) => (at === null ? [] : [-1, 0, 1].map((ms) => new Date(Date.parse(at) + ms).toISOString())))
    bounds = beside(rows.map(({ at }) => at))
    moments = [...new Set([...bounds, ...beside(entries.map((entry) => entry.recordedAt))])].sort()
  })
  afterAll(() => registry.close())

  /**
   * Which version holds, told from the adoptions and the ending alone: what was recorded last about a moment counts.
   * Shares nothing with the periods that the registry keeps.
   */
  const told = (validAt: Instant, knownAt: Instant): number | undefined => {
    const last = entries
      .filter((entry) => entry.recordedAt <= knownAt && ['version-adopted', 'agreement-ended'].includes(entry.type))
      .map(({ recordedAt, payload }) => {
        const { fromAt, untilAt, version } = payload as { fromAt?: Instant; untilAt?: Instant; version?: { number: number } }
        return { fromAt: fromAt ?? recordedAt, untilAt, number: version?.number }
      })
      .findLast((one) => one.fromAt <= validAt)
    return last?.untilAt !== undefined && validAt < last.untilAt ? last.number : undefined
  }

  test('the history has all that can happen to a version: it follows, waits, is overtaken, lapses and ends', async () => {
    const { rows } = await registry.fresh.owner.query<{ version: number; periods: number }>(
      'select version, count(*)::int as periods from in_force where agreement_id = $1 group by 1 order by 1',
      [table.id],
    )
    expect(rows).toEqual([
      // Cut short by version 2, and again by version 3.
      { version: 1, periods: 3 },
      { version: 2, periods: 1 },
      { version: 3, periods: 1 },
      { version: 4, periods: 2 },
      { version: 5, periods: 2 },
    ])
    expect(new Set(moments.map((at) => told(at, at)))).toEqual(new Set([undefined, 1, 3, 4, 5]))
    expect(moments.some((at) => moments.some((known) => told(at, known) === 2))).toBe(true)
  })

  /** What every reader of the agreement is told for these times, next to the oracles: they agree. */
  const agree = async (times: Times): Promise<number | undefined> => {
    const now = registry.now()
    const knownAt = earliest(times.knownAt ?? now, now)
    const validAt = times.validAt ?? knownAt
    const expected = told(validAt, knownAt)
    const state = replayed(entries, earliest(validAt, knownAt))
    expect(state && inForceAt(state, validAt)?.version).toBe(expected)

    const current = await outcome(currentVersion(database, reader, table.id, times))
    expect(current).toEqual(
      expected === undefined ? 'nothing-in-force' : { number: expected, edition: String(expected), json: expect.any(String) },
    )
    const listed = await asBearer(database, reader, (who) => currentVersions<{ number: number }>(database, who, {}, times, { limit: 10 }))
    expect(listed.map(({ number }) => number)).toEqual(expected === undefined ? [] : [expected])

    const sitting = registry.city.representative.actor
    const seen = await outcome(asActor(database, sitting, () => agreementSeen(database, sitting, table.id, times)))
    if (state === undefined) expect(seen).toBe('not-yet-known')
    else {
      expect(seen).toMatchObject({ state })
      if (times.validAt ?? times.knownAt) expect(seen).toMatchObject({ at: expect.stringMatching(/Z$/) })
      if (times.validAt !== undefined) expect(seen).toMatchObject({ at: validAt })
    }
    return expected
  }

  // The bounds of periods three times as often as the other moments at which something was recorded.
  const moment = () => fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...bounds) }, { weight: 1, arbitrary: fc.constantFrom(...moments) })

  test('is the same for every reader as what was recorded tells, for pairs of moments on and beside every bound', async () => {
    const found = new Set<number | undefined>()
    await fc.assert(
      fc.asyncProperty(moment(), moment(), async (validAt, knownAt) => void found.add(await agree({ validAt, knownAt }))),
      { numRuns: 150, seed: 2040 },
    )
    expect(found).toEqual(new Set([undefined, 1, 2, 3, 4, 5]))
  })

  test('is so too where one of both moments is given, the other being now', async () => {
    await fc.assert(
      fc.asyncProperty(moment(), async (at) => {
        await agree({ validAt: at })
        await agree({ knownAt: at })
      }),
      { numRuns: 40, seed: 2041 },
    )
    await agree({})
  })

  test('is so too beyond now: what will hold is what is known now, and nothing is known beyond now', async () => {
    const waiting = await acting(registry, {}, from(5))
    const later = new Date(Date.parse(registry.now()) + 10 * 86_400_000).toISOString()
    const now = { validAt: registry.now() }
    const of = (times: Times) => outcome(currentVersion(database, reader, waiting.id, times).then(({ number }) => number))
    expect(await of({})).toBe('nothing-in-force')
    expect(await of({ validAt: later })).toBe(1)
    expect(await of({ ...now, knownAt: later })).toBe('nothing-in-force')
    expect(await of({ knownAt: later })).toBe('nothing-in-force')
    const { actor } = registry.school.representative
    const seen = await asActor(database, actor, () => agreementSeen(database, actor, waiting.id, { knownAt: later }))
    expect(inForceAt(seen.state, seen.at)).toBeUndefined()
  })

  test('is what was made when it was adopted: the same bytes at every later moment of reading', async () => {
    const [adopted] = entries.filter((entry) => entry.type === 'version-adopted')
    const { version } = only(adopted).payload as { version: object }
    const at = only(adopted).recordedAt
    const bytes = async () => (await currentVersion(database, reader, table.id, { validAt: at, knownAt: at })).json
    const first = await bytes()
    expect(JSON.parse(String(first))).toEqual({ agreementId: table.id, kind: 'two', ...version, adoptedAt: at })
    registry.pass(400)
    expect(await bytes()).toBe(first)
    registry.pass(-400)
  })

  describe('is one version at most, which the database itself sees to', () => {
    const insert = (row: { version?: number; from: string; until: string; known: string; replaced?: string | null }) =>
      registry.fresh.owner.query('insert into in_force values ($1, $2, $3, $4, $5, $6, $7, array[]::uuid[])', [
        table.id,
        newId(),
        row.version ?? 1,
        row.from,
        row.until,
        row.known,
        row.replaced ?? null,
      ])

    test('for all that was recorded, on both axes', async () => {
      const { rows } = await registry.fresh.owner.query(
        `select a.id, b.id from in_force a join in_force b on a.agreement_id = b.agreement_id and a.id < b.id
          and tstzrange(a.from_at, a.until_at) && tstzrange(b.from_at, b.until_at)
          and tstzrange(a.known_at, a.replaced_at) && tstzrange(b.known_at, b.replaced_at)`,
      )
      expect(rows).toEqual([])
    })

    test('a period that overlaps another in what holds and in what is known is refused, by a millisecond already', async () => {
      const { rows } = await registry.fresh.owner.query<{ from: Instant; until: Instant; known: Instant; replaced: Instant }>(
        `select from_at as "from", until_at as until, known_at as known, replaced_at as replaced from in_force
          where agreement_id = $1 and replaced_at is not null order by known_at limit 1`,
        [table.id],
      )
      const row = only(rows[0])
      const ms = (at: Instant, by: number) => new Date(Date.parse(at) + by).toISOString()
      const overlapping = { code: '23P01', constraint: 'in_force_apart' }
      await expect(insert(row)).rejects.toMatchObject(overlapping)
      const before = { ...row, from: '2039-01-01T00:00:00.000Z', known: '2039-01-01T00:00:00.000Z' }
      await expect(insert({ ...before, until: ms(row.from, 1), replaced: ms(row.known, 1) })).rejects.toMatchObject(overlapping)
      // Apart on one of both axes is apart.
      await insert({ ...before, until: row.from, replaced: ms(row.known, 1) })
      await insert({ ...before, from: row.from, until: ms(row.from, 1), replaced: row.known })
    })

    test('a period of no length, or of a version that was never adopted, is refused', async () => {
      const some = { known: '2038-01-01T00:00:00.000Z', replaced: '2038-01-02T00:00:00.000Z', from: '2038-01-01T00:00:00.000Z' }
      await expect(insert({ ...some, until: some.from })).rejects.toMatchObject({ code: '23514' })
      await expect(insert({ ...some, until: '2038-02-01T00:00:00.000Z', version: 9 })).rejects.toMatchObject({ code: '23503' })
    })
  })
})

describe('who may read an adopted version', () => {
  let registry: Registry
  let database: Database
  let networkId: string
  const tables = new Map<Visibility, Table>()
  const readers = new Map<string, Identity | undefined>()

  beforeAll(async () => {
    registry = await aRegistry()
    database = registry.deps.database
    registry.goTo(aMonday)
    const { deps, school, team, city, parents, inspectorate, stranger } = registry
    const circle = { name: 'Back to school', sharedGoal: 'Every child at school', memberIds: [stranger.id] }
    networkId = (await foundNetwork(deps, school.representative.actor, circle)).id
    for (const visibility of ['parties', 'network', 'public'] as const)
      tables.set(visibility, await acting(registry, { visibility, networkId, title: visibility }))

    const { issuer } = await identityOf(registry, school.grantor)
    const account = { issuer, subject: 'outsider' }
    const outsider = {
      name: 'Outsider',
      identifiers: [{ scheme: 'kvk', value: '12345678' }],
      administrator: { name: 'Outsider', account },
    }
    await registerOrganisation(deps, { kind: 'operator', subject: 'operator' }, RegisterOrganisation.parse(outsider))
    const gone = await identityOf(registry, team.colleague)
    if (team.colleague.actor.kind === 'person')
      await removePerson(deps, team.grantor.actor, { organisationId: team.id }, team.colleague.actor.personId)

    readers.set('a person of a seated party', await identityOf(registry, city.representative))
    readers.set('a person of a seated party without a mandate', await identityOf(registry, city.colleague))
    readers.set('an application of a seated party', await identityOf(registry, city.application))
    readers.set('a person of a consulted party', await identityOf(registry, parents.colleague))
    readers.set('an application of an informed party', await identityOf(registry, inspectorate.application))
    readers.set('a person of a member of the network', await identityOf(registry, stranger.colleague))
    readers.set('an application of a member of the network', await identityOf(registry, stranger.application))
    readers.set('a person of an organisation that is nowhere', { ...account, scopes: ['handslag:read'] })
    readers.set('a person who left their organisation', gone)
    readers.set('an account of another issuer', { ...(await identityOf(registry, city.representative)), issuer: 'https://other.example' })
    readers.set('an account that nobody has', { issuer, subject: 'nobody', scopes: ['handslag:read'] })
    readers.set('the operator', { issuer, subject: 'operator', scopes: ['handslag:operate'] })
    readers.set('nobody', undefined)
  })
  afterAll(() => registry.close())

  /** Which of the agreements somebody reads: by each of the ways to read, which agree. */
  const reads = async (identity: Identity | undefined) => {
    const all = [...tables].map(([key, { id }]) => ({ key, id }))
    const found: string[] = []
    for (const { key, id } of all) {
      const current = await outcome(currentVersion(database, identity, id, {}).then(({ number }) => number))
      const history = await outcome(
        asBearer(database, identity, (who) => findVersions<{ number: number }>(database, who, id, [1])).then(
          (some) => only(some[0]).number,
        ),
      )
      expect(history).toBe(current)
      if (current === 1) found.push(key)
      else expect(current).toBe('not-found')
    }
    const listed = await asBearer(database, identity, (who) =>
      currentVersions<{ agreementId: string }>(database, who, {}, {}, { limit: 100 }),
    )
    expect(new Set(listed.map(({ agreementId }) => agreementId))).toEqual(
      new Set(all.filter(({ key }) => found.includes(key)).map(({ id }) => id)),
    )
    return found
  }

  const everything = ['parties', 'network', 'public']
  test.each([
    ['a person of a seated party', everything],
    ['a person of a seated party without a mandate', everything],
    ['an application of a seated party', everything],
    ['a person of a consulted party', everything],
    ['an application of an informed party', everything],
    ['a person of a member of the network', ['network', 'public']],
    ['an application of a member of the network', ['network', 'public']],
    ['a person of an organisation that is nowhere', ['public']],
    ['a person who left their organisation', ['public']],
    ['an account of another issuer', ['public']],
    ['an account that nobody has', ['public']],
    ['the operator', ['public']],
    ['nobody', ['public']],
  ])('%s reads what is shown to: %j', async (who, expected) => {
    expect(readers.has(who)).toBe(true)
    expect(await reads(readers.get(who))).toEqual(expected)
  })

  test('the agreement itself is for those at its table alone, however its versions are shown', async () => {
    const { city, parents, inspectorate, stranger } = registry
    for (const [, { id }] of tables) {
      for (const { actor } of [city.representative, city.application, parents.colleague, inspectorate.application])
        expect(await asActor(database, actor, () => agreementSeen(database, actor, id))).toMatchObject({ state: { id } })
      for (const actor of [stranger.representative.actor, stranger.application.actor, { kind: 'operator', subject: 'operator' } as const])
        for (const times of [{}, { knownAt: registry.now() }])
          expect(await codesOf(() => asActor(database, actor, () => agreementSeen(database, actor, id, times)))).toEqual(['not-found'])
    }
  })

  test('an agreement that has adopted nothing shows nothing', async () => {
    const { id } = await aDraft(registry, { visibility: 'public' })
    // To those outside it is as if it were not there.
    expect(await outcome(currentVersion(database, undefined, id, {}))).toBe('not-found')
    expect(await outcome(currentVersion(database, readers.get('an application of a seated party'), id, {}))).toBe('nothing-in-force')
    expect(await outcome(findVersions(database, undefined, id, [1]))).toBe('not-found')
    expect(await currentVersions(database, undefined, {}, {}, { limit: 100 })).toHaveLength(1)
  })

  test('who leaves the table, or the circle, reads no more than others do', async () => {
    const { deps, city, stranger } = registry
    for (const [, table] of tables)
      await does(registry, table, city.representative, leaveTable, only(partyOf(table, city.id)), { reason: 'We merged.' })
    await leaveNetwork(deps, stranger.representative.actor, { networkId }, stranger.id)
    for (const who of ['a person of a seated party', 'an application of a seated party', 'a person of a member of the network'])
      expect(await reads(readers.get(who))).toEqual(['public'])
    const { actor } = city.representative
    const { id } = only(tables.get('public'))
    expect(await codesOf(() => asActor(database, actor, () => agreementSeen(database, actor, id)))).toEqual(['not-found'])
  })

  const partyOf = (table: Table, organisationId: string) =>
    Object.values(table.state.parties).find((party) => party.organisationId === organisationId)?.id
})

import { setTimeout as sleep } from 'node:timers/promises'
import { getTableName } from 'drizzle-orm'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createAgreement } from '../../src/actions/agreement.ts'
import { grantMandate, grantMandates, withdrawMandate } from '../../src/actions/mandate.ts'
import { addPerson } from '../../src/actions/organisation.ts'
import { contribute, takeStance } from '../../src/actions/round.ts'
import type { Acting } from '../../src/domain/actor.ts'
import { CreateAgreement } from '../../src/domain/agreement.ts'
import { brokenEntry, entryHash, type Kept } from '../../src/domain/ledger.ts'
import { Refused } from '../../src/domain/refusal.ts'
import { addDays, endOf, type Instant } from '../../src/domain/time.ts'
import { transactionsOf } from '../../src/store/answers.ts'
import { type Database, databaseProblem, openDatabase, valueParsers } from '../../src/store/database.ts'
import { agreementStream, chain, change, type Deciding, head, type Stream } from '../../src/store/ledger.ts'
import { newId } from '../../src/store/new-id.ts'
import { rebuilt } from '../../src/store/projections/rebuilt.ts'
import { sayLast, within } from '../../src/store/transaction.ts'
import { only } from '../support/agreement.ts'
import { aDraft, aRegistry, deliberating, digestOf, mandateIdOf, prepared, type Registry, type Table } from '../support/registry.ts'
import { aMonday, codesOf, does, grantTo, identityOf, replayed, richHistory } from '../support/registry-actions.ts'
import { asSuperuser } from '../support/server.ts'

let registry: Registry
let database: Database
beforeAll(async () => {
  registry = await aRegistry()
  database = registry.deps.database
  registry.goTo(aMonday)
})
afterAll(() => registry.close())

/** A stream without rules or tables: what is proven of it is the ledger's own. */
type Note = { type: 'noted'; data: object }
const notes: Stream<{ notes: object[] }, Note> = {
  type: 'notes',
  evolve: (state, event) => ({ notes: [...(state?.notes ?? []), event.data] }),
  projections: [],
  hasPart: () => true,
}
const noted = (...data: object[]): Note[] => data.map((one) => ({ type: 'noted', data: one }))

const tester: Acting = { kind: 'registry', actorId: 'tester' }

/** Notes something in a stream; `decide` may do more while the lock is held. */
const note = (on: Database, id: string, events: Note[], decide: (deciding: Deciding) => Promise<unknown> = async () => undefined) =>
  change(on, notes, [id], tester, async (_, deciding) => {
    await decide(deciding)
    return new Map([[id, events]])
  })

const concern = (text: string) => ({ kind: 'concern' as const, text })

/** Every row that the application can write, to see that nothing changed. */
const everything = () =>
  asSuperuser(registry.fresh.url, async (client) => {
    const tables: Record<string, string[]> = {}
    for (const name of ['ledger', 'ledger_payloads', ...rebuilt.map(getTableName)])
      tables[name] = (await client.query<{ row: string }>(`select t::text as row from ${name} t order by 1`)).rows.map(({ row }) => row)
    return tables
  })

describe('the chain of a stream', () => {
  let table: Table
  let entries: Kept[]
  beforeAll(async () => {
    table = await richHistory(registry)
    entries = await chain(registry.fresh.owner, table.id)
  })

  test('verifies, for every stream of a registry in which everything has happened, and ends at its head', async () => {
    const { rows } = await registry.fresh.owner.query<{ id: string; revision: number; hash: string }>(
      'select id, revision, hash from streams',
    )
    expect(rows.length).toBeGreaterThan(9)
    for (const { id, revision, hash } of rows) {
      const kept = await chain(registry.fresh.owner, id)
      expect(brokenEntry(kept)).toBeUndefined()
      expect(kept.at(-1)).toMatchObject({ revision, hash })
    }
  })

  test('says all that deciding needs: replaying it gives the state that was kept', async () => {
    const kept = only(await head(registry.fresh.owner, agreementStream, table.id))
    expect(replayed(entries, kept.recordedAt)).toEqual(kept.state)
  })

  test('verifies whatever a payload holds', async () => {
    // What the doors let in: neither NUL, which PostgreSQL cannot keep, nor a lone surrogate.
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0') && value !== '__proto__')
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.boolean(),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value
    const id = newId()
    const payloads = fc.array(fc.dictionary(text, value, { noNullPrototype: true }), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(payloads, async (some) => void (await note(database, id, noted(...some)))),
      { numRuns: 15 },
    )
    const kept = await chain(registry.fresh.owner, id)
    expect(kept.length).toBeGreaterThanOrEqual(15)
    expect(brokenEntry(kept)).toBeUndefined()
  })

  /** What verifying says of a stream after its owner has changed the tables, which are then put back. */
  const afterTampering = async (...statements: string[]) => {
    const owner = new pg.Client({ connectionString: registry.fresh.url, options: '-c TimeZone=UTC', types: valueParsers })
    await owner.connect()
    try {
      await owner.query('begin')
      for (const statement of statements) expect((await owner.query(`${statement} and stream_id = '${table.id}'`)).rowCount).toBe(1)
      return brokenEntry(await chain(owner as unknown as pg.Pool, table.id))
    } finally {
      await owner.end()
    }
  }

  // Entry 12 is somewhere in the middle: those before and after it stay as they were.
  test.each([
    ['who did it', `set actor_id = stream_id::text`, 'hash'],
    ['for which organisation', `set organisation_id = stream_id`, 'hash'],
    ['under which mandate', `set mandate_id = stream_id`, 'hash'],
    ['what it was', `set type = type || ' '`, 'hash'],
    ['the kind of stream', `set stream_type = 'network'`, 'hash'],
    ['when, by a millisecond', `set recorded_at = recorded_at + interval '1 ms'`, 'hash'],
    ['when, by a year back', `set recorded_at = recorded_at - interval '1 year'`, 'time'],
    ['the digest of what it says', `set payload_digest = reverse(payload_digest)`, 'hash'],
    ['its hash', `set hash = reverse(hash)`, 'hash'],
    ['the hash before it', `set previous_hash = reverse(previous_hash)`, 'link'],
  ])('that was tampered with in %s shows the entry', async (_, set, why) => {
    expect(await afterTampering(`update ledger ${set} where revision = 12`)).toEqual({ revision: 12, why })
  })

  test.each([
    ['payload', `update ledger_payloads set payload = payload || '{"and": "more"}' where revision = 12`],
    ['salt', 'update ledger_payloads set salt = reverse(salt) where revision = 12'],
  ])('shows the entry whose %s was changed', async (_, statement) => {
    expect(await afterTampering(statement)).toEqual({ revision: 12, why: 'payload' })
  })

  test('shows where an entry was taken out, and where two changed places', async () => {
    expect(await afterTampering('delete from ledger where revision = 12')).toEqual({ revision: 13, why: 'order' })
    const swap = [
      [12, 9999],
      [13, 12],
      [9999, 13],
    ].map(([from, to]) => `update ledger set revision = ${to} where revision = ${from}`)
    expect(await afterTampering(...swap)).toEqual({ revision: 12, why: 'link' })
  })

  test('shows the next entry when the hash of one was made anew to fit its forgery', async () => {
    const { hash: _, ...forged } = { ...only(entries[11]), actorId: 'somebody else' }
    const broken = await afterTampering(`update ledger set actor_id = 'somebody else', hash = '${entryHash(forged)}' where revision = 12`)
    expect(broken).toEqual({ revision: 13, why: 'link' })
  })

  test('shows any one character that was changed in any entry, at that entry', () => {
    const fields = ['streamId', 'streamType', 'type', 'recordedAt', 'actorId', 'payloadDigest', 'previousHash', 'hash', 'salt'] as const
    fc.assert(
      fc.property(fc.nat(entries.length - 1), fc.constantFrom(...fields), fc.nat(63), (nth, field, position) => {
        const entry = only(entries[nth])
        const value = only(entry[field])
        const spot = position % value.length
        // `~` sorts after every character that there is: a moment so changed is not before the one before it.
        const changed = { ...entry, [field]: `${value.slice(0, spot)}~${value.slice(spot + 1)}` }
        expect(brokenEntry(entries.with(nth, changed))?.revision).toBe(entry.revision)
      }),
      { numRuns: 300 },
    )
  })

  test('shows where what an entry says was taken out: in an agreement nothing is ever erased', async () => {
    const takeOut = 'delete from ledger_payloads where revision = 12'
    expect(await afterTampering(takeOut)).toEqual({ revision: 12, why: 'payload' })
    const changed = 'update ledger set payload_digest = reverse(payload_digest) where revision = 12'
    expect(await afterTampering(takeOut, changed)).toEqual({ revision: 12, why: 'hash' })
  })
})

describe('the application', () => {
  const history = ['ledger', 'ledger_payloads', 'versions', 'snapshots']
  const insufficientPrivilege = { code: '42501' }

  test.each(history)('can neither update, delete, truncate nor alter %s', async (name) => {
    const { rows } = await database.pool.query<{ column: string }>(
      `select attname as column from pg_attribute where attrelid = '${name}'::regclass and attnum > 0 and not attisdropped`,
    )
    for (const statement of [
      ...rows.map(({ column }) => `update ${name} set ${column} = ${column}`),
      `delete from ${name}`,
      `truncate ${name}`,
      `truncate ${name} cascade`,
      `select * from ${name} for update`,
      `alter table ${name} disable trigger all`,
      `alter table ${name} rename to other`,
      `drop table ${name}`,
      `create rule forget as on insert to ${name} do instead nothing`,
      `create trigger forget before insert on ${name} for each row execute function suppress_redundant_updates_trigger()`,
    ])
      await expect(database.pool.query(statement), statement).rejects.toMatchObject(insufficientPrivilege)
  })

  test('can delete only what passes through: answers kept for trying again, and what waits for the log; it can truncate nowhere', async () => {
    const { rows } = await database.pool.query(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
        and (has_table_privilege(oid, 'delete') or has_table_privilege(oid, 'truncate')) order by 1`,
    )
    expect(rows).toEqual([{ relname: 'answers' }, { relname: 'log_queue' }])
    expect(
      (
        await database.pool.query(
          `select has_table_privilege('answers', 'truncate') or has_table_privilege('log_queue', 'truncate') as may`,
        )
      ).rows,
    ).toEqual([{ may: false }])
  })

  test('owns nothing', async () => {
    const { rows } = await database.pool.query(`select relname from pg_class where pg_has_role('handslag_app', relowner, 'usage')`)
    expect(rows).toEqual([])
  })
})

describe('a moment of record', () => {
  const moments = async (id: string) => (await chain(registry.fresh.owner, id)).map((entry) => entry.recordedAt)
  const strictlyRising = (some: readonly Instant[]) => some.every((moment, index) => index === 0 || moment > only(some[index - 1]))
  /** The clock of the registry: that of the database, as far as it was moved on. */
  const clock = async (): Promise<Instant> =>
    only(
      (
        await database.pool.query<{ now: Instant }>(
          `select clock_timestamp() + ${database.clock.aheadMs} * interval '1 millisecond' as now`,
        )
      ).rows[0],
    ).now

  test('rises with every change of a stream, also when the clock is set back', async () => {
    const id = newId()
    const ahead = database.clock.aheadMs
    onTestFinished(() => {
      database.clock.aheadMs = ahead
    })
    await note(database, id, noted({ nth: 0 }))
    for (const back of [60_000, 3_600_000, 86_400_000]) {
      database.clock.aheadMs = ahead - back
      await note(database, id, noted({ back }))
    }
    const recorded = await moments(id)
    expect(recorded.length).toBe(4)
    expect(strictlyRising(recorded)).toBe(true)
    // No further on than it has to be: a millisecond for each change.
    expect(Date.parse(only(recorded[3])) - Date.parse(only(recorded[0]))).toBe(3)
  })

  test('rises also within one millisecond, however many write at once', async () => {
    const id = newId()
    // There has to be a head to lock: of two that begin a stream at once, one is refused.
    await note(database, id, noted({ first: true }))
    await Promise.all(Array.from({ length: 30 }, (_, nth) => note(database, id, noted({ nth }))))
    const recorded = await moments(id)
    expect(recorded.length).toBe(31)
    expect(strictlyRising(recorded)).toBe(true)
  })

  test('is one for all that is recorded together', async () => {
    const id = newId()
    await note(database, id, noted({ nth: 1 }, { nth: 2 }, { nth: 3 }))
    expect(new Set(await moments(id)).size).toBe(1)
  })

  /** Holds a stream on a connection of its own until `release`, which waits until somebody waits for it. */
  const hold = async (id: string) => {
    const holder = new pg.Client(registry.fresh.url)
    await holder.connect()
    await holder.query('begin')
    await holder.query('select from streams where id = $1 for update', [id])
    const waiting = async (count: number) => {
      const asked = `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      for (let tries = 0; tries < 100; tries += 1) {
        if (only((await holder.query<{ count: number }>(asked)).rows[0]).count >= count) return
        await sleep(10)
      }
      throw new Error('nobody waits')
    }
    const release = async () => {
      const at = await clock()
      await holder.query('commit')
      await holder.end()
      return at
    }
    return { waiting, release }
  }

  test('is read after the lock: it is later than the moment at which the one before let go', async () => {
    const table = await deliberating(registry)
    const held = await hold(table.id)
    const asked = await clock()
    const spoken = does(registry, table, registry.city.representative, contribute, concern('At last'))
    await held.waiting(1)
    await sleep(350)
    const released = await held.release()
    const { at } = await spoken
    expect(Date.parse(released) - Date.parse(asked)).toBeGreaterThan(300)
    expect(at >= released).toBe(true)
    expect((await moments(table.id)).at(-1)).toBe(at)
  })

  test('counts for the mandate: one that expired while its holder waited no longer binds', async () => {
    const { school } = registry
    const table = await prepared(registry)
    const lastDay = addDays(registry.today(), 1)
    await does(registry, table, school.grantor, withdrawMandate, mandateIdOf(table, school.representative), { reason: 'A shorter one.' })
    await does(registry, table, school.grantor, grantMandate, grantTo(registry, school, { validUntil: lastDay }))
    const stance = { position: 'accept' as const, textDigest: digestOf(table) }
    const goBefore = (ms: number) => registry.goTo(new Date(Date.parse(endOf(lastDay)) - ms).toISOString())

    goBefore(60_000)
    await does(registry, table, school.representative, takeStance, stance)

    goBefore(300)
    const held = await hold(table.id)
    const late = codesOf(() => does(registry, table, school.representative, takeStance, stance))
    await held.waiting(1)
    await sleep(350)
    await held.release()
    expect(await late).toEqual(['mandate-expired'])
  })

  test('counts for the mandate: one that was withdrawn while its holder waited no longer binds', async () => {
    const { school } = registry
    const table = await prepared(registry)
    const held = await hold(table.id)
    const mandateId = mandateIdOf(table, school.representative)
    const withdrawn = does(registry, { ...table }, school.grantor, withdrawMandate, mandateId, { reason: 'Not any more.' })
    await held.waiting(1)
    const stance = { position: 'accept' as const, textDigest: digestOf(table) }
    const late = codesOf(() => does(registry, { ...table }, school.representative, takeStance, stance))
    await held.waiting(2)
    await held.release()
    await withdrawn
    expect(await late).toEqual(['mandate-withdrawn'])
  })
})

describe('a change that does not come to its end leaves nothing, and its connection is used again', () => {
  let small: Database
  let id: string
  let before: Record<string, string[]>
  beforeAll(async () => {
    small = { ...openDatabase(registry.fresh.url, { max: 1 }), clock: database.clock }
    id = newId()
    await note(small, id, noted({ first: true }))
  })
  afterAll(() => small.close())

  const failures: [string, () => Promise<unknown>, (error: unknown) => unknown][] = [
    [
      'that the rules refuse',
      async () => {
        const table = await deliberating(registry)
        before = await everything()
        const deps = { ...registry.deps, database: small }
        await contribute(deps, registry.inspectorate.representative.actor, { agreementId: table.id, roundNumber: 1 }, concern('No say'))
      },
      (error) => expect((error as Refused).reasons.map(({ code }) => code)).toEqual(['not-seated']),
    ],
    [
      'that breaks while it decides',
      () =>
        note(small, id, noted({}), async ({ client }) => {
          await client.query(`insert into organisations values ('${newId()}', 'Half', '{}')`)
          throw new Error('broken')
        }),
      (error) => expect(error).toMatchObject({ message: 'broken' }),
    ],
    [
      'whose look-up fails',
      () => note(small, id, noted({}), ({ client }) => client.query('select 1 / 0')),
      (error) => expect(databaseProblem(error)).toBe('invalid'),
    ],
    [
      'that says what the database cannot keep',
      () => note(small, id, noted({ fine: true }, { text: '\0' })),
      (error) => expect(databaseProblem(error)).toBe('invalid'),
    ],
    [
      'that takes the account of somebody else',
      async () => {
        const { issuer, subject } = await identityOf(registry, registry.city.representative)
        const deps = { ...registry.deps, database: small }
        const target = { organisationId: registry.school.id }
        await addPerson(deps, registry.school.grantor.actor, target, { name: 'Twin', authorities: [], account: { issuer, subject } })
      },
      (error) => expect((error as Refused).reasons.map(({ code }) => code)).toEqual(['identifier-taken']),
    ],
    [
      'of a stream whose id is none',
      () => note(small, `${id}'; drop table ledger; --`, noted({})),
      (error) => expect(databaseProblem(error)).toBe('invalid'),
    ],
    [
      'where what is said with the COMMIT fails',
      () =>
        within(small.pool, tester, async () => {
          await note(small, id, noted({}))
          sayLast(small.pool, 'select 1 / 0')
        }),
      (error) => expect(databaseProblem(error)).toBe('invalid'),
    ],
    [
      'where somebody came past the lock on its key, and was answered first',
      () =>
        transactionsOf(small).once(tester, { key: id, requestDigest: '' }, async () => {
          await note(small, id, noted({}))
          const other = `insert into answers (caller_id, key, request_digest, at) values ($1, $2, '', now())`
          await registry.fresh.owner.query(other, [tester.actorId, id])
          return { status: 200, headers: {}, body: null }
        }),
      (error) => expect(databaseProblem(error)).toBe('conflict'),
    ],
    [
      'that waits too long',
      async () => {
        const holder = new pg.Client(registry.fresh.url)
        await holder.connect()
        await holder.query(`begin; select from streams where id = '${id}' for update`)
        await note(small, id, noted({})).finally(() => holder.end())
      },
      (error) => expect(databaseProblem(error)).toBe('unavailable'),
    ],
    [
      'whose connection is cut',
      () =>
        note(small, id, noted({}), async ({ client }) => {
          const { pid } = only((await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0])
          await asSuperuser(registry.fresh.url, (superuser) => superuser.query('select pg_terminate_backend($1)', [pid]))
        }),
      (error) => expect(databaseProblem(error)).toBe('unavailable'),
    ],
  ]
  test.each(failures)('%s', async (_, fail, expected) => {
    before = await everything()
    const error = await fail().then(
      () => 'it came to its end',
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(Error)
    expected(error)
    expect(await everything()).toEqual(before)
    // The pool has one connection: were it lost or still in a transaction, this would not work, or not last.
    await note(small, id, noted({ after: true }))
    expect(brokenEntry(await chain(registry.fresh.owner, id))).toBeUndefined()
    expect((await chain(registry.fresh.owner, id)).at(-1)?.payload).toEqual({ after: true })
  })
})

test('those who write in one agreement at the same time come one after the other, and lose nothing', async () => {
  const { school, team, city, parents } = registry
  const table = await deliberating(registry)
  const before = await chain(registry.fresh.owner, table.id)
  const speakers = [school, team, city, parents]
  const texts = Array.from({ length: 20 }, (_, nth) => `Concern ${nth}`)
  const spoken = await Promise.all(
    texts.map((text, nth) => does(registry, { ...table }, only(speakers[nth % 4]).representative, contribute, concern(text))),
  )
  const after = await chain(registry.fresh.owner, table.id)
  expect(after.slice(0, before.length)).toEqual(before)
  const added = after.slice(before.length)
  expect(added.map((entry) => entry.revision)).toEqual(texts.map((_, nth) => before.length + 1 + nth))
  expect(spoken.map(({ revision }) => revision).sort((a, b) => a - b)).toEqual(added.map((entry) => entry.revision))
  expect(added.map((entry) => (entry.payload as { text: string }).text).sort()).toEqual([...texts].sort())
  expect(brokenEntry(after)).toBeUndefined()
  const { state } = only(await head(registry.fresh.owner, agreementStream, table.id))
  expect(Object.keys(state.contributions).length).toBe(20)
})

describe('a mandate for several agreements', () => {
  test('is granted in each of them by callers who name them in opposite order, and neither waits for the other for ever', async () => {
    const { deps, school } = registry
    const ids = [await aDraft(registry), await aDraft(registry), await aDraft(registry)].map(({ id }) => id)
    const times = 12
    for (let nth = 0; nth < times; nth += 1) {
      const calls = [ids, ids.toReversed()].map((order) =>
        grantMandates(deps, school.grantor.actor, school.id, { ...grantTo(registry, school), agreementIds: order }),
      )
      for (const granted of await Promise.all(calls)) expect(granted.length).toBe(3)
    }
    for (const id of ids) {
      const entries = await chain(registry.fresh.owner, id)
      expect(brokenEntry(entries)).toBeUndefined()
      // One for each house was there before.
      expect(entries.filter((entry) => entry.type === 'mandate-granted').length).toBe(3 + 2 * times)
    }
  })

  test('is granted in none of them when it cannot be in one', async () => {
    const { deps, school, stranger } = registry
    const own = await aDraft(registry)
    const other = await createAgreement(deps, stranger.representative.actor, CreateAgreement.parse({ kind: 'two', title: 'Not ours' }))
    const before = await everything()
    for (const ids of [
      [own.id, other.id],
      [other.id, own.id],
      [own.id, newId()],
    ]) {
      const error = await grantMandates(deps, school.grantor.actor, school.id, { ...grantTo(registry, school), agreementIds: ids }).catch(
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(Refused)
      const [reason] = (error as Refused).reasons
      expect(reason).toMatchObject({ code: 'not-found', pointer: `/agreementIds/${ids.findIndex((id) => id !== own.id)}` })
    }
    expect(await everything()).toEqual(before)
  })
})

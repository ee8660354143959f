import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableName } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fill } from '../../bench/generate/fill.ts'
import type { Filled } from '../../bench/generate/filled.ts'
import { renewMandate } from '../../src/actions/mandate.ts'
import { contribute, takeStance } from '../../src/actions/round.ts'
import { checkpointSigning, loadRegistryKey, type RegistryKey } from '../../src/auth/registry-key.ts'
import { contentOf, textDigest } from '../../src/domain/agreement-text.ts'
import { brokenEntry } from '../../src/domain/ledger.ts'
import { rootOf } from '../../src/domain/merkle.ts'
import { actorOf } from '../../src/store/directory.ts'
import { agreementStream, chain, head, rebuildTables } from '../../src/store/ledger.ts'
import { extendLog, lastCheckpoint, nodeHashes } from '../../src/store/log.ts'
import { newId } from '../../src/store/new-id.ts'
import { rebuilt } from '../../src/store/projections/rebuilt.ts'
import { only } from '../support/agreement.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const issuer = 'http://127.0.0.1:8080/local'
let directory: string
let key: RegistryKey
let fresh: FreshDatabase
let filled: Filled

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  key = await loadRegistryKey(join(directory, 'registry.json'))
  fresh = await freshDatabase()
  const special = [{ rounds: 4, parties: 12 }]
  filled = await fill(fresh.url, { agreements: 300, versionsPerAgreement: 3, issuer, special, signing: checkpointSigning(key) })
})
afterAll(async () => {
  await fresh.drop()
  await rm(directory, { recursive: true })
})

/** Every row of every table that is made from the ledger, as PostgreSQL writes it, in one order. */
async function dump({ owner }: FreshDatabase): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {}
  for (const name of rebuilt.map(getTableName)) {
    const { rows } = await owner.query<{ row: string }>(`select t::text as row from ${name} t order by t::text`)
    tables[name] = rows.map(({ row }) => row)
  }
  return tables
}

const count = async (from: string) => only((await fresh.owner.query<{ n: number }>(`select count(*)::int as n from ${from}`)).rows[0]).n

test('a registry that is being filled lets nobody in, and does so for good where the generator is killed', async () => {
  const half = await freshDatabase()
  const seen: boolean[] = []
  const mayEnter = async () =>
    only((await half.owner.query<{ may: boolean }>(`select has_schema_privilege('handslag_app', 'public', 'usage') as may`)).rows[0]).may
  const own = checkpointSigning(key)
  // The last that is done before indexes and references are put back.
  const sign: typeof own.sign = async (tree) => {
    seen.push(await mayEnter())
    return own.sign(tree)
  }
  await fill(half.url, { agreements: 10, issuer, signing: { ...own, sign } })
  expect([...seen, await mayEnter()]).toEqual([false, true])
  await half.drop()
})

describe('a generated registry is one that the program could have written', () => {
  test('the chain of every stream verifies', async () => {
    const { rows } = await fresh.owner.query<{ id: string }>('select id from streams')
    expect(rows.length).toBe(filled.agreements + 1 + filled.organisations + (await count('networks')))
    const broken = []
    for (const { id } of rows) broken.push(...[brokenEntry(await chain(fresh.owner, id))].filter(Boolean))
    expect(broken).toEqual([])
  })

  // Some thousands of statements: far within a minute, also beside other tests.
  test('the tables equal those that are made anew from its ledger', { timeout: 60_000 }, async () => {
    const written = await dump(fresh)
    const { entries } = await rebuildTables(fresh.url)
    expect(entries).toBe(filled.entries)
    expect(await dump(fresh)).toEqual(written)
  })

  test('its log holds every entry, has the root that was signed, and goes on from there', async () => {
    const before = only(await lastCheckpoint(fresh.database))
    expect(await key.verify(before.jws, 'checkpoint')).toMatchObject({ size: filled.entries, root: before.root })
    const { rows } = await fresh.owner.query<{ hash: string }>(
      'select l.hash from log_entries e join ledger l using (stream_id, revision, hash)',
    )
    expect(rows.length).toBe(filled.entries)
    const queued = await count('log_queue')
    const { id, people } = only(filled.openAgreements[0])
    await say(only(people[0]).subject, id, 2)
    expect(await extendLog(fresh.database, checkpointSigning(key))).toBe(queued + 1)
    const after = only(await lastCheckpoint(fresh.database))
    const nodes = await fresh.owner.query<{ level: number; index: number }>('select level, index from log_nodes')
    expect(after.root).toBe(rootOf(after.size, await nodeHashes(fresh.database, nodes.rows)))
  })

  test('each agreement has a version in force, of the agreements and parties that it says', async () => {
    const { rows } = await fresh.owner.query<{ id: string; organisations: string[]; visibility: string }>(
      `select a.id, a.visibility, array(select organisation_id from parties p where p.agreement_id = a.id) as organisations
        from agreements a join in_force f on f.agreement_id = a.id
        where f.replaced_at is null and f.from_at <= now() and now() < f.until_at`,
    )
    const found = new Map(rows.map((row) => [row.id, row]))
    for (let n = 0; n < filled.agreements; n += 1) {
      const row = only(found.get(filled.agreementId(n)))
      expect(new Set(row.organisations)).toEqual(new Set(filled.partiesOf(n).map(filled.organisationId)))
      expect(row.visibility).toBe(filled.visibilityOf(n))
    }
    expect(await count('versions')).toBe(filled.versions)
    expect(filled.versions / filled.agreements).toBeGreaterThan(2)
  })

  test('every key, reference, index and trigger is there that was there before', async () => {
    const other = await freshDatabase()
    expect(await rulesOf(fresh)).toEqual(await rulesOf(other))
    await other.drop()
  })
})

/** Every key, reference, check, index and trigger, as the database tells it. */
async function rulesOf({ owner }: FreshDatabase): Promise<string[]> {
  const { rows } = await owner.query<{ rule: string }>(
    `select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as rule from pg_constraint
      union all select indexdef from pg_indexes where schemaname = 'public'
      union all select format('%s %s', tgenabled, pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal order by 1`,
  )
  return rows.map(({ rule }) => rule)
}

const actorFor = async (subject: string) =>
  only(await actorOf(fresh.database.pool, { issuer, subject, scopes: ['handslag:write'] } as never))
const depsOf = () => ({ database: fresh.database, newId, sign: key.sign, signingKeys: key.jwks })
const say = async (subject: string, agreementId: string, roundNumber: number) =>
  contribute(depsOf(), await actorFor(subject), { agreementId, roundNumber }, { kind: 'concern', text: 'En in het weekend?' })

describe('who sits at a table in deliberation', () => {
  test('can bind and speak where no meeting was held', async () => {
    const free = filled.openAgreements.filter(({ meetingId }) => !meetingId)
    for (const { id, roundNumber, people } of [...free.slice(0, 3), only(filled.specialAgreements[0])]) {
      const state = only(await head(fresh.owner, agreementStream, id)).state
      for (const { subject } of people) {
        await takeStance(
          depsOf(),
          await actorFor(subject),
          { agreementId: id, roundNumber },
          { position: 'accept', textDigest: textDigest(contentOf(state)) },
        )
      }
      expect((await say(only(people[1]).subject, id, roundNumber)).events).toHaveLength(1)
    }
  })

  test('renews a mandate after the meeting that was', async () => {
    const { id, people, meetingId } = only(filled.openAgreements.find((one) => one.meetingId))
    for (const { subject, mandateId } of people) {
      const renewed = await renewMandate(depsOf(), await actorFor(subject), { agreementId: id }, mandateId, {
        meetingId: only(meetingId),
        decision: 'confirmed',
      })
      expect(renewed.state.mandates[mandateId]?.renewedAt).toBeDefined()
    }
  })
})

test('the same seed gives the same bytes, and another seed others', async () => {
  const rowsWith = async (seed: number) => {
    const other = await freshDatabase()
    await fill(other.url, { agreements: 20, versionsPerAgreement: 1, issuer, seed, today: '2026-11-22' })
    const { rows } = await other.owner.query<{ hash: string }>('select hash from ledger order by stream_id, revision')
    // Without a key for the log, everything waits for the sequencer.
    expect((await other.owner.query('select hash from log_queue order by stream_id, revision')).rows).toEqual(rows)
    const tables = await dump(other)
    await other.drop()
    return { rows, tables }
  }
  const once = await rowsWith(5)
  expect(await rowsWith(5)).toEqual(once)
  const hashes = (await fresh.owner.query<{ hash: string }>('select hash from ledger')).rows.map(({ hash }) => hash)
  expect(once.rows.filter(({ hash }) => hashes.includes(hash))).toEqual([])
})

test('a registry that holds something is left as it is', async () => {
  await expect(fill(fresh.url, { agreements: 20, issuer })).rejects.toThrow('already')
  expect(await count('agreements')).toBe(filled.agreements + 1)
})

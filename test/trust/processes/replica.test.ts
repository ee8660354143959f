import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aClient, type Client } from '../../../faults/client.ts'
import { type ServerProcess, startServer } from '../../../faults/server.ts'
import { twoRounds } from '../../../src/cli/stories/two-rounds.ts'
import { Teller } from '../../../src/cli/teller.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { wholeAgreement } from '../../../src/store/log.ts'
import { replicaOf } from '../../../src/store/replica.ts'
import { within } from '../../../src/store/transaction.ts'
import { openTools, type Server, type Tools, toolsDirectory } from '../../support/cluster.ts'
import { note } from '../../support/figures.ts'
import { verifyExport } from '../../support/verifier.ts'
import { aTable, readyToAdopt, senderTo, type Table } from './table.ts'
import { signIn } from './watch.ts'

const bin = await toolsDirectory()

test('a streaming standby can be made here', ({ task }) => {
  // Loud, and not a failure: where PostgreSQL's own programs are absent, everything else can still be tested.
  if (!bin)
    process.stderr.write("\nNOT TRIED: PostgreSQL's pg_basebackup is not on this machine, so nothing here is tried with a standby.\n")
  note(task, { 'PostgreSQL programs': bin ?? 'absent: nothing of this was tried' })
})

const place = ({ port }: Server, user: string): string => `postgres://${user}@127.0.0.1:${port}/handslag`

/** Does one statement as the superuser. */
async function asAdmin(server: Server, text: string, database = 'handslag'): Promise<pg.QueryResult> {
  const client = new pg.Client(`postgres://postgres@127.0.0.1:${server.port}/${database}`)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

describe.skipIf(!bin)('a standby', () => {
  let work: string
  let tools: Tools
  let primary: Server
  let standby: Server
  let registry: ServerProcess
  let client: Client
  let table: Table
  const servers: Server[] = []

  const startRegistry = (replica: string) =>
    startServer({
      databaseUrl: place(primary, 'handslag_api'),
      ownerUrl: place(primary, 'handslag_owner'),
      keys: join(work, 'keys'),
      log: join(work, 'registry.log'),
      more: { DATABASE_REPLICA_URL: replica, LOG_LEVEL: 'warn' },
    })
  const standbySettings = {
    log_statement: 'all',
    logging_collector: 'on',
    log_directory: join('log'),
    log_filename: 'all.log',
    log_line_prefix: '%a> ',
  }
  const startStandby = async () => {
    standby = await tools.start(join(work, 'standby'), standbySettings)
    servers.push(standby)
  }

  /** What the standby logged, once that is all: its collector writes a moment after a statement was answered. */
  const logged = async (before = ''): Promise<string> => {
    const now = await readFile(join(work, 'standby', 'log', 'all.log'), 'utf8')
    if (now === before) return now
    await sleep(100)
    return logged(now)
  }
  /** The statements that the registry has sent to the standby so far. */
  const statements = async (): Promise<string[]> =>
    (await logged()).split(/^(?=\S*> )/m).filter((line) => /^handslag> LOG: {2}(statement|execute)/.test(line))
  const warnings = async (): Promise<string[]> => {
    await sleep(250) // lines are written a tenth of a second late at most
    return (await readFile(join(work, 'registry.log'), 'utf8'))
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line).msg)
  }

  const exported = async (as = 'lotte', id = table.id) =>
    client.send(registry.url, { as, method: 'GET', path: `/v1/agreements/${id}/export` })
  const revisionOf = ({ text }: { text: string }): number => JSON.parse(text).entries.at(-1).revision
  /** What an export did: its answer, how long it took, and whether the standby gave it. */
  const tried = async () => {
    const before = (await statements()).length
    const began = performance.now()
    const answer = await exported()
    const milliseconds = Math.round(performance.now() - began)
    const asked = (await statements()).slice(before).join('\n')
    return { status: answer.status, revision: revisionOf(answer), milliseconds, byStandby: asked.includes('ledger_payloads') }
  }
  /** A change; gives the revision that it made. */
  const changed = async (): Promise<number> => {
    const answer = await senderTo(client, registry.url)('lotte', 'POST', `/agreements/${table.id}/meetings`, {
      title: 'Tussendoor',
      startsAt: new Date().toISOString(),
    })
    expect(answer.status).toBe(201)
    return revisionOf(await exported())
  }

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'handslag-test-replica-'))
    await chmod(work, 0o755) // PostgreSQL's own user has to pass through
    tools = await openTools(bin ?? '')
    const data = await tools.directory(join(work, 'primary'))
    await tools.init(data)
    primary = await tools.start(data)
    servers.push(primary)
    const roles = 'create role handslag_app nologin; create role handslag_owner login; create role handslag_api login noinherit'
    await asAdmin(primary, `${roles}; grant handslag_app to handslag_owner, handslag_api`, 'postgres')
    await asAdmin(primary, `create database handslag owner handslag_owner encoding 'UTF8' template template0`, 'postgres')
    const copy = await tools.directory(join(work, 'standby'))
    await tools.run('pg_basebackup', [
      ...['-h', '127.0.0.1', '-p', String(primary.port), '-U', 'postgres'],
      ...[`--pgdata=${copy}`, '--checkpoint=fast', '--wal-method=stream', '--write-recovery-conf'],
    ])
    await startStandby()
    registry = await startRegistry(place(standby, 'handslag_api'))
    client = aClient()
    await signIn(client, registry.url)
    await client.signIn(registry.url, ['tineke'])
    const send = senderTo(client, registry.url)
    table = await aTable(send)
    await (await readyToAdopt(send, table, 1))()
  }, 120_000)

  afterAll(async () => {
    await registry?.kill('SIGTERM')
    for (const server of servers.toReversed()) await server.stop()
    await rm(work, { recursive: true, force: true })
  })

  test('answers exports, whole and verified, within its own walls', { timeout: 30_000 }, async ({ task }) => {
    const made = await tried()
    expect(made).toMatchObject({ status: 200, byStandby: true })
    const answer = await exported()
    // Signed with everything in the log, once the sequencer has been there.
    expect(verifyExport(JSON.parse(answer.text)).problems).toEqual([])
    const acting = (organisationId: string) => ({ kind: 'person' as const, actorId: 'somebody', organisationId })
    const database: Database = openDatabase(place(standby, 'handslag_api'))
    const entriesFor = async (organisationId: string) =>
      (await within(database.pool, acting(organisationId), () => wholeAgreement(database, table.id))).entries.length
    expect(await entriesFor(table.organisations.lotte)).toBeGreaterThan(10)
    expect(await entriesFor('00000000-0000-4000-8000-000000000000')).toBe(0)
    await database.close()
    note(task, { 'milliseconds for an export': made.milliseconds })
  })

  test('is asked for nothing else: not who somebody is, what they may do, or what is in force', { timeout: 60_000 }, async ({ task }) => {
    const before = (await statements()).length
    const teller = new Teller(registry.url, () => undefined)
    await twoRounds(teller)
    expect(await statements()).toHaveLength(before)
    await exported()
    const asked = (await statements()).slice(before)
    expect(asked.length).toBeGreaterThan(3)
    const allowed = /pg_last_wal_replay_lsn|begin isolation level|set_config|ledger_payloads|from log_nodes|: commit/i
    expect(asked.filter((statement) => !allowed.test(statement))).toEqual([])
    note(task, { 'requests that it heard nothing of': teller.steps, 'statements of an export': asked.length })
  })

  test('says nothing to outsiders: an agreement of others is as one that is not there, and it is not even asked', async () => {
    const before = (await statements()).length
    const of = async (id: string) => {
      const { status, text } = await exported('tineke', id)
      return { status, body: { ...JSON.parse(text), instance: '' } }
    }
    const others = await of(table.id)
    expect(others.status).toBe(404)
    expect(others).toEqual(await of('00000000-0000-7000-8000-000000000000'))
    expect(await statements()).toHaveLength(before)
  })

  test('never answers with less than was acknowledged: while it lags, the database itself is read', { timeout: 60_000 }, async ({
    task,
  }) => {
    for (let times = 0; times < 20; times += 1) {
      const revision = await changed()
      expect(revision).toBe(revisionOf(await exported()))
    }
    await asAdmin(standby, 'select pg_wal_replay_pause()')
    const revision = await changed()
    const lagging = await tried()
    expect(lagging).toMatchObject({ status: 200, revision, byStandby: false })
    expect(await warnings()).toContain('the standby is behind: the database itself is read meanwhile')
    await asAdmin(standby, 'select pg_wal_replay_resume()')
    await sleep(5_500) // it is left alone for five seconds
    const after = await tried()
    expect(after).toMatchObject({ status: 200, revision, byStandby: true })
    expect(await warnings()).toContain('the standby answers again')
    note(task, { 'milliseconds while it lags': lagging.milliseconds, 'milliseconds after': after.milliseconds })
  })

  test('may be away: exports go on, a registry starts without it, and it is used again once it is back', { timeout: 90_000 }, async ({
    task,
  }) => {
    await standby.crash()
    const away = await tried()
    expect(away).toMatchObject({ status: 200, byStandby: false })
    expect(away.milliseconds).toBeLessThan(3_000)
    await registry.kill('SIGTERM')
    await registry.start()
    expect(await tried()).toMatchObject({ status: 200, byStandby: false })
    expect((await warnings()).at(-1)).toBe('the standby does not answer: the database itself is read meanwhile')
    servers.splice(servers.indexOf(standby), 1)
    const { port } = standby
    standby = await tools.start(join(work, 'standby'), standbySettings, port)
    servers.push(standby)
    await sleep(5_500)
    expect(await tried()).toMatchObject({ status: 200, byStandby: true })
    note(task, { 'milliseconds of the first export without it': away.milliseconds })
  })

  test.each([
    ['the server of DATABASE_URL itself', () => place(primary, 'handslag_api'), 'It takes changes itself: it is no standby.'],
    [
      'another database on the standby',
      () => place(standby, 'handslag_api').replace(/handslag$/, 'postgres'),
      'It opens the database "postgres"',
    ],
    [
      'a superuser on the standby',
      () => place(standby, 'postgres'),
      'The login of DATABASE_REPLICA_URL can act as "postgres", which is a superuser.',
    ],
  ])('is refused when it is %s', async (_what, url, sentence) => {
    const database = openDatabase(place(primary, 'handslag_api'))
    const replica = replicaOf(database, url(), () => undefined)
    await expect(replica.look()).rejects.toThrow(sentence)
    await Promise.all([replica.close(), database.close()])
  })

  test('a registry does not start with one that is none, and says why', { timeout: 30_000 }, async () => {
    await expect(startRegistry(place(primary, 'handslag_api'))).rejects.toThrow('did not start')
    await sleep(250)
    expect(await readFile(join(work, 'registry.log'), 'utf8')).toContain(
      'Handslag does not read from the server of DATABASE_REPLICA_URL:\n- It takes changes itself',
    )
  })
})

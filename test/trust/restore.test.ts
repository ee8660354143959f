import { execFile, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { twoRounds } from '../../src/cli/stories/two-rounds.ts'
import { Teller } from '../../src/cli/teller.ts'
import { environmentWith } from '../../src/config.ts'
import { brokenEntry } from '../../src/domain/ledger.ts'
import { valueParsers } from '../../src/store/database.ts'
import { freePort } from '../../src/store/free-port.ts'
import { chain } from '../../src/store/ledger.ts'
import { openTools, type Server, type Tools, toolsDirectory } from '../support/cluster.ts'
import { note } from '../support/figures.ts'

const root = join(import.meta.dirname, '..', '..')
const bin = await toolsDirectory()
if (!bin)
  process.stderr.write(
    '\n*** NOT PROVEN HERE: backup and restore. This machine has no pg_dump and pg_basebackup (Debian: postgresql). ***\n\n',
  )

// Who is erased after the dump: somebody of the demonstration who holds a mandate in the story.
const name = 'Sanne Vink'

// The name that docs/operations.md gives the database and its owner.
const database = 'handslag'
const place = (port: number, user: string) => `postgres://${user}@127.0.0.1:${port}/${database}`

/** Everything in a database: each table's rows as a digest, from the catalog; how many rows; how many streams verify. */
type Contents = { digests: Record<string, string>; rows: number; chains: number; broken: number }

async function asOwner<T>(port: number, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: place(port, 'handslag_owner'), types: valueParsers, options: '-c TimeZone=UTC', max: 2 })
  // Dropping the database, or stopping the server, ends what is still closing.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

const contents = (port: number): Promise<Contents> =>
  asOwner(port, async (pool) => {
    const tables = await pool.query<{ name: string }>(
      `select format('%I.%I', n.nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
        where relkind = 'r' and nspname not in ('pg_catalog', 'information_schema') order by 1`,
    )
    const digests: Record<string, string> = {}
    let rows = 0
    for (const { name } of tables.rows) {
      const { rows: found } = await pool.query<{ digest: string; count: number }>(
        `select md5(coalesce(string_agg(t::text, e'\\n' order by t::text), '')) as digest, count(*)::int as count from ${name} t`,
      )
      digests[name] = found[0]?.digest ?? ''
      rows += found[0]?.count ?? 0
    }
    const streams = await pool.query<{ id: string }>('select distinct stream_id as id from ledger')
    const broken: unknown[] = []
    for (const { id } of streams.rows) broken.push(...[brokenEntry(await chain(pool, id))].filter(Boolean))
    return { digests, rows, chains: streams.rows.length, broken: broken.length }
  })

/** How many rows anywhere in a database have a text in them. */
const rowsWith = (port: number, text: string): Promise<number> =>
  asOwner(port, async (pool) => {
    let found = 0
    for (const name of Object.keys((await contents(port)).digests)) {
      const { rows } = await pool.query<{ count: number }>(
        `select count(*)::int as count from ${name} t where position($1 in t::text) > 0`,
        [text],
      )
      found += rows[0]?.count ?? 0
    }
    return found
  })

/** Who was erased, as docs/operations.md tells to write it down beside the backups: ids only. */
const erasedList = (port: number) =>
  asOwner(
    port,
    async (pool) =>
      (
        await pool.query<{ organisation: string; person: string }>(
          `select stream_id as organisation, payload->>'personId' as person
            from ledger join ledger_payloads using (stream_id, revision) where type = 'person-erased'`,
        )
      ).rows,
  )

/** Erases a person as the operator; gives the status. */
async function erase({ url }: Registry, { organisation, person }: { organisation: string; person: string }): Promise<number> {
  const body = JSON.stringify({ subject: 'operator', scopes: ['handslag:write', 'handslag:operate'] })
  const headers = { 'content-type': 'application/json' }
  const given = await fetch(`${url}/local/tokens`, { method: 'POST', headers, body })
  const { access_token: token } = (await given.json()) as { access_token: string }
  const address = `${url}/v1/organisations/${organisation}/people/${person}/erasure`
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${token}`, 'idempotency-key': `again-${person}` },
  })
  return answer.status
}

type Registry = { url: string; teller: Teller; stop: () => Promise<void> }

/** Starts the registry as `npm start` does on a database, with the keys that are kept beside it. */
async function startRegistry(port: number, keys: string): Promise<Registry> {
  const own = await freePort()
  const environment = environmentWith({
    HANDSLAG_DATA: keys,
    HOST: '127.0.0.1',
    PORT: String(own),
    LOG_LEVEL: 'error',
    DATABASE_URL: place(port, 'handslag_api'),
    DATABASE_OWNER_URL: place(port, 'handslag_owner'),
    OIDC_ISSUER: '',
    HANDSLAG_DEMO: '1',
  })
  const main = join(root, 'src', 'main.ts')
  const server = spawn(process.execPath, ['--import', 'tsx', main], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const stop = async () => {
    server.kill('SIGTERM')
    await ended
  }
  const url = `http://127.0.0.1:${own}`
  // 30 s: it starts in two on a machine that does nothing else.
  for (let tries = 0; tries < 150 && server.exitCode === null; tries += 1) {
    const ready = await fetch(`${url}/v1/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ready) return { url, teller: new Teller(url, () => undefined), stop }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await stop()
  throw new Error('the registry did not start')
}

/** What a witness says of a registry, with what it saw before in a file of its own. */
const witness = (url: string, state: string): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const args = [join(root, 'verifier', 'main.mjs'), 'witness', url, '--state', state]
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, said: `${stdout}${stderr}` }),
    )
  })

/** Waits until everything that was recorded is in the log: what happens beside the requests has then come to rest. */
async function settled(port: number): Promise<void> {
  await asOwner(port, async (pool) => {
    // 30 s: the sequencer works every second.
    for (let tries = 0; tries < 150; tries += 1) {
      const { rows } = await pool.query<{ waiting: number; size: number; logged: number }>(
        `select (select count(*)::int from log_queue) as waiting, coalesce((select max(size) from checkpoints), 0)::int as size,
          (select count(*)::int from log_entries) as logged`,
      )
      const [now] = rows
      if (now && now.waiting === 0 && now.logged > 0 && now.size === now.logged) return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error('what was recorded does not come into the log')
  })
}

describe.skipIf(!bin)('a backup', () => {
  let tools: Tools
  let work: string
  let keys: string
  let archive: string
  let primary: Server
  let registry: Registry
  const servers: Server[] = []
  const registries: Registry[] = []
  let agreementId: string
  /** What the database held when it was dumped, and at the moment to which is recovered; the moment itself. */
  let dumped: Contents
  let wanted: Contents
  let moment: string
  let last: Contents
  /** Who was erased between the dump and the moment, by ids only. */
  let erased: { organisation: string; person: string }[]

  /** An empty server with the roles that docs/operations.md tells to make; `make` also makes the database. */
  const anEmptyServer = async (name: string, settings: Readonly<Record<string, string>> = {}): Promise<Server> => {
    const data = await tools.directory(join(work, name))
    await tools.init(data)
    const server = await tools.start(data, settings)
    servers.push(server)
    const admin = new pg.Client(`postgres://postgres@127.0.0.1:${server.port}/postgres`)
    await admin.connect()
    await admin.query('CREATE ROLE handslag_app NOLOGIN; CREATE ROLE handslag_owner LOGIN; CREATE ROLE handslag_api LOGIN')
    await admin.query('GRANT handslag_app TO handslag_owner, handslag_api')
    await admin.query(`CREATE DATABASE ${database} OWNER handslag_owner ENCODING 'UTF8' TEMPLATE template0`)
    await admin.end()
    return server
  }

  const startOn = async (server: Server): Promise<Registry> => {
    const started = await startRegistry(server.port, keys)
    registries.push(started)
    return started
  }

  const said = async (text: string): Promise<void> => {
    const { status } = await registry.teller.tell(text, `POST /v1/networks`, {
      as: 'lotte',
      expect: 201,
      body: { name: text, sharedGoal: text },
    })
    expect(status).toBe(201)
    await settled(primary.port)
  }

  const networks = async ({ teller }: Registry): Promise<string[]> =>
    (await teller.look('/v1/networks', 'lotte')).body.items.map(({ name }: { name: string }) => name)

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'handslag-test-restore-'))
    await chmod(work, 0o755) // PostgreSQL's own user has to pass through
    tools = await openTools(bin ?? '')
    keys = join(work, 'keys')
    archive = await tools.directory(join(work, 'archive'))
    const archiving = { archive_mode: 'on', archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/%f` }
    primary = await anEmptyServer('primary', archiving)
    registry = await startOn(primary)
    agreementId = await twoRounds(registry.teller)
    await settled(primary.port)
    await witness(registry.url, join(work, 'seen-then.json'))

    dumped = await contents(primary.port)
    const from = ['-h', '127.0.0.1', '-p', String(primary.port)]
    const owned = await tools.directory(join(work, 'dump'))
    await tools.run('pg_dump', [...from, '-U', 'handslag_owner', '--format=custom', `--file=${owned}/handslag.dump`, database])
    await tools.run('pg_basebackup', [
      ...from,
      '-U',
      'postgres',
      `--pgdata=${await tools.directory(join(work, 'recovered'))}`,
      '--checkpoint=fast',
    ])

    const { body: sanne } = await registry.teller.look('/v1/me', 'sanne')
    expect(await erase(registry, { organisation: sanne.organisation.id, person: sanne.id })).toBe(200)
    await said('Kept: before the moment')
    wanted = await contents(primary.port)
    moment = await asOwner(primary.port, async (pool) => {
      const { rows } = await pool.query<{ now: string }>('select clock_timestamp()::text as now')
      return rows[0]?.now ?? ''
    })
    await said('Lost: after the moment')
    last = await contents(primary.port)
    erased = await erasedList(primary.port)
    await witness(registry.url, join(work, 'seen-last.json'))
    const admin = new pg.Client(`postgres://postgres@127.0.0.1:${primary.port}/postgres`)
    await admin.connect()
    const switched = await admin.query<{ file: string }>('select pg_walfile_name(pg_switch_wal()) as file')
    // 10 s: copying 16 MB on the same machine.
    for (let tries = 0; tries < 50; tries += 1) {
      const { rows } = await admin.query<{ last: string | null }>('select last_archived_wal as last from pg_stat_archiver')
      if ((rows[0]?.last ?? '') >= (switched.rows[0]?.file ?? '')) break
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await admin.end()
    await registry.stop()
    await primary.stop()
  }, 180_000)

  afterAll(async () => {
    for (const started of registries) await started.stop()
    for (const server of servers) await server.stop()
    await rm(work, { recursive: true, force: true })
  })

  test('tells apart what was recorded at each of the three moments', () => {
    for (const one of [dumped, wanted, last]) expect(one).toMatchObject({ broken: 0 })
    expect(new Set([dumped, wanted, last].map(({ digests }) => digests['public.ledger'])).size).toBe(3)
    expect(dumped.chains).toBeGreaterThan(5)
  })

  test('by pg_dump is restored on an empty server: every row is the same, every chain verifies, the registry starts; and a witness who saw more calls it a rollback', async ({
    task,
  }) => {
    const empty = await anEmptyServer('restored')
    const to = ['-h', '127.0.0.1', '-p', String(empty.port), '-U', 'handslag_owner', `--dbname=${database}`]
    const began = performance.now()
    await tools.run('pg_restore', [...to, '--exit-on-error', '--single-transaction', `${work}/dump/handslag.dump`])
    const seconds = (performance.now() - began) / 1000
    const restored = await contents(empty.port)
    expect(restored).toEqual(dumped)

    const started = await startOn(empty)
    const { body } = await started.teller.look(`/v1/agreements/${agreementId}/current`, 'gemeente-zaaksysteem')
    expect(body.number).toBe(2)
    expect(await networks(started)).not.toContain('Kept: before the moment')
    // With the dump comes back who was erased after it: the list is gone through again.
    const back = await rowsWith(empty.port, name)
    expect(back).toBeGreaterThan(0)
    expect(erased).toHaveLength(1)
    // Who saw this registry no further than the dump has nothing to say; who saw more has.
    const content = await witness(started.url, join(work, 'seen-then.json'))
    expect(content.code, content.said).toBe(0)
    const alarmed = await witness(started.url, join(work, 'seen-last.json'))
    expect(alarmed.said).toMatch(/rollback/i)
    expect(alarmed.code).toBe(1)
    for (const one of erased) expect([await erase(started, one), await erase(started, one)]).toEqual([200, 200])
    const left = await rowsWith(empty.port, name)
    expect(left).toBe(0)
    expect((await contents(empty.port)).broken).toBe(0)
    note(task, {
      'rows restored from the dump': restored.rows,
      'seconds to restore': seconds.toFixed(1),
      'chains verified': restored.chains,
      'chains broken': restored.broken,
      'rows with the name of who was erased, before and after the list': `${back} and ${left}`,
      'rollback detected by a witness': alarmed.code === 1 ? 'yes' : 'no',
      'false alarms of a witness': content.code === 0 ? 0 : 1,
    })
  }, 120_000)

  test('of the files with the archived log is recovered to a moment: exactly what was recorded until then, and nothing after', async ({
    task,
  }) => {
    const data = join(work, 'recovered')
    await writeFile(join(data, 'recovery.signal'), '')
    const server = await tools.start(data, {
      archive_mode: 'off',
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: moment,
      recovery_target_action: 'promote',
    })
    servers.push(server)
    await promoted(server)
    const recovered = await contents(server.port)
    expect(recovered).toEqual(wanted)
    expect(await rowsWith(server.port, name)).toBe(0)

    const started = await startOn(server)
    expect(await networks(started)).toContain('Kept: before the moment')
    expect(await networks(started)).not.toContain('Lost: after the moment')
    const alarmed = await witness(started.url, join(work, 'seen-last.json'))
    expect(alarmed.said).toMatch(/rollback/i)
    note(task, {
      'rows after recovery': recovered.rows,
      'tables equal to those of the moment': Object.entries(recovered.digests).filter(([table, digest]) => wanted.digests[table] === digest)
        .length,
      'chains verified': recovered.chains,
      'chains broken': recovered.broken,
      'rows more or fewer than at the moment': recovered.rows - wanted.rows,
      'rows that came after the moment, and are not there': last.rows - recovered.rows,
    })
  }, 120_000)
})

/** Waits until a server has recovered and lets itself be written to. */
async function promoted({ port }: Server): Promise<void> {
  await asOwner(port, async (pool) => {
    for (let tries = 0; tries < 150; tries += 1) {
      const { rows } = await pool.query<{ recovering: boolean }>('select pg_is_in_recovery() as recovering')
      if (!rows[0]?.recovering) return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error('the server does not come out of recovery')
  })
}

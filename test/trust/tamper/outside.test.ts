import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkpointSigning, loadRegistryKey } from '../../../src/auth/registry-key.ts'
import { startSequencer } from '../../../src/jobs/sequencer.ts'
import { extendLog } from '../../../src/store/log.ts'
import { note } from '../../support/figures.ts'
import { acting, aRegistry, deliberating, type Registry, type Table } from '../../support/registry.ts'
import { verifyExport } from '../../support/verifier.ts'
import { exported, forgeTree, handslag, payloadOf, rechained, sequenced, witnessed } from './support.ts'

/** What only somebody outside can see: a registry that has its own key, and another past than it had. */

let registry: Registry
let sql: pg.Client
let directory: string
let url: string
let state: string
let table: Table

const count = {
  'other pasts shown to a witness': 0,
  'refused by the witness': 0,
  'runs of a witness without a change of the past': 0,
  'false alarms': 0,
}

beforeEach(async () => {
  registry = await aRegistry()
  directory = await mkdtemp(join(tmpdir(), 'handslag-witness-'))
  state = join(directory, 'seen.json')
  sql = new pg.Client(registry.fresh.url)
  await sql.connect()
  url = await registry.app.listen({ host: '127.0.0.1', port: 0 })
  table = await acting(registry)
  await sequenced(registry)
}, 60_000)
afterEach(async () => {
  await sql.end()
  await registry.close()
  await rm(directory, { recursive: true })
})

const look = (...more: string[]) => handslag('witness', url, '--state', state, ...more)

/** A witness sees nothing wrong. */
async function quiet(...more: string[]): Promise<string> {
  const { code, output } = await look(...more)
  count['runs of a witness without a change of the past'] += 1
  if (code !== 0) count['false alarms'] += 1
  expect({ code, output }).toMatchObject({ code: 0 })
  return output
}

/** A witness refuses, and says why. */
async function refused(why: RegExp, ...more: string[]): Promise<void> {
  const before = await readFile(state, 'utf8')
  const { code, output } = await look(...more)
  count['other pasts shown to a witness'] += 1
  if (code === 1 && why.test(output)) count['refused by the witness'] += 1
  expect(output).toMatch(why)
  expect(code).toBe(1)
  // What was seen stays what it was: looking again refuses again.
  expect(await readFile(state, 'utf8')).toBe(before)
}

/** The log as it was when it had so many entries: an older backup, put back. */
async function putBack(size: number): Promise<void> {
  await sql.query('delete from log_entries where position >= $1', [size])
  await sql.query('delete from log_nodes where (index + 1) * (2 ^ level) > $1', [size])
  await sql.query('delete from checkpoints where size > $1', [size])
}

describe('a witness', () => {
  test('goes along with a log that grows, however often it looks', async () => {
    const { size } = (await registry.as().get('/log/checkpoint')).body
    expect(await quiet()).toContain(`the log has ${size} entries, ${size} more than before`)
    expect(await quiet()).toContain('0 more than before')
    for (let times = 0; times < 4; times += 1) {
      await deliberating(registry)
      await sequenced(registry)
      expect(await quiet()).not.toContain(' 0 more')
    }
    expect(JSON.parse(await readFile(state, 'utf8')).checkpoints).toHaveLength(5)
  })

  test('waits for the first checkpoint', async () => {
    await putBack(0)
    expect(await quiet()).toContain('the log is empty')
  })

  test('refuses an older backup that was put back, also once it has grown beyond what was seen', async () => {
    const { size } = (await registry.as().get('/log/checkpoint')).body
    await deliberating(registry)
    await sequenced(registry)
    await quiet()
    await putBack(size)
    await refused(/rollback: there were \d+ entries in the log, and now \d+/)
    for (let times = 0; times < 3; times += 1) await deliberating(registry)
    await sequenced(registry)
    await refused(/fork: the log of \d+ entries does not begin with the \d+ that were seen/)
    expect(JSON.parse(await readFile(`${state}.refused.json`, 'utf8'))).toMatchObject({ seen: { kid: registry.key.kid }, refused: {} })
    await putBack(0)
    await refused(/rollback.*now there is no log/)
  })

  test('refuses a past that was made anew with the key of the registry', async () => {
    await quiet()
    await rechained(registry, sql, table.id, 12)
    await forgeTree(registry, sql)
    await refused(/fork/)
  })

  test('refuses a key that nobody announced, and takes one that somebody did', async () => {
    await quiet()
    const other = await loadRegistryKey(join(directory, 'other.json'))
    registry.deps.signingKeys = () => ({ keys: other.jwks().keys })
    await deliberating(registry)
    await extendLog(registry.deps.database, checkpointSigning(other))
    await refused(/signed with a key that nobody announced/)
    await quiet('--key', other.kid)
    await quiet()
  })

  test('compares the log of an export with that of the registry', async () => {
    const file = join(directory, 'export.json')
    await writeFile(file, JSON.stringify(await exported(registry, table)))
    await deliberating(registry)
    await sequenced(registry)
    await quiet('--export', file)
    await rechained(registry, sql, table.id, 12)
    await forgeTree(registry, sql)
    await rm(state)
    await quiet()
    await refused(/fork: the log does not begin with the \d+ entries of the export/, '--export', file)
  })

  test('says nothing where it is told to be quiet and all is well, and says what is wrong', async () => {
    expect(await quiet('--quiet')).toBe('')
    await rechained(registry, sql, table.id, 12)
    await forgeTree(registry, sql)
    await refused(/fork/, '--quiet')
    const nobody = await handslag('witness', 'http://127.0.0.1:9', '--state', state, '--quiet')
    expect(nobody).toMatchObject({ code: 2, output: expect.stringContaining('does not answer') })
  })

  test('does not go on from a state that is damaged, and says which file it is and what to do', async () => {
    const damaged = ['', '{', '[]', 'null', '{"checkpoints":[]}', '{"checkpoints":[{}],"keys":[]}', '{"checkpoints":[],"keys":[1]}']
    for (const kept of damaged) {
      await writeFile(state, kept)
      const { code, output } = await look()
      expect(output).toMatch(/seen\.json is damaged, or not what a witness keeps: put its backup back; without one, .*\n$/)
      expect(code).toBe(2)
      expect(await readFile(state, 'utf8')).toBe(kept)
    }
  })

  test('leaves nothing half written beside its state', async () => {
    await quiet()
    expect(await readdir(directory)).toEqual(['seen.json'])
  })

  test('compares with no export in which something is wrong', async () => {
    const file = join(directory, 'export.json')
    const given = await exported(registry, table)
    await writeFile(file, JSON.stringify({ ...given, log: { ...given.log, checkpoint: null } }))
    const { code, output } = await look('--export', file)
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(`${file} is not as it should be`) })
  })

  test('says that it could not look where nobody answers', async () => {
    const { code, output } = await handslag('witness', 'http://127.0.0.1:9', '--state', state)
    expect(code).toBe(2)
    expect(output).toContain('does not answer')
  })
})

describe('whoever has the database and the key', () => {
  test('writes a past that is whole in itself, and contradicts a receipt and a witness outside', async () => {
    const before = await exported(registry, table)
    const outside = await witnessed(registry)
    const acts = before.receipts.filter((jws: string) => Number(payloadOf(jws).revision) >= 18)
    expect(acts.length).toBeGreaterThan(2)
    // Every receipt from there on, the whole log, and a checkpoint of it are signed anew.
    for (const { revision, hash } of (await rechained(registry, sql, table.id, 18)).slice(17)) {
      const { rows } = await sql.query<{ jws: string }>('select jws from receipts where agreement_id = $1 and revision = $2', [
        table.id,
        revision,
      ])
      for (const { jws } of rows)
        await sql.query('update receipts set jws = $3 where agreement_id = $1 and revision = $2', [
          table.id,
          revision,
          await registry.key.sign({ ...payloadOf(jws), hash }, 'receipt'),
        ])
    }
    await sql.query(`update stances set doc = doc || '{"reason": "Nobody ever said this."}' where agreement_id = $1 and doc->>'id' = $2`, [
      table.id,
      before.entries[17].payload.id,
    ])
    await forgeTree(registry, sql)
    const forged = await exported(registry, table)
    // The honest limit: to who holds nothing of before, nothing is wrong.
    expect(verifyExport(forged, { keys: registry.key.jwks() }).problems).toEqual([])

    for (const receipt of acts) {
      const { problems } = verifyExport(forged, { receipts: [receipt] })
      expect(problems).toMatchObject([{ agreementId: table.id, revision: payloadOf(receipt).revision }])
    }
    expect(
      verifyExport(forged, { seen: outside })
        .problems.map(({ what }) => what)
        .join(),
    ).toMatch(/fork/)
  })
})

describe('the command', () => {
  test('checks a file, and says what is wrong where', async () => {
    const given = await exported(registry, table)
    const [file, keys, receipts] = ['export.json', 'keys.json', 'receipts.txt'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ]
    await quiet()
    await writeFile(file, JSON.stringify(given))
    await writeFile(keys, JSON.stringify(registry.key.jwks()))
    await writeFile(receipts, given.receipts.join('\n'))
    const all = await handslag('verify', file, '--key', keys, '--seen', state, '--receipt', receipts)
    expect(all.output).toContain(`nothing is wrong with ${given.entries.length} entries, 1 versions, ${given.receipts.length} receipts`)
    expect(all.code).toBe(0)
    given.entries[11].payload.text = 'Something else.'
    await writeFile(file, JSON.stringify(given))
    const changed = await handslag('verify', file)
    expect(changed.output).toContain(`agreement ${table.id}, revision 12: what this entry says was changed`)
    expect(changed.code).toBe(1)
    await writeFile(keys, JSON.stringify((await loadRegistryKey(join(directory, 'other.json'))).jwks()))
    expect(await handslag('verify', file, '--key', keys)).toMatchObject({
      code: 1,
      output: expect.stringContaining('a key that is not trusted'),
    })
    await writeFile(file, JSON.stringify(given).slice(1))
    expect(await handslag('verify', file)).toMatchObject({ code: 1, output: expect.stringContaining('not JSON') })
    expect(await handslag('verify', join(directory, 'nothing'))).toMatchObject({ code: 2 })
    await writeFile(file, JSON.stringify(await exported(registry, table)).replace('"title":', '"title":"Another","title":'))
    expect(await handslag('verify', file)).toEqual({
      code: 1,
      output: `✗ ${file} has two fields with the name "title" in entries[0].payload.text\n`,
    })
    expect(await handslag('help')).toMatchObject({ code: 2, output: expect.stringContaining('handslag verify EXPORT') })
  })
})

describe('what the command says', () => {
  test('is for whoever still listens: it ends quietly, with the same exit, where nobody does', async () => {
    const file = join(directory, 'export.json')
    const given = await exported(registry, table)
    for (const entry of given.entries) entry.actorId = 'somebody else'
    await writeFile(file, JSON.stringify(given))
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../../verifier/main.mjs'), 'verify', file])
    child.stdout.destroy()
    let complaint = ''
    child.stderr.on('data', (text) => {
      complaint += text
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect({ code, complaint }).toEqual({ code: 1, complaint: '' })
  })

  test('does not steer a terminal, nor say lines of the export’s own', async () => {
    const file = join(directory, 'export.json')
    await writeFile(file, JSON.stringify({ agreementId: '\u001b[2J\n✓ nothing is wrong with \u202e' }))
    const { output } = await handslag('verify', file)
    expect(output.split('\n').map((line) => line.slice(0, 1))).toEqual(['✗', '✗', ''])
    expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})

describe('what was given beside an export', () => {
  let file: string
  beforeEach(async () => {
    file = join(directory, 'export.json')
    await writeFile(file, JSON.stringify(await exported(registry, table)))
  })

  test.each(['--seen', '--key', '--receipt'])('and is not there is no fault of the export: %s', async (option) => {
    const lost = join(directory, 'lost.json')
    expect(await handslag('verify', file, option, lost)).toEqual({ code: 2, output: `${lost} cannot be opened (ENOENT)\n` })
  })

  test.each([
    ['--seen', '{"keys":', 'is damaged'],
    ['--seen', '{"checkpoints":[],"checkpoints":[],"keys":[]}', 'is damaged'],
    ['--key', '{"keys":', 'is not JSON'],
    ['--key', '{}', 'holds no list of keys'],
    ['--key', '{"keys":[],"keys":[]}', 'has two fields with the name "keys"'],
  ])('and is damaged is no fault of the export: %s %s', async (option, content, why) => {
    const damaged = join(directory, 'damaged.json')
    await writeFile(damaged, content)
    const { code, output } = await handslag('verify', file, option, damaged)
    expect(output).toContain(`${damaged} ${why}`)
    expect(code).toBe(2)
  })
})

describe('the log of a registry whose sequencer stands still', () => {
  const minutes = (count: number) => registry.pass(count / (24 * 60))
  const problemsNow = async (of = table) => verifyExport(await exported(registry, of), { keys: registry.key.jwks() }).problems

  test('is found out by an export from a minute after what is not in it, and where', async () => {
    const late = await deliberating(registry)
    const { entries } = await exported(registry, late)
    expect(await problemsNow(late)).toEqual([])
    minutes(2)
    // The checkpoint is older than all of these: it alone shows nothing.
    expect(await problemsNow(late)).toEqual(
      entries.map(({ revision }: { revision: number }) => ({
        agreementId: late.id,
        revision,
        what: 'this should long be in the log, and is not',
      })),
    )
    expect(await problemsNow()).toEqual([])
    await sequenced(registry)
    expect(await problemsNow(late)).toEqual([])
  })

  test('is found out where nothing was ever signed of it', async () => {
    const late = await deliberating(registry)
    await putBack(0)
    expect(await problemsNow(late)).toEqual([])
    minutes(2)
    const problems = await problemsNow(late)
    expect(problems[0]).toMatchObject({ revision: 1, what: 'this should long be in the log, and is not' })
    expect(problems).toHaveLength((await exported(registry, late)).entries.length)
  })

  test('is found out too by an export that the registry signed as of an earlier moment, or of none', async () => {
    const given = await exported(registry, table)
    const says = payloadOf(given.signature)
    const signedAt = async (at: unknown) =>
      verifyExport({ ...given, signature: await registry.key.sign({ ...says, at }, 'export') }).problems
    expect(await signedAt(says.at)).toEqual([])
    expect((await signedAt('2026-01-01T00:00:00.000Z'))[0]).toMatchObject({ revision: 1, what: expect.stringContaining('recorded after') })
    expect(await signedAt(undefined)).toMatchObject([{ what: 'the whole says not when the registry signed it' }])
  })
})

describe('the sequencer', () => {
  const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 400 && !(await what()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await what()).toBe(true)
  }
  const rest = () => new Promise((resolve) => setTimeout(resolve, 200)) // some forty rounds
  const waiting = async () => Number((await sql.query('select count(*) from log_queue')).rows[0].count)

  test('tells a mistake once, though others have their turn in between, and anew once something was put in the log', async () => {
    const told: string[] = []
    const node = `update log_nodes set hash = case hash when repeat('ab', 32) then $1 else repeat('ab', 32) end
      where level = (select max(level) from log_nodes) and index = 0`
    const { rows } = await sql.query('select hash from log_nodes where level = (select max(level) from log_nodes) and index = 0')
    await deliberating(registry)
    await sql.query(node, [rows[0].hash])
    const { stop } = startSequencer(registry.deps.database, checkpointSigning(registry.key), {
      pauseMs: 5,
      failed: (_, why) => told.push(why),
    })
    try {
      await until(() => told.length > 0)
      for (let turns = 0; turns < 3; turns += 1) {
        await sql.query(`select pg_advisory_lock(hashtextextended('handslag:log', 0))`)
        await rest()
        await sql.query(`select pg_advisory_unlock(hashtextextended('handslag:log', 0))`)
        await rest()
      }
      expect(told).toEqual([expect.stringContaining('are not those that were signed')])
      await sql.query(node, [rows[0].hash])
      await until(async () => (await waiting()) === 0)
      await sql.query(`update checkpoints set jws = left(jws, -4) || 'AAAA'`)
      await deliberating(registry)
      await until(() => told.length > 1)
      expect(told).toHaveLength(2)
    } finally {
      await stop()
    }
  })

  test('tells a mistake that goes on again after a time, in the words of the database and without what was in the statement', async () => {
    const told: string[] = []
    await sql.query('alter table checkpoints rename to elsewhere')
    await deliberating(registry)
    const { stop } = startSequencer(registry.deps.database, checkpointSigning(registry.key), {
      pauseMs: 5,
      againMs: 100,
      failed: (_, why) => told.push(why),
    })
    await until(() => told.length > 2)
    await stop()
    expect(new Set(told)).toEqual(new Set(['relation "checkpoints" does not exist']))
  })

  test('tells by its code what the database says of a value', async () => {
    const told: string[] = []
    await deliberating(registry)
    // What PostgreSQL takes for no number, it repeats.
    await sql.query('alter table checkpoints alter column jws type numeric using 0')
    const signing = { ...checkpointSigning(registry.key), read: async () => undefined, sign: async () => 'in confidence' }
    const { stop } = startSequencer(registry.deps.database, signing, { pauseMs: 5, failed: (_, why) => told.push(why) })
    await until(() => told.length > 0)
    await stop()
    expect(told).toEqual([expect.stringMatching(/^\w+ 22P02$/)])
  })

  test('signs nothing on top of a log that is not what was signed', async () => {
    await deliberating(registry)
    await sql.query(`update log_nodes set hash = repeat('ab', 32) where level = (select max(level) from log_nodes)`)
    await expect(extendLog(registry.deps.database, checkpointSigning(registry.key))).rejects.toThrow(/not those that were signed/)
  })

  test('takes no word of a checkpoint that says it is signed with the key and is not', async () => {
    await deliberating(registry)
    await sql.query(`update checkpoints set jws = left(jws, -4) || 'AAAA'`)
    await expect(extendLog(registry.deps.database, checkpointSigning(registry.key))).rejects.toThrow(/not by this registry/)
  })

  test('works in one of several processes at a time, skips nothing and doubles nothing', async () => {
    const failures: unknown[] = []
    const { database } = registry.deps
    const several = Array.from({ length: 4 }, () =>
      startSequencer(database, checkpointSigning(registry.key), { pauseMs: 5, failed: (error) => failures.push(error) }),
    )
    await Promise.all(Array.from({ length: 6 }, () => deliberating(registry)))
    for (let tries = 0; tries < 200 && (await waiting()) > 0; tries += 1) await new Promise((resolve) => setTimeout(resolve, 25))
    await Promise.all(several.map(({ stop }) => stop()))
    expect(failures).toEqual([])
    const { rows } = await sql.query(`select count(*)::int as ledger, (select count(*)::int from log_entries) as log,
      (select max(position)::int + 1 from log_entries) as positions, (select max(size)::int from checkpoints) as size,
      (select count(*)::int from log_entries e join ledger l using (stream_id, revision) where e.hash = l.hash) as same,
      (select count(*)::int from log_entries e join log_entries b on b.stream_id = e.stream_id and b.revision = e.revision - 1
        where b.position > e.position) as misplaced from ledger`)
    const [{ ledger, ...logged }] = rows
    expect(logged).toEqual({ log: ledger, positions: ledger, size: ledger, same: ledger, misplaced: 0 })
    await quiet()
  })
})

test('a witness refused every other past, and raised no false alarm', ({ task }) => {
  note(task, count)
  expect(count['false alarms']).toBe(0)
  expect(count['refused by the witness']).toBe(count['other pasts shown to a witness'])
})

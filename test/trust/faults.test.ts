import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { check, differences } from '../../faults/checker.ts'
import { dropCommitReplies } from '../../faults/commit-reply.ts'
import { everyCut } from '../../faults/every-cut.ts'
import { killDatabase } from '../../faults/kill-database.ts'
import { killServer } from '../../faults/kill-server.ts'
import { messageReader, startProxy } from '../../faults/proxy.ts'
import { type Result, resultOf } from '../../faults/result.ts'
import { sigterm } from '../../faults/sigterm.ts'
import { type Operation, startLoad } from '../../faults/workers.ts'
import { aWorld, type World } from '../../faults/world.ts'
import { note } from '../support/figures.ts'
import { planted } from '../support/planted.ts'

/** A small sample of `npm run faults`, for every check. */
let world: World
beforeAll(async () => {
  world = await aWorld({ servers: 1 })
}, 90_000)
afterAll(() => world?.close())

const slow = 120_000

/** Nothing lost, nothing twice, nothing promised without a commit, and nothing else wrong. */
function holds({ lost, duplicated, unbacked, wrong }: Result): void {
  expect({ lost, duplicated, unbacked, wrong }).toEqual({ lost: 0, duplicated: 0, unbacked: 0, wrong: [] })
}
const figures = ({ cycles, sent, acknowledged, unknown, lost, duplicated, unbacked }: Result) => ({
  cycles,
  sent,
  acknowledged,
  'unknown, then known': unknown,
  lost,
  'twice': duplicated,
  '2xx without commit': unbacked,
})

describe('nothing that was acknowledged is lost, and nothing is done twice', () => {
  test('when the server is killed', { timeout: slow }, async ({ task }) => {
    const result = await killServer(world, 1)
    note(task, figures(result))
    holds(result)
    expect(result.acknowledged).toBeGreaterThan(5)
  })

  test('when PostgreSQL is killed; the server stays alive, and recovers by itself', { timeout: slow }, async ({ task }) => {
    const result = await killDatabase(world, 1)
    note(task, figures(result))
    holds(result)
    expect(result.acknowledged).toBeGreaterThan(5)
  })

  test('when the reply to COMMIT is dropped: the answer is 503, and the retry gets what was done', { timeout: slow }, async ({ task }) => {
    const result = await dropCommitReplies(world, 3)
    note(task, figures(result))
    holds(result)
    expect(result).toMatchObject({ sent: 3, acknowledged: 3, unknown: 3 })
  })

  test('when the connection breaks off at any message of the protocol', { timeout: slow }, async ({ task }) => {
    const result = await everyCut(world, { only: ['openDesk'] })
    note(task, figures(result))
    holds(result)
    // A connection, its password, a transaction, a key, what is asked, what is written, an answer that is kept, COMMIT; and all that again.
    expect(result.cycles).toBeGreaterThan(30)
    expect(result.acknowledged).toBe(result.sent)
  })

  test('when it is told to stop: 200 requests are answered first', { timeout: slow }, async ({ task }) => {
    const result = await sigterm(world, 1)
    note(task, figures(result))
    holds(result)
  })

  test('and in the end the tables and the log are what the ledger says', { timeout: slow }, async () => {
    expect(await differences(world)).toEqual([])
  })
})

describe('the checker sees', () => {
  const operation = (over: Partial<Operation>): Operation => ({
    marker: `op${'x'.repeat(24)}`,
    sent: { as: 'lotte', method: 'POST', path: '/v1/agreements', key: 'none' },
    state: 'unknown',
    sends: 1,
    ...over,
  })

  test('a change that was acknowledged and is not there', async () => {
    expect(await check(world, [operation({ state: 'acknowledged' })])).toMatchObject({
      lost: [expect.stringContaining('xxx')],
      duplicated: [],
    })
  })

  test('what stayed unknown', async () => {
    expect((await check(world, [operation({})])).wrong).toEqual([expect.stringContaining('never known')])
  })

  test('a change that was refused, or acknowledged once, and is there twice', async () => {
    const marker = `op${'y'.repeat(24)}`
    const send = () =>
      world.client.send(world.urls[0] ?? '', { ...operation({}).sent, key: crypto.randomUUID(), body: { kind: 'two', title: marker } })
    const answer = await send()
    expect(answer.status).toBe(201)
    expect((await check(world, [operation({ marker, state: 'refused' })])).wrong).toEqual([expect.stringContaining('refused, and there')])
    await send()
    expect((await check(world, [operation({ marker, state: 'refused' })])).duplicated).toHaveLength(1)
  })

  test('an entry that was changed after it was written', async () => {
    const change = `update ledger_payloads set payload = payload || '{"title":"Other"}' where (stream_id, revision) in
      (select stream_id, revision from ledger where type = 'agreement-created' limit 1) returning stream_id, revision`
    await world.database.sql(change)
    expect((await check(world, [])).wrong).toContainEqual(expect.stringMatching(/is broken at 1: payload/))
  })
})

test('a server that answers without having committed is caught', { timeout: slow }, async ({ task }) => {
  const careless = await planted([
    {
      file: 'src/store/transaction.ts',
      find: "[...last, 'commit']",
      replace: "[...last, last.some((one) => one.startsWith('insert into answers')) ? 'rollback' : 'commit']",
    },
    { file: 'src/store/transaction.ts', find: "?.command !== 'COMMIT'", replace: '?.command === undefined' },
  ])
  const other = await aWorld({ root: careless.directory })
  try {
    const load = startLoad(other, { workers: 2 })
    const { lost, acknowledged } = await resultOf(other, load, { fault: 'none', cycles: 0, recoveryMs: [] })
    note(task, { acknowledged, lost })
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBe(acknowledged)
  } finally {
    await other.close()
    await careless.remove()
  }
})

describe('the proxy', () => {
  test('finds the messages however the stream was cut into pieces', () => {
    const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])
    const query = Buffer.concat([Buffer.from('Q'), Buffer.from([0, 0, 0, 11]), Buffer.from('commit\0')])
    const stream = Buffer.concat([startup, query, query])
    for (let size = 1; size <= stream.length; size += 1) {
      const read = messageReader()
      const found = []
      for (let at = 0; at < stream.length; at += size) found.push(...read(stream.subarray(at, at + size)))
      expect(found.map(({ kind }) => kind)).toEqual(['startup', 'Q', 'Q'])
      expect(Buffer.concat(found.map(({ bytes }) => bytes))).toEqual(stream)
    }
  })

  test('breaks a connection at the first message when told to', async () => {
    const proxy = await startProxy(world.database.port)
    const cut = proxy.arm('request', 1)
    const socket = connect(proxy.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const closed = new Promise((done) => socket.once('close', done))
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
    await closed
    expect(cut.cutAt).toBe('startup')
    await proxy.close()
  })
})

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'
import { anotherDoor, bearer } from './door.ts'

let registry: Registry
let app: FastifyInstance
let port: number

beforeAll(async () => {
  registry = await aRegistry()
  app = await anotherDoor(registry)
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port
})
afterAll(async () => {
  app?.server.closeAllConnections()
  await app?.close()
  await registry?.close()
})

type Watched = { socket: Socket; received: string; ended: Promise<number> }

/** A connection that says something, and notes what it hears and after how many milliseconds it was closed. */
async function saying(text: string, { reading = true } = {}): Promise<Watched> {
  const started = performance.now()
  const socket = connect(port, '127.0.0.1')
  const watched = { socket, received: '' } as Watched
  socket.on('error', () => undefined)
  if (reading)
    socket.on('data', (chunk) => {
      watched.received += chunk
    })
  watched.ended = new Promise((resolve) => socket.once('close', () => resolve(performance.now() - started)))
  await once(socket, 'connect')
  socket.write(text)
  return watched
}

const many = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make))

test('who sends slowly, or does not read, holds no socket, and nobody else waits for them', { timeout: 90_000 }, async ({ task }) => {
  const { authorization } = await bearer(registry, registry.school.representative)
  const head = `POST /v1/agreements HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n`
  const slowHeads = await many(200, () => saying('GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: '))
  const slowBodies = await many(200, () => saying(`${head}Content-Length: 100\r\n\r\n{"kind":`))
  const endless = await many(50, () => saying(`${head}Transfer-Encoding: chunked\r\n\r\n`))
  const silent = await many(50, () => saying(''))
  // 30 descriptions of some hundred KB each, of which nothing is read: far more than the buffers between us hold.
  const deaf = await many(20, () => saying('GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(30), { reading: false }))
  for (const { socket } of deaf) socket.pause()
  const dripping = setInterval(() => {
    for (const { socket } of slowHeads) if (socket.writable) socket.write('a')
    for (const { socket } of endless) if (socket.writable) socket.write('1\r\n \r\n')
  }, 500)
  const waits: number[] = []
  const asking = setInterval(async () => {
    const started = performance.now()
    const answer = await fetch(`http://127.0.0.1:${port}/v1/me`, { headers: { authorization } })
    await answer.arrayBuffer()
    if (answer.status === 200) waits.push(performance.now() - started)
    else waits.push(Number.POSITIVE_INFINITY)
  }, 500)
  const slow = [...slowHeads, ...slowBodies, ...endless, ...silent]
  const closedAfter = await Promise.all(slow.map(({ ended }) => ended))
  // A paused reader does not hear that it was closed: the server's side tells.
  await expect
    .poll(() => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count))), { timeout: 60_000 })
    .toBeLessThan(20)
  clearInterval(dripping)
  clearInterval(asking)
  for (const { socket } of deaf) socket.destroy()
  // 15 s for a request, and 5 s until Node looks again; a silent socket is closed after 25 s; the rest is for a busy machine.
  expect(Math.max(...closedAfter)).toBeLessThan(35_000)
  const told = [...slowHeads, ...slowBodies, ...endless].filter(({ received }) => received.startsWith('HTTP/1.1 408 '))
  expect(told.length).toBe(450)
  for (const { received } of told) {
    expect(received).toMatch(/\r\nstrict-transport-security: max-age=31536000\r\n/)
    expect(received).toMatch(/"code":"timeout"/)
  }
  expect(waits.length).toBeGreaterThan(10)
  expect(Math.max(...waits)).toBeLessThan(5_000)
  note(task, {
    'slow senders closed': slow.length,
    'readers that do not read closed': deaf.length,
    'last one closed after seconds': Math.round(Math.max(...closedAfter) / 1000),
    'others answered meanwhile': waits.length,
    'longest wait of others in milliseconds': Math.round(Math.max(...waits)),
  })
})

test('a connection is renewed after 1,000 requests, and told so', async ({ task }) => {
  const request = 'GET /v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n'
  const watched = await saying(request.repeat(1_000))
  const answers = () => watched.received.match(/HTTP\/1\.1 200 OK/g) ?? []
  await expect.poll(() => answers().length, { timeout: 15_000 }).toBe(1_000)
  await expect.poll(() => watched.received, { timeout: 5_000 }).toMatch(/\r\nconnection: close\r\n\r\n[^\r\n]*$/i)
  expect(watched.received.match(/\r\nconnection: close\r\n/gi)).toHaveLength(1)
  // Who goes on all the same is not served.
  watched.socket.write(request)
  await expect.poll(() => watched.received, { timeout: 5_000 }).toMatch(/HTTP\/1\.1 503 /)
  expect(answers()).toHaveLength(1_000)
  watched.socket.destroy()
  note(task, { 'requests on one connection before it is renewed': answers().length })
})

test('headers of more than 16 KiB and a body of more than 256 KiB are refused, whatever length they claim', async () => {
  const { authorization } = await bearer(registry, registry.school.representative)
  const large = await saying(`GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(17_000)}\r\n\r\n`)
  await large.ended
  expect(large.received).toMatch(/^HTTP\/1\.1 431 /)
  expect(large.received).toMatch(/\r\ncontent-security-policy: /)
  const head = `POST /v1/agreements HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n`
  const claimed = await saying(`${head}Content-Length: 262145\r\n\r\n`)
  await expect.poll(() => claimed.received, { timeout: 10_000 }).toMatch(/^HTTP\/1\.1 413 /)
  claimed.socket.destroy()
  const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`
  const chunked = await saying(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}`)
  await expect.poll(() => chunked.received, { timeout: 10_000 }).toMatch(/^HTTP\/1\.1 413 /)
  chunked.socket.destroy()
})

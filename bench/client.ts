import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import type { Order, Slice } from './load.ts'

/**
 * The client of the bench, in a process of its own: keep-alive connections that send the next request when the last one was answered.
 * It reads no more of an answer than its status and its length, so that it takes as little as possible of what the servers need.
 */

/** What makes each sending of a request another one. */
const unique = '{unique}'
const inThisProcess = randomUUID().slice(0, 18)
let sent = 0

function run({ port, requests, expect, connections, seconds, once }: Order): Promise<Slice> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = []
    const begin = performance.now()
    const end = begin + seconds * 1000
    let open = connections
    let last = begin
    const closed = () => {
      open -= 1
      if (open > 0) return
      latencies.sort((a, b) => a - b)
      const at = (part: number): number => latencies[Math.floor(part * (latencies.length - 1))] ?? 0
      resolve({ requestsPerSecond: (1000 * latencies.length) / (last - begin), p50: at(0.5), p99: at(0.99), answered: latencies.length })
    }
    const converse = (place: number) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      // Each connection has requests of its own, if there are enough of them.
      let next = place
      let leaving = false
      let asked = 0
      let received: Buffer | undefined
      const ask = () => {
        const request = requests[once ? next : next % requests.length]
        if (request === undefined || performance.now() >= end) {
          socket.destroy()
          return closed()
        }
        next += connections
        sent += 1
        asked = performance.now()
        socket.write(request.replace(unique, `${inThisProcess}-${sent}`), 'latin1')
      }
      socket.once('connect', ask)
      socket.on('error', reject)
      socket.on('end', () => leaving || reject(new Error('the server ended a connection')))
      socket.on('data', (chunk) => {
        received = received ? Buffer.concat([received, chunk]) : chunk
        const answer = wholeAnswer(received)
        if (!answer) return
        if (answer.status !== expect)
          return reject(new Error(`${requests[next % requests.length]?.split('\r\n', 1)}: ${expect} was expected, and not\n${received}`))
        received = undefined
        last = performance.now()
        latencies.push(last - asked)
        // The server renews connections: what it says it closes is left for a new one.
        if (!answer.closing) return ask()
        leaving = true
        socket.destroy()
        converse(next)
      })
    }
    for (let place = 0; place < connections; place += 1) converse(place)
  })
}

/** The status of an answer that has arrived in full; nothing while there is more to come. */
function wholeAnswer(received: Buffer): { status: number; closing: boolean } | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = received.toString('latin1', 0, headEnd)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined && status !== 304 && status !== 204) throw new Error(`an answer without a length:\n${head}`)
  const closing = /\r\nconnection: *close/i.test(head)
  return received.length >= headEnd + 4 + (status === 304 ? 0 : Number(length ?? 0)) ? { status, closing } : undefined
}

process.on('message', (order: Order) => {
  run(order).then(
    (slice) => process.send?.({ slice }),
    (error: Error) => process.send?.({ failed: error.message }),
  )
})
process.on('disconnect', () => process.exit())

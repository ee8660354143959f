import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyInstance } from 'fastify'
import { standingHeaders } from './headers.ts'
import { type DoorCode, DoorProblem, describeProblem } from './problem.ts'

/** Answers what Node cannot read as HTTP at all: there is no request then, only a socket. In English, for want of Accept-Language. */
export const answerUnreadable = (version: string) => (error: ConnectionError, socket: Socket) => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy(error)
  const codes: Record<string, DoorCode> = { ERR_HTTP_REQUEST_TIMEOUT: 'timeout', HPE_HEADER_OVERFLOW: 'headers-too-large' }
  const problem = describeProblem(new DoorProblem(codes[error.code] ?? 'malformed-request'), 'en', randomUUID())
  const body = JSON.stringify(problem)
  const headers = {
    ...standingHeaders(version),
    'content-type': 'application/problem+json',
    'content-language': 'en',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', body].join('\r\n'))
}

/**
 * Answers what Node would answer itself without a problem: HTTP/1.1 without Host is refused here (RFC 9110, section 7.2), and an
 * expectation that is not known is passed over (section 10.1.1). Needs `requireHostHeader: false` of Node's server.
 */
export function answerForNode(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    done(raw.headers.host === undefined && raw.httpVersion === '1.1' ? new DoorProblem('malformed-request') : undefined)
  })
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
}

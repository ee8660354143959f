import type { FastifyInstance, FastifyReply } from 'fastify'
import { Fault } from '../store/fault.ts'
import { answerFailure } from './failure.ts'
import { DoorProblem } from './problem.ts'

/** 20 s: a few statements of at most 5 s each; after that nobody waits any more. */
export const patienceMs = 20_000

declare module 'fastify' {
  interface FastifyRequest {
    /** Goes off when a request has taken too long. */
    givenUp: NodeJS.Timeout | undefined
  }
}

/**
 * Answers 503 to a request that takes too long; what it was doing ends by its own limits. Fastify's `handlerTimeout` would do it with an
 * AbortController for each request, which costs half as much as a hello world (docs/performance.md#what-was-tried-and-did-not-help).
 */
export function answerInTime(app: FastifyInstance, ms = patienceMs): void {
  app.decorateRequest('givenUp', undefined)
  app.addHook('onRequest', (request, reply, done) => {
    request.givenUp = setTimeout(giveUp, ms, reply).unref()
    done()
  })
  app.addHook('onResponse', (request, _reply, done) => {
    clearTimeout(request.givenUp)
    done()
  })
}

function giveUp(reply: FastifyReply): void {
  if (reply.sent) return
  // An answer that has begun, and whose reader does not read on, can only be broken off.
  if (reply.raw.headersSent) return void reply.raw.destroy()
  const cause = new Fault('a request took too long')
  answerFailure(new DoorProblem('unavailable', { headers: { 'retry-after': '5' }, cause }), reply.request, reply)
}

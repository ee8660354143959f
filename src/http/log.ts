import { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import { pino } from 'pino'
import type { Acting } from '../domain/actor.ts'

/** How much to log (a level of pino), and where to; standard output when left out. `false` logs nothing. */
export type LogOptions = false | { level: string; stream?: { write(line: string): void } }

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the problem that this request was answered with, for its line in the log. */
    problem: string
    /** Whom the registry took the caller for, by ids; nothing where it did not come to that. */
    acting: Acting | undefined
  }
}

// The serialisers below let none of these through; this is for who logs an object in passing.
const secrets = ['authorization', 'token', 'password', 'headers', 'body', 'query', 'params'].flatMap((name) => [name, `*.${name}`])

/** Lines are written many at a time, and none later than this: 100 ms, so that whoever looks on sees them come. What is left is written at the end. */
const latestMs = 100
// What a pipe takes whole (PIPE_BUF): lines of several processes, written to one, are not mixed.
const atOnceBytes = 4096

/** The registry's log: JSON lines without tokens, bodies, values of queries, or what errors of the database quote of them. */
export const openLog = (log: LogOptions): FastifyBaseLogger =>
  log
    ? pino(
        { level: log.level, redact: { paths: secrets, censor: '[left out]' }, serializers: { err: describeError, req: describeRequest } },
        log.stream ?? pino.destination({ sync: false, minLength: 2048, maxWrite: atOnceBytes, periodicFlush: latestMs }),
      )
    : pino({ enabled: false })

/** How Fastify logs: to the registry's log, or nowhere. */
export const logging = (log: LogOptions) => ({
  ...(log && { loggerInstance: openLog(log) }),
  logController: new LogController({ disableRequestLogging: true }),
  // One logger for all requests: making one for each costs more than a line. Our lines about a request carry its id themselves; the few that Fastify
  // writes do not.
  childLoggerFactory: (logger: FastifyBaseLogger) => logger,
})

/** One line per request, when it is answered. */
export function logRequests(app: FastifyInstance): void {
  // Written out below is all that these lines hold: there is nothing to be left out of it, and looking for it would cost more than the line.
  const log = app.log.child({}, { redact: [] })
  app.decorateRequest('problem', '')
  app.decorateRequest('acting', undefined)
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status, elapsedTime } = reply
    const line = {
      requestId: request.id,
      method: request.method,
      route: routeOf(request),
      status,
      actor: request.acting,
      problem: request.problem || undefined,
      milliseconds: Math.round(elapsedTime),
    }
    log.info(line, 'answered')
    done()
  })
}

/** The route as it was declared: paths that lead nowhere can hold anything, and the values in a query are nobody's business. */
const routeOf = (request: FastifyRequest): string => request.routeOptions?.url ?? 'none'

const describeRequest = (request: FastifyRequest) => ({ method: request.method, route: routeOf(request) })

type Described = { type: string; message: string; stack: string; code?: string; constraint?: string; cause?: Described }

/** Errors whose message holds no data: those that JavaScript makes for mistakes in the program, and our own. SyntaxError quotes its input. */
const speakingErrors = ['TypeError', 'RangeError', 'ReferenceError', 'AssertionError', 'Fault']

/**
 * An error for the log: its name, its codes, its place in the code and what caused it. Its message only where it is one of the program:
 * those of the database quote parameters and rows.
 */
function describeError(error: unknown): Described {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' }
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    type: error.name,
    message: speakingErrors.includes(error.name) ? error.message : '',
    stack: places.join('\n'),
    ...(typeof code === 'string' && { code }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(error.cause instanceof Error && { cause: describeError(error.cause) }),
  }
}

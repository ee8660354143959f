import { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
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

/** Fastify's logger: JSON lines without tokens, bodies, values of queries, or what errors of the database quote of them. */
export const logging = (log: LogOptions) => ({
  logger: log && {
    level: log.level,
    ...(log.stream && { stream: log.stream }),
    redact: { paths: secrets, censor: '[left out]' },
    serializers: { err: describeError, req: describeRequest },
  },
  logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
})

/** One line per request, when it is answered. */
export function logRequests(app: FastifyInstance): void {
  app.decorateRequest('problem', '')
  app.decorateRequest('acting', undefined)
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode: status, elapsedTime } = reply
    const line = {
      ...describeRequest(request),
      status,
      ...(request.acting && { actor: request.acting }),
      ...(request.problem && { problem: request.problem }),
      milliseconds: Math.round(elapsedTime),
    }
    request.log.info(line, 'answered')
  })
}

/** The route as it was declared: paths that lead nowhere can hold anything, and the values in a query are nobody's business. */
const describeRequest = (request: FastifyRequest) => ({
  method: request.method,
  route: request.routeOptions?.url ?? 'none',
})

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

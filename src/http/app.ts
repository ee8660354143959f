import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { bodyLimit, readBodies } from './body.ts'
import { type Caller, type CallerDeps, identify } from './caller.ts'
import { answerUnreadable } from './connection.ts'
import { answerFailure } from './failure.ts'
import { setStandingHeaders, standingHeaders } from './headers.ts'
import { type LogOptions, logging, logRequests } from './log.ts'
import { accepts } from './negotiate.ts'
import { type Contact, describeApi, descriptionRoute } from './openapi.ts'
import { base } from './operation.ts'
import { DoorProblem } from './problem.ts'
import { healthRoutes } from './routes/health.ts'
import { problemPages } from './routes/problems.ts'
import { answerUnknownRoutes } from './unknown-route.ts'

/** What the HTTP door needs from the house. */
export type HttpDeps = CallerDeps & {
  /** Whether the registry can serve: its database answers. */
  ready: () => Promise<boolean>
  /** The version of the API, as in package.json. */
  version: string
  contact: Contact
  log: LogOptions
  /** Declares the operations of the registry, each with `operation`, under /v1. */
  routes: (app: FastifyInstance) => void
}

/** Builds the HTTP door: it listens to nothing, and asks nothing of its dependencies before the first request. */
export function buildApp(deps: HttpDeps): FastifyInstance {
  const app = fastify({
    ...limits,
    ...strictRouter,
    ...logging(deps.log),
    ...errorsBeforeRoutes(deps.version),
    genReqId: () => randomUUID(),
  })

  logRequests(app)
  setStandingHeaders(app, deps.version)
  readBodies(app)
  checkCallers(app, deps)
  app.setErrorHandler(answerFailure)
  answerUnknownRoutes(app)
  describeApi(app, deps)

  app.register(async (pages) => problemPages(pages))
  app.register(
    async (v1) => {
      descriptionRoute(v1)
      healthRoutes(v1, deps)
      deps.routes(v1)
    },
    { prefix: base },
  )
  return app
}

const limits = {
  bodyLimit,
  // Headers that have not arrived after 10 s, and requests after 15 s, are given up: slow senders cannot hold sockets. Node looks every 5 s.
  requestTimeout: 15_000,
  // 16 KiB: a token of 8 KiB, a cursor, and what proxies add.
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16 * 1024 },
  // 20 s: a few statements of at most 5 s each; after that nobody waits any more.
  handlerTimeout: 20_000,
  // A silent socket is closed after 25 s: later than the handler gives up, or it would cut off answers in the making.
  connectionTimeout: 25_000,
  // Longer than the 60 s after which proxies commonly drop idle connections, so that the proxy never sends into a closed one.
  keepAliveTimeout: 72_000,
  // While closing, requests on open connections are still served, with Connection: close; a restart costs nobody a request.
  return503OnClosing: false,
} as const

const strictRouter = {
  routerOptions: {
    ignoreTrailingSlash: false,
    ignoreDuplicateSlashes: false,
    caseSensitive: true,
    useSemicolonDelimiter: false,
    // An id has 36 characters and a code of a problem fewer than 64.
    maxParamLength: 64,
  },
} as const

/** What goes wrong before there is a route, so before any hook: an address that cannot be decoded, or no HTTP at all. */
const errorsBeforeRoutes = (version: string) => ({
  clientErrorHandler: answerUnreadable(version),
  frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    answerFailure(error, request, reply.headers({ ...standingHeaders(version) })),
})

/** Before anything of a body is read: whether the answer can have the form that is asked for, and who asks. */
function checkCallers(app: FastifyInstance, deps: CallerDeps): void {
  app.decorateRequest('caller', null as unknown as Caller)
  app.addHook('onRequest', async (request) => {
    const { operation } = request.routeOptions.config
    if (!operation) return
    // The router takes /agreements/ for /agreements/:agreementId with an empty id; an address with a slash at its end is none.
    if (Object.values(request.params as Record<string, string>).includes('')) throw new DoorProblem('unknown-route')
    const type = operation.answer.type ?? 'application/json'
    if (!accepts(request.headers.accept, type)) throw new DoorProblem('not-acceptable', { params: { type } })
    request.caller = await identify(request, operation.access, deps)
  })
}

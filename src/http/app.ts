import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type Actor, by } from '../domain/actor.ts'
import type { Identity } from '../domain/identity.ts'
import { bodyLimit, readBodies } from './body.ts'
import { admit, type Caller, type CallerDeps, callerOf, identify } from './caller.ts'
import { answerForNode, answerUnreadable } from './connection.ts'
import { Cursors } from './cursor.ts'
import { answerFailure } from './failure.ts'
import { setStandingHeaders, standingHeaders } from './headers.ts'
import { type LogOptions, logging, logRequests } from './log.ts'
import { preferred } from './negotiate.ts'
import { type Contact, describeApi, descriptionRoute } from './openapi.ts'
import { base, type Operation, type Transactions, typesOf } from './operation.ts'
import { type PressureLimits, refuseUnderPressure } from './pressure.ts'
import { DoorProblem } from './problem.ts'
import { type Count, countRequests, type RateLimits } from './rate-limit.ts'
import { healthRoutes, liveness } from './routes/health.ts'
import { problemPages } from './routes/problems.ts'
import { securityText } from './routes/security-text.ts'
import { answerUnknownRoutes } from './unknown-route.ts'

/** What the HTTP door needs from the house. */
export type HttpDeps = CallerDeps & {
  /** Whether the registry can serve: its database answers. */
  ready: () => Promise<boolean>
  transactions: Transactions
  /** The version of the API, as in package.json. */
  version: string
  contact: Contact
  log: LogOptions
  limits: RateLimits & PressureLimits
  /** The secret that seals cursors: 32 bytes, the same in every process of a registry. */
  cursorKey: Uint8Array
  /** Proxies whose word on the address of a client is taken: addresses, or ranges of them. Nobody's when left out. */
  trustedProxies?: readonly string[]
  /** Where to report a weakness: an https: or mailto: URL. */
  securityContact?: string | undefined
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
    trustProxy: deps.trustedProxies?.length ? [...deps.trustedProxies] : false,
    genReqId: () => randomUUID(),
  })

  logRequests(app)
  setStandingHeaders(app, deps.version)
  answerForNode(app)
  readBodies(app)
  refuseUnderPressure(app, deps.limits, base + liveness)
  const count = countRequests(app, deps.limits)
  // After the headers and the refusals above, which come with plugins.
  app.after(() => checkCallers(app, deps, count))
  app.decorate('transactions', deps.transactions)
  leaveAfterAnswers(app)
  app.setErrorHandler(answerFailure)
  answerUnknownRoutes(app)
  describeApi(app, deps)

  app.register(async (pages) => problemPages(pages))
  app.register(async (pages) => securityText(pages, deps.securityContact))
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
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16 * 1024, requireHostHeader: false },
  // A silent socket is closed after 25 s: later than a handler gives up (`handlerTimeout`), or it would cut off answers in the making.
  connectionTimeout: 25_000,
  // Longer than the 60 s after which proxies commonly drop idle connections, so that the proxy never sends into a closed one.
  keepAliveTimeout: 72_000,
  // A connection is renewed after so many requests: what a new process or proxy changes reaches everybody, and no socket is for ever.
  maxRequestsPerSocket: 1_000,
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

/** While closing, every answer is the last on its connection: else those that are kept open for a next request would hold the process up. */
function leaveAfterAnswers(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}

/** What goes wrong before there is a route, so before any hook: an address that cannot be decoded, or no HTTP at all. */
const errorsBeforeRoutes = (version: string) => ({
  clientErrorHandler: answerUnreadable(version),
  frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    answerFailure(error, request, reply.headers({ ...standingHeaders(version) })),
})

/** Before anything of a body is read: whether the answer can have the form that is asked for, who asks, and how often they did. */
function checkCallers(app: FastifyInstance, deps: HttpDeps, count: Count): void {
  app.decorateRequest('caller', null as unknown as Caller & { cursors: Cursors })
  app.addHook('onRequest', async (request, reply) => {
    const { url, config } = request.routeOptions
    const { operation } = config
    let identity: Identity | undefined
    try {
      if (operation) checkAsked(request, operation)
      identity = operation && (await identify(request, deps))
    } finally {
      // A good token counts for its account, before anything is looked up for it; whoever has none counts by address. Whoever watches over
      // the registry asks often, and has to be answered.
      if (!url?.startsWith(`${base}/health/`)) await count(request, reply, identity)
    }
    if (!operation) return
    const caller = callerOf(identity, deps, (actor) => {
      request.acting = by(actor)
    })
    const actor = await admit(caller, operation.access, request.method)
    request.caller = { identity, actor: caller.actor, cursors: new Cursors(deps.cursorKey, circleOf(identity, actor)) }
  })
}

function checkAsked(request: FastifyRequest, operation: Operation): void {
  // The router takes /agreements/ for /agreements/:agreementId with an empty id; an address with a slash at its end is none.
  const params = request.params as Record<string, string>
  for (const name in params) if (params[name] === '') throw new DoorProblem('unknown-route')
  const types = typesOf(operation)
  if (!preferred(request.headers.accept, types)) throw new DoorProblem('not-acceptable', { params: { type: types.join(', ') } })
}

/** Who may use each other's cursors: the people and applications of an organisation. Where nobody has to be known, one account. */
function circleOf(identity: Identity | undefined, actor: Actor | undefined): string {
  if (actor) return actor.kind === 'operator' ? 'operator' : `organisation ${actor.organisationId}`
  return identity ? `account ${identity.issuer} ${identity.subject}` : 'anyone'
}

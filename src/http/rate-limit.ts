import fastifyRateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../domain/identity.ts'
import { DoorProblem } from './problem.ts'

/** How many requests a minute are answered: of one account, and of one address from which no good token comes. */
export type RateLimits = { account: number; address: number }

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose requests are counted together with this one. */
    client: string
  }
}

const windowMs = 60_000

/** Counts a request, by account or by address, and says in its answer what is left. Throws 429 where nothing is. */
export type Count = (request: FastifyRequest, reply: FastifyReply, identity?: Identity) => Promise<void>

/**
 * Counts requests in windows of a minute, in the memory of this process. An IPv6 address counts with its /64, which one customer has
 * whole. Answers carry RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11).
 */
export function countRequests(app: FastifyInstance, limits: RateLimits): Count {
  const kindOf = (client: string) => (client.startsWith('account ') ? 'account' : 'address')
  app.register(fastifyRateLimit, {
    global: false,
    timeWindow: windowMs,
    // The 10,000 clients that called last: some 2 MB. Who is forgotten begins again at nothing.
    cache: 10_000,
    keyGenerator: ({ client }) => client,
    max: (_request, client) => limits[kindOf(client)],
  })
  app.decorateRequest('client', '')
  let limiter: ReturnType<FastifyInstance['createRateLimit']> | undefined
  return async (request, reply, identity) => {
    request.client = identity ? `account ${identity.issuer} ${identity.subject}` : `address ${normalizeIP(request.ip)}`
    limiter ??= app.createRateLimit()
    const counted = await limiter(request)
    if (counted.isAllowed) return
    const { max, remaining, ttlInSeconds, isExceeded } = counted
    const name = kindOf(request.client)
    reply.headers({
      'ratelimit-policy': `"${name}";q=${max};w=${windowMs / 1000}`,
      ratelimit: `"${name}";r=${remaining};t=${ttlInSeconds}`,
    })
    if (!isExceeded) return
    const params = { quota: max, seconds: ttlInSeconds }
    throw new DoorProblem('too-many-requests', { params, headers: { 'retry-after': String(ttlInSeconds) } })
  }
}

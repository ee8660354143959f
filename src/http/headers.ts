import fastifyHelmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

// One year, what the NCSC's TLS guidelines ask at least. Browsers ignore it on plain http, so on loopback it does no harm.
const yearSeconds = 31_536_000

/** What helmet is to say: its own defaults, and beyond them nothing that an API has no use for. */
const policy = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] } },
  strictTransportSecurity: { maxAge: yearSeconds, includeSubDomains: false },
  xFrameOptions: { action: 'deny' },
} as const satisfies FastifyHelmetOptions

/**
 * The headers of every answer, errors too: the version of the API (API Design Rules, /core/version-header) and what keeps browsers
 * from misusing it (/core/transport/security-headers). Nothing is kept by default: answers are about organisations' own affairs.
 * Those of helmet are written out for the answers that are given before any hook runs; a test holds the two alike.
 */
export const standingHeaders = (version: string): Readonly<Record<string, string>> => ({
  'api-version': version,
  'cache-control': 'no-store',
  'vary': 'Authorization, Accept, Accept-Language',
  'content-security-policy': "default-src 'none';base-uri 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': `max-age=${yearSeconds}`,
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
})

/** Puts the standing headers on every answer, before anything else can go wrong; an answer may replace them. */
export function setStandingHeaders(app: FastifyInstance, version: string): void {
  app.register(fastifyHelmet, policy)
  const { 'api-version': apiVersion, 'cache-control': cacheControl, vary } = standingHeaders(version)
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'api-version': apiVersion, 'cache-control': cacheControl, vary })
  })
}

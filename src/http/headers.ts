import type { FastifyInstance } from 'fastify'

/**
 * The headers of every answer, errors too: the version of the API (API Design Rules, /core/version-header) and what keeps browsers
 * from misusing it (/core/transport/security-headers). Nothing is kept by default: answers are about organisations' own affairs.
 */
export const standingHeaders = (version: string): Readonly<Record<string, string>> => ({
  'api-version': version,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  // One year, what the NCSC's TLS guidelines ask at least. Browsers ignore it on plain http, so on loopback it does no harm.
  'strict-transport-security': 'max-age=31536000',
  'vary': 'Authorization, Accept, Accept-Language',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
})

/** Puts the standing headers on every answer, before anything else can go wrong; an answer may replace them. */
export function setStandingHeaders(app: FastifyInstance, version: string): void {
  const headers = standingHeaders(version)
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers)
  })
}

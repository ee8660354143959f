import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'

// One year, what the NCSC's TLS guidelines ask at least. Browsers ignore it on plain http, so on loopback it does no harm.
const yearSeconds = 31_536_000

/** What helmet is to say: its own defaults, and beyond them nothing that an API has no use for. */
const secured = headersOf(
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] } },
    strictTransportSecurity: { maxAge: yearSeconds, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  }),
)

/** What helmet puts on an answer. Asked once, because it makes anew for each answer what here is the same for all. */
function headersOf(middleware: ReturnType<typeof helmet>): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const setHeader = (name: string, value: string) => {
    headers[name.toLowerCase()] = value
  }
  middleware({} as IncomingMessage, { setHeader, removeHeader: () => undefined } as unknown as ServerResponse, () => undefined)
  return headers
}

/**
 * The headers of every answer, errors too: the version of the API (API Design Rules, /core/version-header) and what keeps browsers
 * from misusing it (/core/transport/security-headers). Nothing is kept by default: answers are about organisations' own affairs.
 */
export const standingHeaders = (version: string): Readonly<Record<string, string>> => ({
  'api-version': version,
  'cache-control': 'no-store',
  'vary': 'Authorization, Accept, Accept-Language',
  ...secured,
})

/** Puts the standing headers on every answer, before anything else can go wrong; an answer may replace them. */
export function setStandingHeaders(app: FastifyInstance, version: string): void {
  const headers = standingHeaders(version)
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
}

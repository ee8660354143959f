import type { FastifyInstance } from 'fastify'

// RFC 9116, section 2.5.5: less than a year ahead. Half a year, counted from each reading: it says what holds while this runs.
const validMs = 180 * 24 * 60 * 60 * 1000

/** `/.well-known/security.txt` (RFC 9116): where to report a weakness. There is none where nobody is named, rather than a made-up one. */
export function securityText(app: FastifyInstance, contact: string | undefined): void {
  if (contact === undefined) return
  app.get('/.well-known/security.txt', (_request, reply) => {
    const expires = new Date(Date.now() + validMs).toISOString().replace(/\.\d+/, '')
    return reply.type('text/plain; charset=utf-8').send(`Contact: ${contact}\nExpires: ${expires}\nPreferred-Languages: nl, en\n`)
  })
}

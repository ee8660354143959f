import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Scope, scopes } from '../../domain/identity.ts'
import { readInput } from '../input.ts'
import { DoorProblem } from '../problem.ts'

/** What a registry without an issuer of tokens offers on loopback: tokens for the demonstration's people, and a clock that can be moved on. */
export type LocalDoor = {
  /** Who there is to be: the subjects that have an account, and who they are. */
  people: () => Promise<object[]>
  token: (subject: string, scopes: readonly Scope[]) => Promise<string>
  /** Moves the clock of the registry on, and gives the moment it then is. */
  moveClock: (days: number) => Promise<string>
}

const TokenRequest = z.strictObject({
  subject: z.string().min(1).max(255),
  scopes: z.array(z.enum(scopes)).default(['handslag:read', 'handslag:write']),
})
// Five years: the longest an agreement can run.
const ClockRequest = z.strictObject({ days: z.int().min(0).max(1830) })

const nothing = z.strictObject({})
const readBody = <T extends z.ZodType>(body: T, request: FastifyRequest): z.output<T> =>
  readInput({ params: nothing, query: nothing, body }, { params: {}, query: request.query, body: request.body }).body as z.output<T>

/** Routes under /local, beside the API: they exist only where the registry is its own issuer, on loopback. */
export function localRoutes(app: FastifyInstance, door: LocalDoor): void {
  // A page elsewhere that gets its own name to resolve to this machine must not be able to ask for tokens, nor whom a proxy lets in.
  app.addHook('onRequest', async (request) => {
    if (Object.keys(request.headers).some((name) => /^(forwarded|via|x-forwarded-.*|x-real-ip)$/.test(name)))
      throw new DoorProblem('unknown-route')
    if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(request.hostname)) throw new DoorProblem('unknown-route')
  })
  app.get('/people', async () => ({ items: await door.people() }))
  app.post('/tokens', async (request) => {
    const { subject, scopes } = readBody(TokenRequest, request)
    return { access_token: await door.token(subject, scopes), token_type: 'Bearer', expires_in: 3600 }
  })
  app.post('/clock', async (request) => {
    const { days } = readBody(ClockRequest, request)
    return { now: await door.moveClock(days) }
  })
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from './failure.ts'
import { DoorProblem } from './problem.ts'

/**
 * Answers what no route serves: 404, or 405 with Allow where the address exists (API Design Rules, /core/http-methods), and OPTIONS
 * with what it allows. Must come before the routes, which it listens for.
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const routes = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    routes.set(url, methods)
  })
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    const [path = ''] = request.url.split('?')
    const allowed = [...routes].flatMap(([pattern, methods]) => (matches(pattern, path) ? [...methods] : []))
    if (allowed.length === 0) return sendProblem(new DoorProblem('unknown-route'), request, reply)
    const allow = [...new Set([...allowed, 'OPTIONS'])].sort().join(', ')
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send()
    const params = { method: request.method, allow }
    return sendProblem(new DoorProblem('method-not-allowed', { params, headers: { allow } }), request, reply)
  }
  // Before the body: what is sent to nowhere is not read, and whatever is wrong with it, the answer is that there is nothing here.
  // After the other hooks, which count it.
  app.after(() =>
    app.addHook('onRequest', (request, reply, done) => {
      if (request.is404) answer(request, reply)
      else done()
    }),
  )
  app.setNotFoundHandler(answer)
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  const fits = (part: string, index: number) => part === '*' || (part.startsWith(':') ? given[index] !== '' : part === given[index])
  return (wanted.at(-1) === '*' ? given.length >= wanted.length : given.length === wanted.length) && wanted.every(fits)
}

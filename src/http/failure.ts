import type { FastifyReply, FastifyRequest } from 'fastify'
import { InvalidToken, KeysUnavailable } from '../auth/token.ts'
import { Refused } from '../domain/refusal.ts'
import { databaseProblem } from '../store/database.ts'
import { bodyLimit, refuseMediaType } from './body.ts'
import { languageOf } from './negotiate.ts'
import { DoorProblem, describeProblem } from './problem.ts'

/** Five seconds: longer than a restart of a process or a wait for a lock, short enough for a person who waits. */
const retryAfter = { 'retry-after': '5' }

/** Answers any error that a request ran into, as problem details (RFC 9457). What nobody foresaw is logged, and told without detail. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = foreseen(error, request.method)
  if (problem instanceof DoorProblem && problem.cause !== undefined) {
    if (problem.code === 'internal-error') request.log.error({ requestId: request.id, err: problem.cause }, 'unforeseen')
    else request.log.warn({ requestId: request.id, err: problem.cause }, problem.code)
  }
  return sendProblem(problem, request, reply)
}

/** Sends a problem, in the language that the request asks for. */
export function sendProblem(problem: DoorProblem | Refused, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = languageOf(request.headers['accept-language'])
  const body = describeProblem(problem, language, request.id)
  request.problem = body.code
  if (problem instanceof DoorProblem) reply.headers(problem.headers)
  return reply
    .code(body.status)
    .headers({ 'content-language': language, 'cache-control': 'no-store' })
    .type('application/problem+json')
    .send(JSON.stringify(body))
}

const isOurs = (error: unknown): boolean =>
  error instanceof DoorProblem || error instanceof Refused || error instanceof InvalidToken || error instanceof KeysUnavailable

/** Any error as what the caller may know of it: a problem of the door, or a refusal of the rules. */
function foreseen(error: unknown, method: string): DoorProblem | Refused {
  if (error instanceof DoorProblem || error instanceof Refused) return error
  // A transaction looks up its caller when it begins: what that says comes out of its first query, wrapped by Drizzle.
  if (error instanceof Error && isOurs(error.cause)) return foreseen(error.cause, method)
  if (error instanceof InvalidToken) return unauthenticated(error)
  if (error instanceof KeysUnavailable) return new DoorProblem('keys-unavailable', { headers: retryAfter, cause: error })
  const database = databaseProblem(error)
  if (database === 'unavailable') return new DoorProblem('unavailable', { headers: retryAfter, cause: error })
  if (database === 'conflict') return new DoorProblem('changed-meanwhile', { cause: error })
  if (database === 'invalid') return new DoorProblem('invalid-input', { cause: error })
  return ofFramework(error, method) ?? new DoorProblem('internal-error', { cause: error })
}

/** RFC 6750, section 3: no error where no token was sent, `invalid_token` where one was. */
function unauthenticated({ code }: InvalidToken): DoorProblem {
  const challenge = code === 'missing' ? 'Bearer realm="handslag"' : 'Bearer realm="handslag", error="invalid_token"'
  return new DoorProblem(`token-${code}`, { headers: { 'www-authenticate': challenge } })
}

function ofFramework(error: unknown, method: string): DoorProblem | undefined {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new DoorProblem('body-too-large', { params: { limit: bodyLimit } })
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return refuseMediaType(method)
  if (code === 'FST_ERR_HANDLER_TIMEOUT') return new DoorProblem('unavailable', { headers: retryAfter, cause: error })
  // An id that long does not exist.
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return new DoorProblem('unknown-route')
  const callersFault = typeof code === 'string' && code.startsWith('FST_') && Number(statusCode) >= 400 && Number(statusCode) < 500
  return callersFault ? new DoorProblem('malformed-request') : undefined
}

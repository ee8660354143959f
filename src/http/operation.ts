import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Acting, type Actor, by } from '../domain/actor.ts'
import { canonical, digest } from '../domain/digest.ts'
import type { Identity } from '../domain/identity.ts'
import type { Answered, Keyed, Sent } from '../store/answers.ts'
import type { Access, Caller } from './caller.ts'
import type { Cursors } from './cursor.ts'
import { editionHeld, isNoneMatch, readIfMatch } from './etag.ts'
import { readInput } from './input.ts'
import { type Language, languageOf, preferred } from './negotiate.ts'
import { DoorProblem, invalidInput } from './problem.ts'
import type { Tag } from './tags.ts'

type Sentences = { en: string; nl: string }
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Status = 200 | 201 | 202 | 204

/** The prefix of every operation: the major version of the API (API Design Rules, /core/uri-version). */
export const base = '/v1'

/** What a handler gets: the caller and all that was sent, checked. */
export type Call<P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType, B extends z.ZodType = z.ZodType> = {
  identity: Identity | undefined
  /** Looked up once per request; throws 401 or 403 where there is nobody the registry knows (only possible for `anyone`). */
  actor: () => Promise<Actor>
  /** Seals and opens the cursors of this caller. */
  cursors: Cursors
  params: z.output<P>
  query: z.output<Q>
  body: z.output<B>
  /** The revision that the caller changes; undefined for `If-Match: *` and, on a POST, without the header. */
  ifMatch: number | undefined
  /** The edition of a version that the caller has already, as If-None-Match says; nothing for none. */
  has: string
  language: Language
  /** Whether the caller would rather have the other form of the answer, `answer.other`. */
  other: boolean
  requestId: string
  /** The path as it was called, under /v1, and the query as it was sent: what links to other pages of it are made of. */
  path: string
  search: Readonly<Record<string, string>>
}

/** What a handler gives back. Paths in `location` and `links` that start with `/` lie under /v1. */
export type Answer<A extends z.ZodType = z.ZodType> = {
  body?: z.output<A>
  /** The answer as it is sent: JSON made when it was written, or another media type; null for who has it already. Instead of `body`. */
  raw?: string | null
  /** The answer in its other form, `answer.other`, in the caller's language. Instead of `body`. */
  other?: string
  /** A strong ETag, as `etagOf` makes it: a GET then answers 304 to who has it. */
  etag?: string
  location?: string
  links?: readonly { rel: string; href: string }[]
  /** One of the other statuses that the operation declares in `answer.also`. */
  status?: Status
}

/** An operation: one method on one path, with all that the router, the checks and the API's description need to know of it. */
export type Operation<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  A extends z.ZodType = z.ZodType,
> = {
  method: Method
  /** Under /v1, with `:name` for each path parameter. */
  path: `/${string}`
  id: string
  tag: Tag
  summary: Sentences
  description?: Sentences
  access: Access
  params?: P
  query?: Q
  body?: B
  /** A body as example in the description. */
  example?: z.input<B>
  answer: {
    status: Status
    /** Another status that the handler can choose. */
    also?: Status
    schema?: A
    description?: string
    /** The media type; application/json when left out. */
    type?: string
    /** Another media type, for people to read, of who would rather have that. */
    other?: 'text/markdown'
    /** The answer has an ETag. */
    etag?: true
    /** The answer has a Location. */
    location?: true
    /** Pages of any origin may read the answer (CORS): for what is public. */
    anyOrigin?: true
  }
  /** Whether If-Match is required. Default for PUT, PATCH and DELETE; a POST honours it when sent. */
  ifMatch?: 'required' | 'optional'
  /** It is done beside every transaction, and waits for nothing that has no bound of its own: for a read that carries in its own statement who may read. */
  beside?: true
  handle(call: Call<P, Q, B>): Promise<Answer<NoInfer<A>>>
}

/** How the store does the work of one request: whole or not at all, and once for each key. */
export type Transactions = {
  within<T>(acting: () => Promise<Acting>, work: () => Promise<T>): Promise<T>
  once(acting: Acting, keyed: Keyed, work: () => Promise<Sent>): Promise<Answered>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation
  }
  interface FastifyRequest {
    caller: Caller & { cursors: Cursors }
  }
  interface FastifyInstance {
    transactions: Transactions
  }
}

/** 20 s: a few statements of at most 5 s each; after that nobody waits any more. */
export const handlerTimeout = 20_000

/** The media types in which an operation answers: the first is what it answers in where nothing else is asked for. */
export const typesOf = ({ answer: { type = 'application/json', other } }: Operation): string[] => (other ? [type, other] : [type])

const nobody: Acting = { kind: 'nobody', actorId: '' }

/** Declares an operation: its route under /v1, its checks, and its place in the API's description. The one way to add one. */
export function operation<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
>(app: FastifyInstance, spec: Operation<P, Q, B, A>): void {
  const declared = spec as unknown as Operation
  checkParameters(declared)
  app.route({
    method: spec.method,
    url: spec.path,
    config: { operation: declared },
    // A timer and a signal for each request cost a tenth of the read that is done most, and what that waits for gives up by itself (`gathering`).
    ...(!spec.beside && { handlerTimeout }),
    handler: async (request, reply) => {
      const call = readCall(declared, request)
      const { sent, replayed } = await answered(app, declared, call, request)
      return send(declared, sent, replayed, request, reply)
    },
  })
}

/** Does the work of a request in one transaction: what it changed is committed before it is answered, with the answer where it has a key. */
async function answered(
  { transactions }: FastifyInstance,
  spec: Operation,
  call: Call,
  request: FastifyRequest,
): Promise<{ sent: Sent; replayed: boolean }> {
  if (spec.beside) return { sent: await work(spec, call), replayed: false }
  const key = takesKey(spec) ? readKey(request.headers['idempotency-key']) : undefined
  if (key === undefined)
    return {
      sent: await transactions.within(
        () => actingOf(call),
        () => work(spec, call),
      ),
      replayed: false,
    }
  const ifMatch = request.headers['if-match'] ?? ''
  const requestDigest = digest('handslag-request', spec.method, request.url, ifMatch, canonical(request.body ?? null))
  const once = await transactions.once(await actingOf(call), { key, requestDigest }, () => work(spec, call))
  if (once === 'reused') throw new DoorProblem('idempotency-key-reused')
  if (once === 'erased') throw new DoorProblem('answer-erased')
  return once
}

const work = async (spec: Operation, call: Call): Promise<Sent> => render(spec, await spec.handle(call), call.language)

const actingOf = async (call: Call): Promise<Acting> => (call.identity ? by(await call.actor()) : nobody)

/** Whether an operation takes an Idempotency-Key: those that change something for somebody. */
export const takesKey = ({ method, access }: Pick<Operation, 'method' | 'access'>): boolean => method !== 'GET' && access !== 'anyone'

/** 255 printable characters of ASCII: room for a UUID with a prefix, and nothing that a header could not carry. */
export const idempotencyKey = /^[\x21-\x7e]{1,255}$/

function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined || (typeof header === 'string' && idempotencyKey.test(header))) return header
  throw invalidInput([{ code: 'wrong-format', params: { format: 'idempotency-key' }, parameter: 'Idempotency-Key' }])
}

/** A path parameter without a schema would reach the handler unchecked, and one without a place in the path never would. */
function checkParameters({ id, path, params }: Operation): void {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
  const inSchema = params instanceof z.ZodObject ? Object.keys(params.shape) : []
  if (inPath.toSorted().join() !== inSchema.toSorted().join()) {
    throw new Error(`operation ${id}: the path has the parameters [${inPath}], its schema [${inSchema}]`)
  }
}

/** Whether If-Match is required, honoured, or without meaning (on a read). */
export function ifMatchOf({ method, ifMatch }: Operation): 'required' | 'optional' | undefined {
  if (method === 'GET') return undefined
  return ifMatch ?? (method === 'POST' ? 'optional' : 'required')
}

function readCall(spec: Operation, request: FastifyRequest): Call {
  const rule = ifMatchOf(spec)
  const ifMatch = rule && readIfMatch(request.headers['if-match'], rule === 'required')
  const { params, query, body } = readInput(spec, request)
  const { identity, actor, cursors } = request.caller
  const end = request.url.indexOf('?')
  return {
    identity,
    actor,
    cursors,
    params,
    query,
    body,
    ifMatch,
    has: editionHeld(request.headers['if-none-match']),
    language: languageOf(request.headers['accept-language']),
    other: spec.answer.other !== undefined && preferred(request.headers.accept, typesOf(spec)) === spec.answer.other,
    requestId: request.id,
    path: request.url.slice(base.length, end < 0 ? undefined : end),
    search: request.query as Record<string, string>,
  }
}

/** The answer as it is sent and kept. */
function render(spec: Operation, answer: Answer, language: Language): Sent {
  const status = answer.status ?? spec.answer.status
  checkDeclared(spec, answer, status)
  const { location, links = [], etag } = answer
  const headers = {
    ...(location !== undefined && { location: underBase(location) }),
    ...(links.length > 0 && { link: links.map(({ rel, href }) => `<${underBase(href)}>; rel="${rel}"`).join(', ') }),
    ...(etag !== undefined && { etag }),
    ...(answer.other !== undefined && { 'content-type': `${spec.answer.other}; charset=utf-8`, 'content-language': language }),
  }
  if (answer.other !== undefined) return { status, headers, body: answer.other }
  return { status, headers, body: status === 204 ? null : answer.raw === undefined ? serialise(spec, answer.body) : answer.raw }
}

function send(spec: Operation, { status, headers, body }: Sent, replayed: boolean, request: FastifyRequest, reply: FastifyReply) {
  reply.code(status).headers(headers)
  if (replayed) reply.header('idempotency-replayed', 'true')
  if (spec.answer.anyOrigin) reply.header('access-control-allow-origin', '*')
  if (headers.etag !== undefined) {
    // The reader may keep it, and asks each time whether it is still right. Shared caches may keep what needs no token only.
    reply.header('cache-control', spec.access === 'anyone' ? 'no-cache' : 'private, no-cache')
    if (spec.method === 'GET' && isNoneMatch(request.headers['if-none-match'], headers.etag)) return reply.code(304).send()
  }
  if (body === null && status === 200) throw new TypeError(`operation ${spec.id} answers with nothing to who does not have it`)
  if (body === null) return reply.send()
  return reply.type(headers['content-type'] ?? spec.answer.type ?? 'application/json').send(body)
}

const underBase = (path: string) => (path.startsWith('/') ? `${base}${path}` : path)

/** What the description does not say, the answer does not have. */
function checkDeclared({ id, answer: declared }: Operation, answer: Answer, status: Status): void {
  const undeclared = [
    status !== declared.status && status !== declared.also && `status ${status}`,
    answer.etag !== undefined && !declared.etag && 'an ETag',
    answer.location !== undefined && !declared.location && 'a Location',
    answer.other !== undefined && !declared.other && 'another media type',
  ].filter(Boolean)
  if (undeclared.length > 0) throw new TypeError(`operation ${id} answers with ${undeclared.join(' and ')} without declaring it`)
}

/** The body by its schema: a field that the schema does not know stops the answer, so that nothing leaks that was not meant to be shown. */
function serialise({ id, answer }: Operation, body: unknown): string {
  if (!answer.schema) throw new TypeError(`operation ${id} answers with a body but declares no schema`)
  const result = z.safeEncode(answer.schema, body)
  if (result.success) return JSON.stringify(result.data)
  const where = result.error.issues.map(({ code, path }) => `${code} at /${path.join('/')}`)
  throw new TypeError(`the answer of operation ${id} does not fit its schema: ${where.join(', ')}`)
}

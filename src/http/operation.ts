import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../domain/actor.ts'
import type { Identity } from '../domain/identity.ts'
import type { Access, Caller } from './caller.ts'
import { isNoneMatch, readIfMatch } from './etag.ts'
import { readInput } from './input.ts'
import { type Language, languageOf } from './negotiate.ts'
import type { Tag } from './tags.ts'

type Sentences = { en: string; nl: string }
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Status = 200 | 201 | 202 | 204

/** The prefix of every operation: the major version of the API (API Design Rules, /core/uri-version). */
export const base = '/v1'

/** What a handler gets: the caller and all that was sent, checked. */
export type Call<P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType, B extends z.ZodType = z.ZodType> = {
  identity?: Identity
  /** Looked up once per request; throws 401 or 403 where there is nobody the registry knows (only possible for `anyone`). */
  actor: () => Promise<Actor>
  params: z.output<P>
  query: z.output<Q>
  body: z.output<B>
  /** The revision that the caller changes; undefined for `If-Match: *` and, on a POST, without the header. */
  ifMatch?: number
  language: Language
  requestId: string
  /** The path as it was called, under /v1, and the query as it was sent: what links to other pages of it are made of. */
  path: string
  search: Readonly<Record<string, string>>
}

/** What a handler gives back. Paths in `location` and `links` that start with `/` lie under /v1. */
export type Answer<A extends z.ZodType = z.ZodType> = {
  body?: z.output<A>
  /** The answer as it is sent: JSON made when it was written, or another media type. Instead of `body`. */
  raw?: string
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
    /** The answer has an ETag. */
    etag?: true
    /** The answer has a Location. */
    location?: true
    /** Pages of any origin may read the answer (CORS): for what is public. */
    anyOrigin?: true
  }
  /** Whether If-Match is required. Default for PUT, PATCH and DELETE; a POST honours it when sent. */
  ifMatch?: 'required' | 'optional'
  handle(call: Call<P, Q, B>): Promise<Answer<NoInfer<A>>>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation
  }
  interface FastifyRequest {
    caller: Caller
  }
}

const nothing = z.strictObject({})

// Clients often send {} with a POST that needs no body.
const noBody = z.union([nothing, z.undefined()])

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
    handler: async (request, reply) => {
      const answer = await declared.handle(readCall(declared, request))
      return send(declared, answer, request, reply)
    },
  })
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
  const { params = nothing, query = nothing, body = noBody } = spec
  const input = readInput({ params, query, body }, { params: request.params, query: request.query, body: request.body ?? undefined })
  const [path = ''] = request.url.split('?')
  return {
    ...request.caller,
    ...input,
    ...(ifMatch !== undefined && { ifMatch }),
    language: languageOf(request.headers['accept-language']),
    requestId: request.id,
    path: path.slice(base.length),
    search: request.query as Record<string, string>,
  }
}

function send(spec: Operation, answer: Answer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = answer.status ?? spec.answer.status
  checkDeclared(spec, answer, status)
  reply.code(status)
  if (spec.answer.anyOrigin) reply.header('access-control-allow-origin', '*')
  if (answer.location !== undefined) reply.header('location', underBase(answer.location))
  if (answer.links?.length) reply.header('link', answer.links.map(({ rel, href }) => `<${underBase(href)}>; rel="${rel}"`).join(', '))
  if (answer.etag !== undefined) {
    // The reader may keep it, and asks each time whether it is still right. Shared caches may keep what needs no token only.
    reply.header('etag', answer.etag).header('cache-control', spec.access === 'anyone' ? 'no-cache' : 'private, no-cache')
    if (spec.method === 'GET' && isNoneMatch(request.headers['if-none-match'], answer.etag)) return reply.code(304).send()
  }
  if (status === 204) return reply.send()
  return reply.type(spec.answer.type ?? 'application/json').send(answer.raw ?? serialise(spec, answer.body))
}

const underBase = (path: string) => (path.startsWith('/') ? `${base}${path}` : path)

/** What the description does not say, the answer does not have. */
function checkDeclared({ id, answer: declared }: Operation, answer: Answer, status: Status): void {
  const undeclared = [
    status !== declared.status && status !== declared.also && `status ${status}`,
    answer.etag !== undefined && !declared.etag && 'an ETag',
    answer.location !== undefined && !declared.location && 'a Location',
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

import { createHash } from 'node:crypto'
import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { bodyType } from './body.ts'
import { scopeOf } from './caller.ts'
import { base, idempotencyKey, ifMatchOf, type Operation, operation, takesKey, typesOf } from './operation.ts'
import { titles } from './problem.ts'
import { tags } from './tags.ts'

/** Who answers for this registry: in the description, as the API Design Rules ask (/core/doc-openapi-contact). */
export type Contact = { name: string; url: string; email: string }

type Json = Record<string, unknown>

/**
 * Describes the API in OpenAPI 3.0.3 (which both published linters of the API Design Rules accept): `/v1/openapi.json`, open to every
 * origin, and `/docs` to browse it. Must come before the routes, which it listens for.
 */
export function describeApi(app: FastifyInstance, { version, contact }: { version: string; contact: Contact }): void {
  const operations = new Map<string, Operation>()
  app.register(fastifySwagger, {
    openapi: {
      openapi: '3.0.3',
      info: { title: 'Handslag', version, contact, license, description },
      servers: [{ url: base }],
      tags: Object.entries(tags).map(([name, { en, nl }]) => ({ name, description: `${nl} / ${en}` })),
      components: { securitySchemes: { bearer } },
    },
    transform: (given) => {
      const spec = given.route.config?.operation
      if (spec) operations.set(spec.id, spec)
      // biome-ignore lint/suspicious/noExplicitAny: the transformer reads zod schemas where its types name JSON schemas
      return jsonSchemaTransform({ ...given, schema: (spec ? schemaOf(spec) : { hide: true }) as any })
    },
    transformObject: (given) => finish(jsonSchemaTransformObject(given) as unknown as Json, operations) as never,
  })
  app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    // Everything from this server; nothing that is written into the page itself counts.
    staticCSP:
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    uiConfig: { docExpansion: 'none', filter: true, tryItOutEnabled: false, layout: 'BaseLayout' },
    theme: { title: 'Handslag API' },
  })
}

/** The description itself, at the address that the API Design Rules ask for (/core/publish-openapi). */
export function descriptionRoute(app: FastifyInstance): void {
  let made: { raw: string; etag: string } | undefined
  operation(app, {
    method: 'GET',
    path: '/openapi.json',
    id: 'getDescription',
    tag: 'Registry',
    summary: { en: 'This description', nl: 'Deze beschrijving' },
    access: 'anyone',
    answer: { status: 200, schema: z.record(z.string(), z.unknown()), etag: true, anyOrigin: true },
    handle: async () => {
      if (!made) {
        const raw = JSON.stringify(openApiDocument(app))
        made = { raw, etag: `"${createHash('sha256').update(raw).digest('hex').slice(0, 16)}"` }
      }
      return made
    },
  })
}

/** The OpenAPI document of an app that is ready; it needs no database, and nothing needs to listen. */
export const openApiDocument = (app: FastifyInstance): object => app.swagger()

const license = { name: 'EUPL-1.2', url: 'https://interoperable-europe.ec.europa.eu/collection/eupl/eupl-text-eupl-12' }

const bearer = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'An access token (RFC 9068) of the OpenID Connect issuer of this registry, with the scope that "x-authorization" names.',
} as const

const description = `Handslag is een register van tijdelijke werkbare overeenstemming (TWO) en convenanten tussen ketenpartners: wie zat aan \
tafel, wie mocht wie binden, wat is afgesproken en wat deed de praktijk ermee.

Handslag is a registry of temporary workable agreements and covenants between chain partners: who sat at the table, who could bind whom, \
what was agreed, and what practice made of it. Names are English, because partners across the border and their software read along; \
every sentence in an answer is Dutch on \`Accept-Language: nl\`.

- **Fouten / errors**: \`application/problem+json\` (RFC 9457). \`code\` is stable; \`errors\` names every reason at once.
- **Gelijktijdig wijzigen / concurrent changes**: send the \`ETag\` that you read as \`If-Match\`. Missing is 428, outdated is 412.
- **Opnieuw versturen / sending again**: give every change an \`Idempotency-Key\`. Sent again within seven days, the same request is done once \
and answered the same, with \`Idempotency-Replayed: true\`; another request with that key is 422. A refusal is not kept: its key may try again.
- **Lijsten / lists**: \`limit\` and \`cursor\`; the next page is in \`next\` and in the \`Link\` header. A parameter counts once.
- **Tijd / time**: instants (\`…At\`) in UTC with milliseconds; dates (\`…On\`, \`…Date\`) are days in Europe/Amsterdam.
- **Hoe vaak / how often**: \`RateLimit\` says how many requests are left in this minute; above that it is 429, and \`Retry-After\` says when again.
- **Onbekende velden / unknown fields** are refused, never ignored.
- **Toegang / access**: \`x-authorization\` on each operation says who may call it, and the scope that the token needs.`

const paragraphs = (...parts: (string | undefined)[]) => parts.filter(Boolean).join('\n\n')

/** What the description says of an operation before its answers, in the words of Fastify's route schemas. */
function schemaOf(spec: Operation): Json {
  const { schema, other, description: meaning = spec.summary.en } = spec.answer
  const [type = ''] = typesOf(spec)
  const scope = scopeOf(spec.access, spec.method)
  return {
    operationId: spec.id,
    tags: [spec.tag],
    summary: spec.summary.en,
    description: paragraphs(spec.description?.en, `**${spec.summary.nl}.** ${spec.description?.nl ?? ''}`.trim()),
    ...(spec.params && { params: spec.params }),
    ...(spec.query && { querystring: spec.query }),
    ...(spec.body && { body: spec.body, consumes: [bodyType(spec.method)] }),
    // Who sends a token where none is needed sees what it opens.
    security: spec.access === 'anyone' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    'x-authorization': { access: spec.access, ...(scope && { scope }) },
    ...(schema && {
      response: {
        [spec.answer.status]: { description: meaning, content: { [type]: { schema }, ...(other && { [other]: { schema: z.string() } }) } },
      },
    }),
  }
}

/** Adds what Fastify's schemas cannot say: headers, problems, examples; and tidies the schemas. */
function finish(document: Json, operations: ReadonlyMap<string, Operation>): Json {
  const paths = document.paths as Record<string, Record<string, Json>>
  for (const path of Object.values(paths)) {
    for (const [method, described] of Object.entries(path)) {
      const spec = operations.get(described.operationId as string)
      if (spec) path[method] = complete(described, spec)
    }
  }
  const components = document.components as Json
  const schemas = { ...(components.schemas as Record<string, Json>) }
  return tidy({ ...document, components: { ...components, schemas, headers, responses: problemResponses } })
}

/** A parameter with a description: one that has none of its own is named by its name, `meetingId` as the id of the meeting. */
function inWords(parameter: Json): Json {
  const name = String(parameter.name)
  const noun = name.replace(/(Id|Number)$/, '')
  const words = noun === name ? `only those of this ${name}` : `the ${name.endsWith('Id') ? 'id' : 'number'} of the ${noun}`
  return { ...parameter, description: parameter.description ?? words }
}

function complete(described: Json, spec: Operation): Json {
  const { answer } = spec
  const success = (described.responses as Record<string, Json>)[answer.status] ?? {}
  const meaning = answer.description ?? spec.summary.en
  const content = answer.schema && (success.content as Json)
  const good = { description: meaning, headers: headersOf(spec), ...(content && { content }) }
  const parameters = [...((described.parameters as Json[] | undefined) ?? []).map(inWords), ...requestHeadersOf(spec)]
  const body = described.requestBody as { content: Json } | undefined
  return {
    ...described,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: withExample(body, spec.example) }),
    responses: {
      [answer.status]: good,
      ...(answer.also !== undefined && { [answer.also]: answer.also === 204 ? { ...good, content: undefined } : good }),
      ...(answer.etag && spec.method === 'GET' && { 304: { description: 'What you have is still right', headers: headersOf(spec) } }),
      ...Object.fromEntries(
        Object.keys(possible)
          .filter((status) => possible[Number(status)]?.(spec))
          .map((status) => [status, { $ref: `#/components/responses/${responseName(status)}` }]),
      ),
    },
  }
}

const withExample = (body: { content: Json }, example: unknown) =>
  example === undefined
    ? body
    : { ...body, content: Object.fromEntries(Object.entries(body.content).map(([type, media]) => [type, { ...(media as Json), example }])) }

const header = (description: string, example: string) => ({ description, schema: { type: 'string' }, example })

const headers = {
  ApiVersion: { ...header('The full version of the API', '0.1.0'), required: true },
  ETag: header('The revision of what you read: send it as If-Match with a change', '"12"'),
  Location: header('Where the new resource is', '/v1/agreements/6f1dfd9e-63a4-4a3c-a2f5-9f4b7e7d2a10'),
  Link: header('Other pages of this list (RFC 8288)', '</v1/agreements?cursor=WyJhIl0>; rel="next"'),
  IdempotencyReplayed: header('This was answered before, to the same Idempotency-Key', 'true'),
  RateLimit: header(
    'What is left of the quota, and after how many seconds it is whole again (draft-ietf-httpapi-ratelimit-headers)',
    '"account";r=2999;t=60',
  ),
  RateLimitPolicy: header('The quota: so many requests in so many seconds, for an account or an address', '"account";q=3000;w=60'),
  AnyOrigin: header('Pages of any origin may read this', '*'),
}

const headersOf = (spec: Operation) => {
  const { answer } = spec
  const named = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` })
  return {
    'API-Version': named('ApiVersion'),
    ...(answer.etag && { ETag: named('ETag') }),
    ...(answer.location && { Location: named('Location') }),
    ...(takesKey(spec) && { 'Idempotency-Replayed': named('IdempotencyReplayed') }),
    ...(isPage(answer.schema) && { Link: named('Link') }),
    ...(isLimited(spec) && { RateLimit: named('RateLimit'), 'RateLimit-Policy': named('RateLimitPolicy') }),
    ...(answer.anyOrigin && { 'access-control-allow-origin': named('AnyOrigin') }),
  }
}

const isPage = (schema: z.ZodType | undefined) => schema instanceof z.ZodObject && 'items' in schema.shape && 'next' in schema.shape

/** The headers that an operation understands, as parameters: conditions, and the key that makes trying again safe. */
function requestHeadersOf(spec: Operation): Json[] {
  const rule = ifMatchOf(spec)
  const parameter = (name: string, example: string, description: string, required = false) => ({
    in: 'header',
    name,
    required,
    description,
    schema: { type: 'string' },
    example,
  })
  const etag = '"12"'
  if (!rule)
    return spec.answer.etag ? [parameter('If-None-Match', etag, 'The ETag of what you have: the answer is 304 while it is right')] : []
  const key = {
    ...parameter(
      'Idempotency-Key',
      'f1c2a6f0-1c0e-4b41-9a43-0d7f8f2b6a11',
      'A key of your own for this request: sent again, it is done once',
    ),
    schema: { type: 'string', pattern: idempotencyKey.source, minLength: 1, maxLength: 255 },
  }
  const condition = parameter('If-Match', etag, 'The ETag of what you change, or * for whatever is there', rule === 'required')
  return takesKey(spec) ? [condition, key] : [condition]
}

const changes = ({ method }: Operation) => method !== 'GET'

/** Whether requests of it are counted: all but those of whoever watches over the registry. */
const isLimited = ({ path }: Operation) => !path.startsWith('/health/')

/** When an operation can come to each problem. Those of 405, 408 and 431 come before any operation. */
const possible: Readonly<Record<number, (spec: Operation) => boolean>> = {
  // An unknown parameter can be sent to any.
  400: () => true,
  401: () => true,
  // Where no token is needed, one that is sent must still be somebody's, with the right to read.
  403: () => true,
  // The log may have no checkpoint yet.
  404: (spec) => changes(spec) || spec.params !== undefined || spec.tag === 'Proof',
  406: () => true,
  409: changes,
  410: takesKey,
  412: changes,
  413: changes,
  415: changes,
  422: takesKey,
  428: (spec) => ifMatchOf(spec) === 'required',
  429: isLimited,
  500: () => true,
  503: () => true,
}

const responseName = (status: string) => `Problem${status}`

const problemResponses = Object.fromEntries(
  Object.keys(possible).map((status) => [
    responseName(status),
    {
      description: `${titles[Number(status)]?.en} / ${titles[Number(status)]?.nl}`,
      headers: {
        'API-Version': { $ref: '#/components/headers/ApiVersion' },
        ...(status === '401' && { 'WWW-Authenticate': header('How to authenticate (RFC 6750)', 'Bearer realm="handslag"') }),
        ...((status === '429' || status === '503') && { 'Retry-After': header('Try again after so many seconds', '5') }),
      },
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]),
)

const schemaPath = '#/components/schemas/'

/**
 * One schema per name. The generator writes every schema twice, as it is sent (`XInput`) and as it is answered (`X`): where both say
 * the same, or only one is used, `X` is enough. Unused ones go, and so do patterns that only repeat a format.
 */
function tidy(document: Json): Json {
  const components = document.components as { schemas: Record<string, Json> }
  const plain = Object.fromEntries(Object.entries(components.schemas).map(([name, schema]) => [name, withoutPatterns(schema) as Json]))
  const rest = withoutPatterns({ ...document, components: { ...components, schemas: {} } }) as Json
  const twins = twinsIn(plain)
  const merged = renamed(rest, twins)
  const schemas = Object.fromEntries(Object.entries(plain).map(([name, schema]) => [name, renamed(schema, twins)]))
  const used = usedIn(merged, schemas)
  const lonely = new Set(Object.keys(schemas).filter((name) => used.has(name) && name.endsWith('Input') && !used.has(plainName(name))))
  const names = [...used].sort()
  const kept = Object.fromEntries(
    names.map((name) => [lonely.has(name) ? plainName(name) : name, renamed(schemas[name] ?? {}, lonely)] as const),
  )
  const finished = renamed(merged, lonely) as Json
  return { ...finished, components: { ...(finished.components as Json), schemas: kept } }
}

const plainName = (name: string) => name.replace(/Input$/, '')

/** The `XInput` that say the same as their `X`, when those that they refer to do. */
function twinsIn(schemas: Record<string, Json>): Set<string> {
  const twins = new Set(Object.keys(schemas).filter((name) => name.endsWith('Input') && plainName(name) in schemas))
  for (let before = -1; before !== twins.size; ) {
    before = twins.size
    for (const name of twins) {
      if (JSON.stringify(renamed(schemas[name] ?? {}, twins)) !== JSON.stringify(renamed(schemas[plainName(name)] ?? {}, twins)))
        twins.delete(name)
    }
  }
  return twins
}

/** A copy in which references to these `XInput` point to `X`. */
const renamed = <T>(value: T, names: ReadonlySet<string>): T =>
  mapObjects(value, (object) => {
    const name = nameOf(object)
    return name !== undefined && names.has(name) ? { $ref: `${schemaPath}${plainName(name)}` } : object
  })

const nameOf = ({ $ref }: Json): string | undefined =>
  typeof $ref === 'string' && $ref.startsWith(schemaPath) ? $ref.slice(schemaPath.length) : undefined

/** The names of the schemas that a document uses, also through each other. */
function usedIn(document: Json, schemas: Record<string, Json>): Set<string> {
  const used = new Set<string>()
  const visit = (value: unknown) =>
    mapObjects(value, (object) => {
      const name = nameOf(object)
      if (name !== undefined && !used.has(name)) {
        used.add(name)
        visit(schemas[name])
      }
      return object
    })
  visit(document)
  return used
}

/** The formats that say all that the generator's long patterns say. */
const saidByFormat = ['date', 'date-time', 'uuid', 'email', 'uri']

const withoutPatterns = <T>(value: T): T =>
  mapObjects(value, (object) => {
    if (typeof object.pattern !== 'string' || !saidByFormat.includes(String(object.format))) return object
    const { pattern: _pattern, ...rest } = object
    return rest
  })

/** A copy of a JSON value with every object in it changed, the inner ones first. */
function mapObjects<T>(value: T, change: (object: Json) => Json): T {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, change)) as T
  if (typeof value !== 'object' || value === null) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapObjects(inner, change)]))) as T
}

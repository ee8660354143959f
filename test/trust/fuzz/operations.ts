import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { openApiDocument } from '../../../src/http/openapi.ts'

/** A JSON schema of the document, in which references are names of `components.schemas`. */
export type Schema = {
  $ref?: string
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object'
  enum?: readonly unknown[]
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  items?: Schema
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  oneOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  allOf?: readonly Schema[]
}

type Parameter = { in: string; name: string; required?: boolean; schema: Schema }
type Answer = { type?: string; check?: (body: unknown) => string[] }

/** One operation as the document describes it: nothing here is known from the code. */
export type Operation = {
  id: string
  method: string
  /** Under /v1, with `{name}` for each path parameter. */
  path: string
  parameters: readonly Parameter[]
  body?: { type: string; schema: Schema; required: boolean }
  answers: ReadonlyMap<number, Answer>
  forOperators: boolean
  [fc.toStringMethod]: () => string
}

export type Contract = {
  operations: readonly Operation[]
  /** A schema without references at its top. */
  resolved: (schema: Schema) => Schema
  /** The operation that the document has for a request; undefined where there is none. */
  operationOf: (method: string, pathname: string) => Operation | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: the document is read as what it is, JSON
type Json = any

/** What the document of a running registry promises. */
export function contractOf(app: FastifyInstance): Contract {
  const document = openApiDocument(app) as Json
  const at = (pointer: string): Json =>
    pointer
      .slice(2)
      .split('/')
      .reduce((node, step) => node[step], document)
  const follow = (node: Json): Json => (node.$ref ? follow(at(node.$ref)) : node)
  const check = checkers(document)
  const operations = Object.entries(document.paths as Record<string, Json>).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Json>).map(([method, described]): Operation => {
      const [type, media] = Object.entries(follow(described.requestBody ?? {}).content ?? {})[0] ?? []
      return {
        id: described.operationId,
        // A counterexample shows the name of the operation, not all of its schemas.
        [fc.toStringMethod]: () => described.operationId,
        method: method.toUpperCase(),
        path,
        parameters: (described.parameters ?? []).map(follow),
        ...(type !== undefined && { body: { type, schema: (media as Json).schema, required: described.requestBody.required === true } }),
        answers: new Map(
          Object.entries(described.responses).map(([status, response]): [number, Answer] => {
            const [type, media] = Object.entries(follow(response).content ?? {})[0] ?? []
            const schema = (media as Json)?.schema
            return [Number(status), { ...(type !== undefined && { type }), ...(schema && { check: check(schema) }) }]
          }),
        ),
        forOperators: described['x-authorization']?.scope === 'handslag:operate',
      }
    }),
  )
  const resolved = (schema: Schema): Schema => {
    if (schema.$ref) return resolved(at(schema.$ref))
    return schema.allOf ? Object.assign({}, ...schema.allOf.map(resolved)) : schema
  }
  return { operations, resolved, operationOf: finder(operations) }
}

/** Validators from the document's schemas: each gives what is wrong with a body. */
function checkers(document: Json): (schema: Json) => (body: unknown) => string[] {
  // zod finds the schemas of a JSON Schema document under definitions, as JSON Schema did until 2019.
  const local = (value: Json): Json =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/components/schemas/', '"#/definitions/').replaceAll('"format":"uri-reference",', ''))
  const definitions = local(document.components.schemas)
  const made = new Map<string, z.ZodType>()
  return (schema) => (body) => {
    const key = JSON.stringify(schema)
    const validator = made.get(key) ?? z.fromJSONSchema({ ...local(schema), definitions }, { defaultTarget: 'openapi-3.0' })
    made.set(key, validator)
    const result = validator.safeParse(body)
    return result.success ? [] : result.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`)
  }
}

function finder(operations: readonly Operation[]): Contract['operationOf'] {
  const patterns = operations.map((operation) => ({
    operation,
    // A word of the path itself wins over a parameter, as in the router: hence the order.
    parameters: operation.path.split('{').length,
    pattern: new RegExp(`^/v1${operation.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]*')}$`),
  }))
  const ordered = patterns.sort((a, b) => a.parameters - b.parameters)
  return (method, pathname) => {
    // Fastify answers HEAD as the GET without its body.
    const asked = method === 'HEAD' ? 'GET' : method
    return ordered.find(({ operation, pattern }) => operation.method === asked && pattern.test(pathname))?.operation
  }
}

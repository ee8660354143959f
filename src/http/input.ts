import { z } from 'zod'
import { formats } from '../domain/format.ts'
import { isStorable } from '../domain/text.ts'
import { invalidInput, type Mistake, type MistakeCode, mistakes } from './problem.ts'

/** 64 levels: agreements nest some 8 deep; PostgreSQL and recursive readers give up at some thousands. */
export const deepest = 64

/** 100 mistakes: more than anybody reads at once, and a body full of them must not make an answer that is larger than itself. */
export const mostMistakes = 100

type Where = (path: readonly PropertyKey[]) => { pointer: string } | { parameter: string }

/** Names a place in the body as a JSON pointer (RFC 6901). */
export const inBody: Where = (path) => ({
  pointer: path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
})

/** Names a path or query parameter. */
const inParameter: Where = ([name]) => ({ parameter: String(name ?? '') })

type Schemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = { params?: P; query?: Q; body?: B }
type Sent = { params: unknown; query: unknown; body: unknown }

/** Checks all that a request sends against its schemas; where there is none, nothing may be sent. Throws one `invalid-input` with every mistake in path, query and body. */
export function readInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(schemas: Schemas<P, Q, B>, sent: Sent) {
  const params = read(schemas.params, sent.params, inParameter, 'unknown-parameter')
  const query = readQuery(schemas.query, sent.query)
  const body = read(schemas.body, sent.body ?? undefined, inBody, 'unknown-field')
  if (params.ok && query.ok && body.ok) return { params: params.value, query: query.value, body: body.value }
  throw invalidInput([params, query, body].flatMap((part) => (part.ok ? [] : part.mistakes)).slice(0, mostMistakes))
}

/** Checks what a merge patch made of a body: the mistakes are those of the body that would be. Throws `invalid-input`. */
export function readMerged<B extends z.ZodType>(body: B, merged: unknown): z.output<B> {
  const result = read(body, merged, inBody, 'unknown-field')
  if (result.ok) return result.value
  throw invalidInput(result.mistakes.slice(0, mostMistakes))
}

/** The query, in which no parameter is given twice: readers differ on which of the two would count. */
function readQuery<Q extends z.ZodType>(schema: Q | undefined, sent: unknown): Part<z.output<Q>> {
  const given = Object.entries((sent ?? {}) as Record<string, unknown>)
  const once = Object.fromEntries(given.map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]))
  const repeated = given.filter(([, value]) => Array.isArray(value)).map(([name]) => name)
  const query = read(schema, once, inParameter, 'unknown-parameter')
  if (repeated.length === 0) return query
  const mistakes = repeated.map((name): Mistake => ({ code: 'repeated-parameter', ...inParameter([name]) }))
  return { ok: false, mistakes: query.ok ? mistakes : [...mistakes, ...query.mistakes] }
}

/** Where nothing is asked for. */
const nothing = z.strictObject({})

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0)

type Part<T> = { ok: true; value: T } | { ok: false; mistakes: Mistake[] }

function read<T extends z.ZodType>(schema: T | undefined, value: unknown, where: Where, unknown: MistakeCode): Part<z.output<T>> {
  // Clients often send {} where no body is needed.
  if (schema === undefined && isEmpty(value)) return { ok: true, value: undefined as z.output<T> }
  const unfit = isFlatText(value) ? [] : unfitValues(value, where)
  if (unfit.some(({ code }) => code === 'too-deep')) return { ok: false, mistakes: unfit }
  const result = (schema ?? nothing).safeParse(value, ownSentences)
  if (result.success && unfit.length === 0) return { ok: true, value: result.data as z.output<T> }
  const issues = result.success ? [] : result.error.issues
  return { ok: false, mistakes: unique([...unfit, ...issues.flatMap((issue) => ofIssue(issue, [], value, where, unknown))]) }
}

/** One mistake can be found twice: by what is forbidden everywhere, and by the schema. */
const unique = (found: Mistake[]): Mistake[] => [
  ...new Map(found.map((mistake) => [`${mistake.code} ${mistake.pointer ?? mistake.parameter}`, mistake])).values(),
]

const isStorableKey = (key: string): boolean => key !== '__proto__' && key !== 'constructor' && key !== 'prototype' && isStorable(key)

/** Nothing, or texts under plain names, such as the parameters of nearly every request: there is nothing unfit in it to look for. */
function isFlatText(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const [key, text] of Object.entries(value)) if (typeof text !== 'string' || !isStorable(text) || !isStorableKey(key)) return false
  return true
}

/**
 * What no schema needs to say for itself, anywhere in a value: text that cannot be stored, numbers that JavaScript does not hold
 * exactly (1e400, 2^53 and beyond), keys that reach for prototypes, and nesting. Walks without recursion: bodies choose their depth.
 */
function unfitValues(value: unknown, where: Where): Mistake[] {
  const found: Mistake[] = []
  const queue: { value: unknown; path: readonly PropertyKey[] }[] = [{ value, path: [] }]
  for (const { value, path } of queue) {
    if (found.length >= mostMistakes) break
    const add = (code: MistakeCode, at: readonly PropertyKey[] = path) => found.push({ code, ...where(at) })
    if (typeof value === 'string' && !isStorable(value)) add('unreadable-text')
    if (typeof value === 'number' && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))))
      add('inexact-number')
    if (typeof value !== 'object' || value === null) continue
    if (path.length >= deepest) {
      found.push({ code: 'too-deep', params: { maximum: deepest }, ...where(path) })
      continue
    }
    for (const [key, inner] of Object.entries(value)) {
      if (!isStorable(key)) add('unreadable-text')
      else if (key === '__proto__' || key === 'constructor' || key === 'prototype') add('unknown-field', [...path, key])
      else queue.push({ value: inner, path: [...path, key] })
    }
  }
  return found
}

/** What zod puts where a schema says nothing of its own; a sentence of a schema itself wins over it. */
const ours = 'see the code'
const ownSentences = { error: () => ours }

type Issue = z.core.$ZodIssue

function ofIssue(issue: Issue, prefix: readonly PropertyKey[], root: unknown, where: Where, unknown: MistakeCode): Mistake[] {
  const path = [...prefix, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ code: unknown, ...where([...path, key]) }))
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The form that comes closest is most likely the one that was meant.
    const [closest = []] = [...issue.errors].sort((a, b) => a.length - b.length)
    return closest.flatMap((inner) => ofIssue(inner, path, root, where, unknown))
  }
  const said = formatOf(issue)
  if (said) return [{ code: 'wrong-format', params: { format: said }, ...where(path) }]
  const detail = issue.message === ours ? undefined : { en: issue.message, nl: dutchOf(issue) ?? issue.message }
  return [{ ...kindOf(issue, path, root), ...(detail && { detail }), ...where(path) }]
}

/** The form that a text does not have: that of a pattern by its name, or one that zod knows. */
function formatOf(issue: Issue): string | undefined {
  if (issue.code !== 'invalid_format') return undefined
  return issue.format === 'regex' ? Object.keys(formats).find((format) => format === issue.message) : issue.format
}

/** A refinement says its Dutch sentence in `params.nl`, and may name a code of the list in `params.code`. */
const paramsOf = (issue: Issue): Record<string, unknown> => (issue.code === 'custom' && issue.params) || {}

const dutchOf = (issue: Issue): string | undefined => {
  const { nl } = paramsOf(issue)
  return typeof nl === 'string' ? nl : undefined
}

function kindOf(
  issue: Issue,
  path: readonly PropertyKey[],
  root: unknown,
): { code: MistakeCode; params?: Record<string, string | number> } {
  switch (issue.code) {
    case 'invalid_type': {
      if (valueAt(root, path) === undefined) return { code: 'required' }
      return { code: 'wrong-type', params: { expected: typeName(issue.expected) } }
    }
    case 'too_small':
      return {
        code: sized(issue.origin, 'text-too-short', 'too-few-items', 'number-too-small'),
        params: { minimum: String(issue.minimum) },
      }
    case 'too_big':
      return {
        code: sized(issue.origin, 'text-too-long', 'too-many-items', 'number-too-large'),
        params: { maximum: String(issue.maximum) },
      }
    case 'invalid_format':
      return { code: 'not-allowed' }
    case 'invalid_value':
      return valueAt(root, path) === undefined ? { code: 'required' } : { code: 'not-in-list', params: { values: issue.values.join(', ') } }
    case 'invalid_union': {
      if (valueAt(root, path) === undefined) return { code: 'required' }
      const { options } = issue as { options?: readonly unknown[] }
      return options ? { code: 'not-in-list', params: { values: options.join(', ') } } : { code: 'no-choice-fits' }
    }
    case 'custom': {
      const { code } = paramsOf(issue)
      return { code: typeof code === 'string' && code in mistakes ? (code as MistakeCode) : 'not-allowed' }
    }
    default:
      return { code: 'not-allowed' }
  }
}

const sized = (origin: string, ofText: MistakeCode, ofList: MistakeCode, ofNumber: MistakeCode): MistakeCode =>
  origin === 'string' ? ofText : ['array', 'set', 'map', 'object'].includes(origin) ? ofList : ofNumber

// zod's names for what JSON calls otherwise.
const typeName = (expected: string): string => ({ int: 'integer', record: 'object', tuple: 'array' })[expected] ?? expected

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | null | undefined)?.[step], root)

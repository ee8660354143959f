import { endOf, startOf } from '../../../src/domain/time.ts'
import type { Sent } from './mutations.ts'
import type { Contract, Schema } from './operations.ts'
import { canary } from './values.ts'

/** An answer as it came: the body as text. */
export type Received = { status: number; headers: Readonly<Record<string, unknown>>; text: string }

/** What no answer shows: where the code stands, how the database is asked, what a library said. */
const inside =
  /\n\s+at |node_modules|\.ts:\d|\bselect\b.+\bfrom\b|\binsert into\b|violates|syntax error|relation "|ECONN|Unexpected token|\bundefined\b|\[object /i

/** Answers to what is no operation at all: there is nothing there, not with this method, or it cannot be read. OPTIONS gets 204. */
const withoutOperation = new Set([204, 400, 404, 405])

/** What is wrong with an answer, by the document and by what holds for every answer; nothing where it is as it should be. */
export function faultsOf(contract: Contract, sent: Sent, received: Received): string[] {
  const { status, headers, text } = received
  const found: string[] = []
  const operation = operationFor(contract, sent)
  if (status >= 500) found.push(`answers ${status}`)
  const documented = operation?.answers.get(status)
  if (operation ? !documented && status < 500 : !withoutOperation.has(status)) found.push(`${status} is not documented`)
  if (typeof headers['api-version'] !== 'string') found.push('has no API-Version')
  const type = String(headers['content-type'] ?? '').split(';')[0]
  const bodiless = sent.method === 'HEAD' || status === 204 || status === 304
  if (bodiless) {
    if (text !== '') found.push('has a body where there is none')
    return found
  }
  if (status >= 400) return [...found, ...problemFaults(sent, received, type ?? '')]
  if (documented?.type !== undefined && type !== documented.type) found.push(`is of type ${type}`)
  const body = readJson(text)
  if (documented?.check) found.push(...(body === undefined ? ['is no JSON'] : documented.check(body.value)))
  return found
}

/** Whether an answer quotes its request. A reason may name what somebody recorded before, to those who can read it. */
function quotes({ body, bytes, query, path, headers }: Sent, text: string): boolean {
  const said = `${JSON.stringify([body, query, path, headers])}${bytes?.toString() ?? ''}`
  return [...text.matchAll(new RegExp(`${canary}( [a-z]{2,9}){0,2}`, 'g'))].some(([phrase]) => said.includes(phrase))
}

function problemFaults(sent: Sent, { status, headers, text }: Received, type: string): string[] {
  const found: string[] = []
  if (type !== 'application/problem+json') found.push(`is an error of type ${type}`)
  const problem = readJson(text)?.value as Record<string, unknown> | undefined
  if (problem === undefined) return [...found, 'is an error without JSON']
  for (const member of ['type', 'title', 'detail', 'instance', 'code'])
    if (typeof problem[member] !== 'string' || problem[member] === '') found.push(`lacks ${member}`)
  if (problem.status !== status) found.push('has another status in its body')
  if (problem.type !== `/problems/${problem.code}`) found.push('has a type that is not that of its code')
  if (!/^urn:uuid:[0-9a-f-]{36}$/.test(String(problem.instance))) found.push('has no number')
  if (problem.code === 'invalid-input' && !(Array.isArray(problem.errors) && problem.errors.length > 0))
    found.push('does not say what is invalid')
  if (inside.test(text)) found.push(`shows the inside: ${inside.exec(text)?.[0]}`)
  if (quotes(sent, text)) found.push('quotes what was sent')
  if (status === 401 && headers['www-authenticate'] === undefined) found.push('is 401 without WWW-Authenticate')
  if (status === 405 && headers.allow === undefined) found.push('is 405 without Allow')
  if (status === 503 && headers['retry-after'] === undefined) found.push('is 503 without Retry-After')
  return found
}

export function readJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** The path as it reaches the registry by inject: resolved as a URL. */
function resolvedPath(path: string): string {
  try {
    return new URL(path, 'http://registry.invalid').pathname
  } catch {
    return ''
  }
}

/** The path as the router reads it: decoded step by step. */
function pathname(path: string): string {
  try {
    const steps = resolvedPath(path).split('/')
    return steps.map((step) => decodeURIComponent(step).replaceAll('/', '_')).join('/')
  } catch {
    return ''
  }
}

/** What one call makes beside what it answers with: where that is read, relative to what the call was sent to. */
const alsoAt: Readonly<Record<string, (path: string, made: { id?: string; roundNumber?: number }) => string>> = {
  createAgreement: (path, { id }) => `${path}/${id}/text`,
  foundNetwork: (path, { id }) => `${path}/${id}/members`,
  stateHearing: (path) => path.replace(/hearings$/, 'contributions'),
  contribute: (path) => path,
  reportProgress: (path) => path,
  recordMeeting: (path, { roundNumber }) => path.replace(/meetings\/.*/, `rounds/${roundNumber}/contributions`),
}

/** Changes after which the caller may see it no longer: who left the table, and who gave their own person another account. */
export const mayBeGone = new Set(['leaveTable', 'changePerson'])

/** What an answer may keep to itself. */
export const notShown: Readonly<Record<string, { fields: readonly string[]; because: string }>> = {
  registerOrganisation: { fields: ['administrator'], because: 'the operator, who registers it, does not see who works there' },
  handOver: { fields: ['reason'], because: 'the plan is of what is left: the reason goes with what was handed over' },
}

/**
 * Where an accepted change can be read back: its own address, that of what it made, the list that it is in, or what it is part of.
 * Of a list only the item with this id counts; `also` is a list of which everything counts.
 */
export function placeOf(contract: Contract, sent: Sent, received: Received): { path: string; id?: string; also?: string } | undefined {
  const made = (readJson(received.text)?.value ?? {}) as { id?: string; roundNumber?: number }
  const { id = '' } = made
  const own = resolvedPath(sent.path)
  const at = (path: string) => contract.operationOf('GET', pathname(path))
  const isList = (path: string) => at(path)?.parameters.some(({ name }) => name === 'limit')
  const steps = own.split('/')
  // What the address itself names was changed: it is read there, and not in a list of what was done to it.
  const index = steps.findIndex((step) => step.toLowerCase() === id)
  const named = index < 0 ? [] : [steps.slice(0, index + 1).join('/')]
  const { location } = received.headers
  const places = [...(typeof location === 'string' ? [location] : []), ...(id === '' ? [] : [`${own}/${id}`])]
  const path = [...named, ...places, own, steps.slice(0, -1).join('/')].find(at)
  if (path === undefined) return undefined
  const also = alsoAt[sent.operation.id]?.(own, made)
  return { path, ...(isList(path) && { id }), ...(also !== undefined && { also }) }
}

/** The values that people and systems write, as they are documented to be kept: NFC, LF, ids small, moments in UTC. */
export function writtenIn(contract: Contract, value: unknown, given: Schema | undefined): (string | number)[] {
  const schema = given && contract.resolved(given)
  if (typeof value === 'number') return [value]
  if (typeof value === 'string') {
    // A choice becomes a state, which has a name of its own.
    if (schema?.enum) return []
    if (schema?.format === 'uuid') return [value.toLowerCase()]
    if (schema?.format === 'date-time') return [new Date(value).toISOString()]
    return [value.replaceAll('\r\n', '\n').normalize('NFC')]
  }
  if (Array.isArray(value)) return value.flatMap((item) => writtenIn(contract, item, schema?.items))
  if (typeof value !== 'object' || value === null) return []
  const choice = schema?.oneOf?.find((one) =>
    Object.entries(contract.resolved(one).properties ?? {}).every(
      ([key, field]) => !field.enum || field.enum.includes((value as Record<string, unknown>)[key]),
    ),
  )
  const form = choice ? contract.resolved(choice) : schema
  return Object.entries(value).flatMap(([key, inner]) => writtenIn(contract, inner, form?.properties?.[key]))
}

/** The values of what was written that are not in what was read. */
export function missingFrom(read: unknown, written: readonly (string | number)[]): (string | number)[] {
  const there = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) visit(inner)
    else there.add(value)
  }
  visit(read)
  // -0 is 0 in JSON that JavaScript writes, and the same number.
  return written.filter((value) => !formsOf(value === 0 ? 0 : value).some((form) => there.has(form)))
}

/** A day is kept as a day, or as the moment on which it begins or ends (docs/domain.md). */
const formsOf = (value: string | number): (string | number)[] =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? [value, startOf(value), endOf(value)] : [value]

/** The operation that a request reaches, however it was changed; undefined where it reaches none. */
export const operationFor = (contract: Contract, sent: Sent) => contract.operationOf(sent.method, pathname(sent.path))

import fc from 'fast-check'
import type { Contract, Operation, Schema } from './operations.ts'
import { canary, edgesOf, forbiddenTexts } from './values.ts'

/** A request as it goes out. `body` is JSON until a mutation makes bytes of it. */
export type Sent = {
  operation: Operation
  method: string
  path: string
  query: readonly (readonly [string, string])[]
  headers: Readonly<Record<string, string>>
  body?: unknown
  bytes?: Buffer
}

/** What is done to a request, and two numbers by which it chooses where and with what. */
export type Mutation = { kind: Kind; where: number; what: number }

type Change = (sent: Sent, where: number, what: number, contract: Contract) => Sent

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % Math.max(1, list.length)]

// ---- of the value

type Node = { path: readonly (string | number)[]; value: unknown; schema: Schema | undefined }

/** Every place in a body, with the schema of the document for it. */
function nodesOf(contract: Contract, value: unknown, schema: Schema | undefined, path: Node['path'] = []): Node[] {
  const own = schema && contract.resolved(schema)
  const fits = (choice: Schema) =>
    Object.entries(contract.resolved(choice).properties ?? {}).every(
      ([key, field]) => !field.enum || field.enum.includes((value as Record<string, unknown>)[key]),
    )
  const form = own?.oneOf && typeof value === 'object' && value !== null ? own.oneOf.find(fits) : own
  const known = form && contract.resolved(form)
  const inner: Node[] = Array.isArray(value)
    ? value.flatMap((item, index) => nodesOf(contract, item, known?.items, [...path, index]))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) => nodesOf(contract, item, known?.properties?.[key], [...path, key]))
      : []
  return [{ path, value, schema: known }, ...inner]
}

/** A copy in which one place is changed; `undefined` takes it out. */
function replaced(value: unknown, [step, ...rest]: Node['path'], change: (value: unknown) => unknown): unknown {
  if (step === undefined) return change(value)
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? replaced(item, rest, change) : item))
  // defineProperty and not assignment: a key may be __proto__.
  const copy = Object.fromEntries(Object.entries(value as object))
  return Object.fromEntries(Object.entries(copy).map(([key, item]) => [key, key === step ? replaced(item, rest, change) : item]))
}

const strangers: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 53),
  1e308,
  5e-324,
  '',
  '0',
  'true',
  [],
  {},
  [[]],
  [null],
  { a: 1 },
  canary,
  `${canary} ${'x'.repeat(5000)}`,
  Array.from({ length: 2000 }, () => 1),
  ...forbiddenTexts,
]

const strangeKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  '',
  ' ',
  'a.b',
  'a/b~c',
  '0',
  'id',
  'revision',
  'organisationId',
  'recordedAt',
  'adoptedAt',
  'createdBy',
  'status',
  'hash',
  '\u0000',
  '\ud800',
  'i\u0307d',
  'ID',
  'title\u200b',
  '$where',
  '$ref',
  'x'.repeat(300),
]

const ofNode =
  (change: (node: Node, what: number, contract: Contract) => ((value: unknown) => unknown) | undefined): Change =>
  (sent, where, what, contract) => {
    if (sent.body === undefined || sent.bytes) return sent
    const node = pick(nodesOf(contract, sent.body, sent.operation.body?.schema), where)
    const made = node && change(node, what, contract)
    return made ? { ...sent, body: replaced(sent.body, node.path, made) } : sent
  }

// ---- of the bytes

const written = (sent: Sent): string => JSON.stringify(sent.body === undefined ? {} : sent.body)
const ofText =
  (change: (text: string, where: number, what: number) => string | Buffer): Change =>
  (sent, where, what) => {
    if (sent.bytes || !sent.operation.body) return sent
    const made = change(written(sent), where, what)
    return { ...sent, bytes: Buffer.isBuffer(made) ? made : Buffer.from(made) }
  }

/** Replaces one match of a pattern; with none, the text stays. */
function replaceOne(text: string, pattern: RegExp, where: number, by: (match: string) => string): string {
  const match = pick([...text.matchAll(pattern)], where)
  return match ? `${text.slice(0, match.index)}${by(match[0])}${text.slice(match.index + match[0].length)}` : text
}

const numbers = [
  '1e400',
  '-1e400',
  '9007199254740993',
  '-0',
  '0.1234567890123456789',
  '1E2',
  '1.0',
  '01',
  '+1',
  '.5',
  '1.',
  'NaN',
  'Infinity',
  '0x10',
  '1_000',
  '1e-400',
  '99999999999999999999',
]
const inStrings = [
  '\\u0000',
  '\\ud800',
  '\\udfff\\ud800',
  '\\u202e',
  '\\u200b',
  '\\uFEFF',
  '\\x41',
  '\\',
  '\n',
  '\t',
  '\u0000',
  '\\u00e9\\u0301',
  '\\ud83d\\udc4d',
  '\u2028',
]
const wrong = [
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0xaf]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.from([0xe2, 0x82]),
  Buffer.from([0x00]),
]

const bytesChanges: readonly ((text: string, where: number) => string | Buffer)[] = [
  (text) => `\ufeff${text}`,
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
  (text, where) => text.slice(0, where % Math.max(1, text.length)),
  (text) => `${text}${text}`,
  (text) => `${text} x`,
  (text) => `// ${canary}\n${text}`,
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace(/\}$/, ',}'),
  (text) => ` \n\t\r${text}\r\n `,
  () => '',
  () => ' ',
  () => 'null',
  () => '[]',
  () => `"${canary}"`,
  () => '0',
  () => '['.repeat(100_000),
  () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  () => `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`,
  (text) => text.replace(/^\{/, `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)},`),
  (text) => `${text}${' '.repeat(300 * 1024)}`,
  () => `{${Array.from({ length: 15_000 }, (_, index) => `"k${index}":0`).join()}}`,
  () => `{"title":"${'a'.repeat(255 * 1024)}"}`,
]

// ---- of the envelope

const headerValues: Readonly<Record<string, readonly string[]>> = {
  'content-type': [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json;charset="utf-8"',
    'application/json\t; a',
    'application/json ;charset=utf-8;charset=latin1',
    'APPLICATION/JSON',
    'application/merge-patch+json',
    'application/json-patch+json',
    'application/json, text/html',
    '',
    ';',
    '/',
    'application/',
    '\u00e9',
    'application/json; charset',
    'application/problem+json',
    `application/json; a=${'b'.repeat(5000)}`,
  ],
  'accept': [
    'text/html',
    'application/json;q=0',
    '*/*;q=0',
    '*/*',
    'application/*',
    'application/json;q=abc',
    ',,,',
    '',
    'application/problem+json',
    'a'.repeat(8000),
    'application/json;q=1e400',
  ],
  'accept-language': ['nl', 'nl-BE;q=0.3, en;q=0.2', '*', '', 'xx', ';q=', '\u00e9', 'nl;q=-1', 'en, '.repeat(3000)],
  'if-match': [
    '*',
    '""',
    '"1"',
    '"999999"',
    '"1", "2"',
    'W/"1"',
    '1',
    '"',
    '"1',
    `"${'9'.repeat(400)}"`,
    '"1.0000000000000000"',
    '"-1"',
    '"1e3"',
    '* , "1"',
    '"\u00e9"',
    '"__proto__"',
  ],
  'if-none-match': ['*', '"1"', 'W/"1", "2"', '"', ',', 'x'.repeat(5000), '"1",'.repeat(500)],
  'idempotency-key': [
    'a',
    '"a"',
    'x'.repeat(255),
    'x'.repeat(256),
    '',
    ' ',
    'caf\u00e9',
    'a\tb',
    '__proto__',
    '6f1dfd9e-63a4-4a3c-a2f5-9f4b7e7d2a10',
    "'; drop table answers; --",
  ],
  'authorization': [
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    'bearer a.b.c',
    'Basic YTpi',
    'Bearer a b',
    `Bearer ${'a'.repeat(9000)}`,
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'Bearer ..',
    'Bearer \u00e9',
    'DPoP x',
    'Bearer null',
    'Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Il9fcHJvdG9fXyIsInR5cCI6ImF0K2p3dCJ9.e30.AA',
  ],
  'content-encoding': ['gzip', 'identity', 'br', 'deflate, gzip', ''],
  'content-length': ['0', '1', '99999999', '-1', 'x', '1, 1'],
  'x-http-method-override': ['DELETE', 'PUT'],
  'x-forwarded-for': ['127.0.0.1', "'; --", ''],
  'x-forwarded-host': ['evil.example'],
  'host': ['evil.example', '', 'a:99999', '[::1'],
  'origin': ['null', 'https://evil.example'],
  'range': ['bytes=0-1', 'bytes=-1'],
  'x-request-id': [canary, 'x'.repeat(2000)],
  'forwarded': ['for=_x;host=evil.example'],
  'cookie': ['a=b; '.repeat(100)],
  'traceparent': ['00-0-0-00', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  'accept-encoding': ['gzip', '*;q=0'],
}
const headerNames = Object.keys(headerValues)

const queries: readonly (readonly [string, string])[] = [
  ['limit', '0'],
  ['limit', '101'],
  ['limit', '-1'],
  ['limit', '1e9'],
  ['limit', ' 5'],
  ['limit', ''],
  ['limit', '1'],
  ['limit[]', '1'],
  ['limit[a]', '1'],
  ['__proto__', '1'],
  ['__proto__[a]', '1'],
  ['constructor', '1'],
  ['fields', 'secret'],
  ['expand', '*'],
  ['sort', 'id;drop'],
  ['filter', canary],
  ['\u0000', '1'],
  ['a', '\ud800'],
  ['', ''],
  ['access_token', 'x'],
  ['cursor', ''],
  ['cursor', 'WyJhIl0'],
  ['cursor', 'x'.repeat(1001)],
  ['cursor', '%00'],
  ['validAt', '0000-01-01'],
  ['validAt', '2026-11-22'],
  ['geldigOp', '2026-11-22'],
  ['knownAt', 'infinity'],
  ['knownAt', '2199-12-31T23:59:59.999+23:59'],
  ['validAt', '2026-03-29T02:30:00+01:00'],
  ['kind', 'two'],
  ['kind', 'TWO'],
  ['party', canary],
  ['version', '2147483648'],
  ['from', '0'],
  ['from', '1'],
  ['overdue', 'maybe'],
  ['identifier', 'oin:'],
  ['identifier', `other:${'x'.repeat(199)}`],
  ['identifier', "kvk:'||1"],
]

const segments = [
  '%00',
  '%ff',
  '%ED%A0%80',
  '..',
  '%2e%2e',
  '.',
  '',
  ' ',
  '%20',
  'x'.repeat(65),
  '__proto__',
  'constructor',
  '1',
  '0',
  '-1',
  '1e1',
  '2147483647',
  '2147483648',
  '99999999999999999999',
  'null',
  '%',
  '%2',
  '%zz',
  '%252e',
  ';a=1',
  '%E2%80%8B',
  '*',
  '6f1dfd9e-63a4-4a3c-a2f5-9f4b7e7d2a1',
  '00000000-0000-0000-0000-000000000000',
  'openapi.json',
  '\u00e9',
  '👍',
  '%F0%9F%91%8D',
  '{id}',
  ':id',
  "'--",
]

const paths: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => path.replace('/', '//'),
  (path) => path.toUpperCase(),
  (path) => path.replace(/^\/v1/, '/v2'),
  (path) => path.replace(/^\/v1/, ''),
  (path) => `${path}.json`,
  (path) => `${path}%2f`,
  (path) => `${path}#a`,
  (path) => path.replaceAll('/', '\\'),
  (path) => `/v1/../v1${path.slice(3)}`,
  (path) => `${path}/${'a/'.repeat(2000)}`,
  (path) => path.split('/').slice(0, -1).join('/') || '/',
  (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, (id) => id.toUpperCase()),
]

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']

const changes = {
  'another type': ofNode((_node, what) => () => pick(strangers, what)),
  'an edge': ofNode(({ schema }, what, contract) => {
    const edges = schema ? edgesOf(contract, schema) : []
    return edges.length === 0 ? undefined : () => pick(edges, what)
  }),
  'a missing field': ofNode(({ value }, what) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? () => Object.fromEntries(Object.entries(value).filter((_, index) => index !== what % Math.max(1, Object.keys(value).length)))
      : () => undefined,
  ),
  'an extra field': ofNode(({ value }, what) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? () => Object.fromEntries([...Object.entries(value), [pick(strangeKeys, what) ?? '', pick(strangers, what * 7) ?? 1]])
      : undefined,
  ),
  'a text': ofNode(({ value }, what) => (typeof value === 'string' ? () => pick(forbiddenTexts, what) : undefined)),
  'repeated items': ofNode(({ value }, what) =>
    Array.isArray(value) && value.length > 0 ? () => Array.from({ length: 1 + (what % 600) }, () => value[0]) : undefined,
  ),
  'a repeated field': ofText((text, where, what) =>
    replaceOne(
      text,
      /(?<=[{,])"(?:[^"\\]|\\.)*":/g,
      where,
      (name) => `${name}${pick(['1', 'null', '"x"', '{}'], what)},${what % 2 ? name : name.replace('"', `"\\u${'0'.repeat(4)}`)}`,
    ),
  ),
  'a number': ofText((text, where, what) =>
    replaceOne(text, /(?<=[:,[])(?:-?\d+(?:\.\d+)?|true|false)(?=[,}\]])/g, where, () => pick(numbers, what) ?? ''),
  ),
  'in a string': ofText((text, where, what) =>
    replaceOne(text, /"(?:[^"\\]|\\.)*"/g, where, (string) => `${string.slice(0, -1)}${pick(inStrings, what)}"`),
  ),
  'wrong bytes': ofText((text, where, what) => {
    const whole = Buffer.from(text)
    const at = where % (whole.length + 1)
    return Buffer.concat([whole.subarray(0, at), pick(wrong, what) ?? Buffer.alloc(0), whole.subarray(at)])
  }),
  'another body': ofText((text, where, what) => pick(bytesChanges, what)?.(text, where) ?? text),
  'a header': (sent, where, what) => {
    const name = pick(headerNames, where) ?? ''
    return { ...sent, headers: { ...sent.headers, [name]: pick(headerValues[name] ?? [], what) ?? '' } }
  },
  'no header': (sent, where) => {
    const name = pick(Object.keys(sent.headers), where)
    return { ...sent, headers: Object.fromEntries(Object.entries(sent.headers).filter(([key]) => key !== name)) }
  },
  'a query': (sent, _where, what) => ({ ...sent, query: [...sent.query, pick(queries, what) ?? ['', '']] }),
  'a repeated parameter': (sent, where, what) => {
    const again = pick(sent.query, where) ?? (['limit', '10'] as const)
    return { ...sent, query: [...sent.query, again, ...Array.from({ length: what % 3 === 0 ? 2000 : 1 }, () => again)] }
  },
  'a cursor': (sent, where, what) => {
    const broken = (value: string) => {
      const at = where % Math.max(1, value.length)
      return (
        pick(
          [
            `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`,
            value.slice(0, at),
            `${value}=`,
            value.toUpperCase(),
            Buffer.from(`["${canary}",[]]`).toString('base64url'),
            Buffer.from('[[],[null,1e400]]').toString('base64url'),
          ],
          what,
        ) ?? ''
      )
    }
    const given = sent.query.find(([name]) => name === 'cursor')?.[1] ?? 'WyJhIl0'
    return { ...sent, query: [...sent.query.filter(([name]) => name !== 'cursor'), ['cursor', broken(given)]] }
  },
  'a segment': (sent, where, what) => {
    const parts = sent.path.split('/')
    const at = 2 + (where % Math.max(1, parts.length - 2))
    return { ...sent, path: parts.map((part, index) => (index === at ? (pick(segments, what) ?? part) : part)).join('/') }
  },
  'another path': (sent, _where, what) => ({ ...sent, path: pick(paths, what)?.(sent.path) ?? sent.path }),
  'another method': (sent, _where, what) => ({ ...sent, method: pick(methods, what) ?? sent.method }),
} satisfies Record<string, Change>
type Kind = keyof typeof changes

const kinds = Object.keys(changes) as Kind[]

/** What can be done to a request, the body first: that is where most of it lies. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds, ...kinds.slice(0, 6)), where: fc.nat(500), what: fc.nat(500) }, { noNullPrototype: true }),
  { minLength: 1, maxLength: 3 },
)

/** Does to a request what was chosen. */
export const mutated = (contract: Contract, sent: Sent, chosen: readonly Mutation[]): Sent =>
  chosen.reduce<Sent>((request, { kind, where, what }) => changes[kind](request, where, what, contract), sent)

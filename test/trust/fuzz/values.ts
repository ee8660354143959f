import fc from 'fast-check'
import type { Contract, Operation, Schema } from './operations.ts'

/**
 * What stands in a request for something that is only known when it is sent. `noun` is the name of the field or parameter; `from`
 * tells whether it exists at this table, elsewhere, or nowhere.
 */
export class Later {
  readonly noun: string
  readonly from: 'here' | 'capitals' | 'elsewhere' | 'nowhere'
  readonly pick: number

  constructor(noun: string, from: Later['from'], pick: number) {
    this.noun = noun
    this.from = from
    this.pick = pick
  }
}

const later = (noun: string): fc.Arbitrary<Later> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 40, arbitrary: fc.constant('here' as const) },
        { weight: 1, arbitrary: fc.constant('capitals' as const) },
        { weight: 2, arbitrary: fc.constant('elsewhere' as const) },
        { weight: 1, arbitrary: fc.constant('nowhere' as const) },
      ),
      fc.nat(50),
    )
    .map(([from, pick]) => new Later(noun, from, pick))

/** Stands in texts that are sent, and never in a problem: an error that quotes what it got has it. */
export const canary = 'Kanarie'

/** Texts that are allowed, and that something careless would change: their shape, their direction, or what they could mean elsewhere. */
const allowedTexts = [
  'Cafe\u0301 na\u00efef \ufb01n',
  'regel een\r\nregel twee\n\tregel drie',
  '  randen blijven  ',
  '\u0627\u0644\u0633\u0644\u0627\u0645 \u05e9\u05dc\u05d5\u05dd',
  '👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \u{1f1f3}\u{1f1f1}',
  'z\u0361\u0362\u0363\u0364\u0365\u0366algo',
  'a\u200bb\u200dc\ufeffd\u2060e',
  '\u212b \u2126 \u1e9b\u0323 \uac00 \u1100\u1161',
  'İstanbul ıi ß ẞ ſ',
  "'; drop table ledger; --",
  '<script>alert(1)</script> &amp; "aanhaling" \\u0041 \\',
  '=HYPERLINK("http://example.org") +1 -1 @x',
  '{{7*7}} #{7*7} %s %n %00 ../../etc/passwd',
  'null',
  '\ue000 \u{10fffd} \ufdd0',
]

/** Texts that no field takes. */
export const forbiddenTexts = [
  '',
  ' \t\n',
  '\u200b\u2060',
  '\u3164',
  '\0',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '\u202eomgekeerd',
  '\u2066x',
  '\x1b[2J',
  '\x7f',
]

const word = fc.stringMatching(/^[a-z]{2,9}$/)

/** A text that its field takes. */
function textOf(max: number): fc.Arbitrary<string> {
  const fits = (text: string) => [...text.normalize('NFC')].length <= max
  const marked = fc.tuple(word, word).map(([a, b]) => `${canary} ${a} ${b}`)
  return fc.oneof(
    { weight: 5, arbitrary: marked.filter(fits) },
    { weight: 2, arbitrary: fc.constantFrom(...allowedTexts.filter(fits)) },
    {
      weight: 2,
      arbitrary: fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(max, 12) })
        .map((text) => `${text}.`)
        .filter(fits),
    },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(max), '👍'.repeat(max), `${'é '.repeat(Math.floor(max / 2))}`) },
  )
}

/** A day by how many days it lies from today: `validFrom` and its like are sent in an order that can be adopted. */
const daysAhead: Readonly<Record<string, [number, number]>> = {
  validFrom: [0, 3],
  reviewOn: [30, 60],
  validUntil: [61, 90],
  dueOn: [1, 60],
  fromDate: [0, 5],
  untilDate: [10, 60],
  resumeOn: [1, 20],
}

/** A day or moment, relative to the clock of the registry. */
export class When {
  readonly kind: 'day' | 'instant'
  readonly days: number
  constructor(kind: When['kind'], days: number) {
    this.kind = kind
    this.days = days
  }
}

const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  email: fc.constantFrom('jan.jansen@example.nl', 'a@example.org', "o'brien+x@example.co.uk"),
  uri: fc.constantFrom('https://example.nl/bijlage.pdf', 'https://example.org/a?b=c#d'),
}

/** What the registry of these tests has mandates for (test/support/registry.ts). */
const usual: Readonly<Record<string, string>> = { measure: 'hours-per-week', subject: 'safety-planning', subjects: 'safety-planning' }

/** A string by its pattern. fast-check makes none for lookaheads, so those only filter. */
function matching(pattern: string): fc.Arbitrary<string> {
  const whole = new RegExp(pattern, 'u')
  return fc.stringMatching(new RegExp(pattern.replace(/\(\?!.*?\}\)/, ''))).filter((text) => whole.test(text))
}

function stringOf(schema: Schema, name: string): fc.Arbitrary<unknown> {
  if (schema.format === 'uuid') return later(name)
  if (name === 'textDigest')
    return fc.oneof({ weight: 9, arbitrary: later(name) }, { weight: 1, arbitrary: matching(schema.pattern ?? '') })
  if (name === 'cursor') return later(name)
  if (schema.format === 'date')
    return fc.integer({ min: daysAhead[name]?.[0] ?? -400, max: daysAhead[name]?.[1] ?? 400 }).map((days) => new When('day', days))
  if (schema.format === 'date-time') return fc.integer({ min: -30, max: 60 }).map((days) => new When('instant', days))
  const format = formats[schema.format ?? '']
  if (format) return format
  const common = usual[name]
  if (schema.pattern && schema.pattern !== '\\S') {
    const any = matching(schema.pattern).filter((text) => text.length <= (schema.maxLength ?? 1000))
    return common === undefined ? any : fc.oneof({ weight: 8, arbitrary: fc.constant(common) }, { weight: 1, arbitrary: any })
  }
  return textOf(schema.maxLength ?? 200)
}

/** Values that a schema allows. `name` is that of the field or parameter: it tells what an id is the id of. */
function valuesOf(contract: Contract, given: Schema, name: string): fc.Arbitrary<unknown> {
  const schema = contract.resolved(given)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(contract, choice, name)))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'string':
      return stringOf(schema, name)
    case 'integer': {
      const { minimum = -2147483648, maximum = 2147483647 } = schema
      const small = fc.integer({ min: Math.max(minimum, 1), max: Math.min(maximum, 3) })
      return fc.oneof({ weight: 6, arbitrary: small }, { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) })
    }
    case 'number': {
      const { minimum = -1e9, maximum = 1e9 } = schema
      return fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: Math.max(0, minimum), max: 8 }) },
        { weight: 1, arbitrary: fc.double({ min: minimum, max: maximum, noNaN: true }) },
        { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) },
      )
    }
    case 'boolean':
      return fc.boolean()
    case 'array': {
      const { minItems = 0, maxItems = 3, items = {} } = schema
      // Most lists are short; one in a while is full.
      const short = fc.array(valuesOf(contract, items, name), { minLength: minItems, maxLength: Math.max(minItems, Math.min(3, maxItems)) })
      return name === 'standard' ? fc.constantFrom([1, 2, 3, 4, 5, 6, 7], [3, 5], [1, 3, 5]) : short
    }
    case 'object': {
      const { properties = {}, required = [] } = schema
      const fields = Object.entries(properties).map(([key, field]) => [key, valuesOf(contract, field, key)] as const)
      return Object.keys(properties).length === 0
        ? fc.dictionary(word, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
        : fc.record(Object.fromEntries(fields), { requiredKeys: [...required], noNullPrototype: true })
    }
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

/** A value just outside (or just inside) what a schema allows: one more or less than each bound. */
export function edgesOf(contract: Contract, given: Schema): unknown[] {
  const schema = contract.resolved(given)
  const { minLength, maxLength, minimum, maximum, minItems, maxItems } = schema
  const list = (length: number) => Array.from({ length }, () => null)
  return [
    ...(maxLength === undefined
      ? []
      : ['x'.repeat(maxLength), 'x'.repeat(maxLength + 1), '👍'.repeat(maxLength), '👍'.repeat(maxLength + 1)]),
    ...(minLength === undefined ? [] : ['']),
    ...(minimum === undefined ? [] : [minimum, minimum - 1, minimum - 0.5]),
    ...(maximum === undefined ? [] : [maximum, maximum + 1, maximum + 0.5]),
    ...(minItems ? [list(minItems - 1)] : []),
    ...(maxItems === undefined ? [] : [list(maxItems + 1)]),
    ...(schema.enum ? [String(schema.enum[0]).toUpperCase(), `${schema.enum[0]} `, ''] : []),
    ...(schema.format === 'date'
      ? ['2026-02-29', '2026-2-1', '0000-01-01', '2200-01-01', '+002026-01-01', 'infinity', '2026-01-01T00:00:00Z']
      : []),
    ...(schema.format === 'date-time'
      ? [
          '2026-06-30T23:59:60Z',
          '2026-06-30T24:00:00Z',
          '2026-06-30',
          '9999-12-31T23:59:59.999Z',
          '-infinity',
          '2026-06-30T10:00:00.123456789+02:00',
        ]
      : []),
    ...(schema.format === 'uuid'
      ? [
          '00000000-0000-0000-0000-000000000000',
          'ffffffff-ffff-ffff-ffff-ffffffffffff',
          '{6f1dfd9e-63a4-4a3c-a2f5-9f4b7e7d2a10}',
          '6f1dfd9e63a44a3ca2f59f4b7e7d2a10',
        ]
      : []),
  ]
}

/** A request that the document allows, before ids and times are filled in. */
export type Draft = {
  operation: Operation
  params: Readonly<Record<string, unknown>>
  query: Readonly<Record<string, unknown>>
  body?: unknown
  /** How the change says what it was based on. */
  ifMatch: 'any' | 'read' | 'none'
}

/** Requests that the document allows for one operation. */
export function draftOf(contract: Contract, operation: Operation): fc.Arbitrary<Draft> {
  const these = (place: string) => operation.parameters.filter((parameter) => parameter.in === place)
  const record = (place: string) =>
    fc.record(Object.fromEntries(these(place).map(({ name, schema }) => [name, valuesOf(contract, schema, name)])), {
      requiredKeys: these(place)
        .filter(({ required }) => required)
        .map(({ name }) => name),
      noNullPrototype: true,
    })
  const body = operation.body && valuesOf(contract, operation.body.schema, operation.id)
  const sometimes = fc.oneof(
    { weight: 6, arbitrary: fc.constant('any' as const) },
    { weight: 3, arbitrary: fc.constant('read' as const) },
    { weight: 1, arbitrary: fc.constant('none' as const) },
  )
  return fc.record(
    { operation: fc.constant(operation), params: record('path'), query: record('query'), ifMatch: sometimes, ...(body && { body }) },
    { noNullPrototype: true },
  ) as fc.Arbitrary<Draft>
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../support/verifier.ts'

describe('the JSON of an export', () => {
  test('is read as JSON.parse reads it, whatever it says and however it is laid out', () => {
    fc.assert(
      // As deep as exports are, and any text.
      fc.property(fc.jsonValue({ maxDepth: 12, stringUnit: 'grapheme' }), fc.constantFrom(0, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test.each([
    ['{"a":1,"a":1}', 'has two fields with the name "a" at the top'],
    ['{"a":1,"b":{},"\\u0061":2}', 'has two fields with the name "a" at the top'],
    ['{"list":[0,{"a b":{"c":[],"d":"c","c":{}}}]}', 'has two fields with the name "c" in list[1]["a b"]'],
    ['{"a":{"x":1},"b":[{"y":1},{"y":1,"x":[{"y":1}] , "y" :1}]}', 'has two fields with the name "y" in b[1]'],
    ['{"a":[9007199254740993]}', 'has a number that programs read differently in a[0]'],
    ['{"a":1e400}', 'has a number that programs read differently in a'],
    ['{"a":0.1000000000000000055}', 'has a number that programs read differently in a'],
    ['{"a":"\\ud800"}', 'has half a character in a'],
    ['{"\\ud800":1}', 'has half a character at the top'],
    ['{"a":1', 'is not JSON'],
    ['', 'is not JSON'],
  ])('that means more than one thing is refused, and where: %s', (text, why) => expect(() => parseJson(text)).toThrow(why))

  test.each([
    '{"a":{"b":1},"b":{"a":1}}',
    '[{"a":"a"},{"a":"\\"a\\":"}]',
    '{"a":["a",{"a":"a"},"a"]}',
    '{"__proto__":1,"constructor":2,"":3}',
    '[1.50,1e2,1E+2,-0,0.0,100e-2,123456789012345e3,0.000001]',
    '[true,false,null]',
    ' "a" ',
  ])('that means one thing is not: %s', (text) => expect(parseJson(text)).toEqual(JSON.parse(text)))

  test.each(['[', '{"a":'])(
    'is refused where it is nested deeper than anything can be in it, and does not exhaust who reads it: %s',
    (open) => {
      const close = open === '[' ? ']' : '}'
      const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`
      expect(parseJson(nested(100))).toEqual(JSON.parse(nested(100)))
      expect(() => parseJson(nested(101))).toThrow('is nested deeper than 100 levels')
      expect(() => parseJson(nested(1_000_000))).toThrow('is nested deeper than 100 levels')
    },
  )

  test.each([
    ['names', (size: number) => `{${Array.from({ length: size }, (_, index) => `"${index}":0`).join()}}`],
    ['escapes', (size: number) => JSON.stringify('\\"'.repeat(size))],
    ['zeros', (size: number) => `[1.${'0'.repeat(size)}]`],
    ['zeros before a one', (size: number) => `["a",0.${'0'.repeat(size)}1e${size}]`],
    ['lists', (size: number) => `[${'[],'.repeat(size)}[]]`],
  ])('takes no longer to read than it is long: %s', (_what, made) => {
    const text = made(300_000)
    const began = process.cpuUsage()
    try {
      parseJson(text)
    } catch {
      // Some of these are refused: here it counts how soon.
    }
    // 3 s of the processor: some ten times what it takes; what is quadratic takes hours.
    expect(process.cpuUsage(began).user / 1_000_000).toBeLessThan(3)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { elevenTest, holdsBsn } from '../../src/domain/bsn.ts'
import { numberText, text } from '../../src/domain/text.ts'

/** Numbers as they are given out: nine digits that pass the eleven-test, of which the first may be 0. */
const bsn = fc
  .integer({ min: 1_000_000, max: 99_999_999 })
  .map((start) => String(start).padStart(8, '0'))
  .filter((start) => !start.startsWith('00'))
  .chain((start) => {
    const last = [...'0123456789'].find((digit) => elevenTest(start + digit))
    return last === undefined ? fc.constant(undefined) : fc.constant(start + last)
  })
  .filter((number) => number !== undefined)

const words = fc.string({ unit: fc.constantFrom(...'abcdefgh ,;:()\n'), maxLength: 20 })

describe('a BSN in a text', () => {
  test.each([
    '123456782',
    'BSN123456782.',
    'bsn 1234.56.782, zie dossier',
    '123 456 782',
    '123-456-782',
    '123 - 456 - 782',
    '1 2 3 4 5 6 7 8 2',
    '123\u00a0456\u202f782',
    '123\u200b456\u00ad782',
    '１２３４５６７８２',
    'ronde 12 123.456.782',
    '2026-11-22 123456782',
    'a\n123456782\nb',
    '012345672',
    '123,456,782',
    '123, 456, 782',
    '1234,56782',
    '１２３，４５６，７８２',
    '123\n456\n782',
    '123\r\n  456\r\n  782',
    'nummer 123-456-\n782.',
    '1234.56\n782',
    '12345\u20286782',
    '123\t456\t782',
    '123456782,987654321',
    '١٢٣٤٥٦٧٨٢',
    '١٢٣،٤٥٦،٧٨٢',
    '१२३ ४५६ ७८२',
    '𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟐',
    '12३4٥6782',
  ])('is seen: %j', (value) => expect(holdsBsn(value)).toBe(true))

  test.each([
    ['an OIN', '00000001123456782000'],
    ['a KvK number', '12345678'],
    ['a telephone number', '0612345678, 06-12345678, 06 123 456 78, 030 123 45 67'],
    ['a telephone number after its country', '+31 123456782, 0031 123456782, +31 (0)123456782, +31123456782'],
    ['an amount of money', '€ 123.456.782 of EUR 123456782, en 123.456.782,00'],
    ['an IBAN', 'NL91 ABNA 0417 1643 00'],
    ['days and spans of years', '2026-11-22 9, 22-11-2026 1, 2025-2026 3'],
    ['a UUID', '6f1dfd9e-63a4-4a3c-a2f5-123456782abc'],
    ['a digest', 'a123456782b'.padEnd(64, 'c')],
    ['a number that fails the eleven-test', '123456783'],
    ['a longer number', '1234567820, 0123456782'],
    ['nothing but zeros', '000000000'],
    ['a number with decimals', '1234567,82 en 123456782,5; $123,456,782 en 123,456,782.00'],
    ['a list of small numbers', 'artikelen 1, 2, 3, 4, 5, 6, 7, 8, 2 en 12, 34, 56, 78, 2'],
    ['a number at the end of a line before a numbered item', 'KvK 12345678\n2. Verder\n1\n2\n3\n4\n5\n6\n7\n8\n2'],
    ['digits of another script that fail the eleven-test', '١٢٣٤٥٦٧٨٣'],
  ])('is not seen in %s', (_what, value) => expect(holdsBsn(value)).toBe(false))

  test('is seen wherever it stands, with whatever one puts between its digits', () => {
    const gaps = fc.constantFrom('', '.', '-', ' ', '\u00a0')
    fc.assert(
      fc.property(bsn, words, words, gaps, fc.uniqueArray(fc.integer({ min: 1, max: 8 })), (number, before, after, gap, cuts) => {
        const written = [...number].map((digit, index) => (cuts.includes(index) ? gap + digit : digit)).join('')
        // Days and spans of years are the one form that is taken for something else.
        fc.pre(gap === '' || !/(19|20)\d\d/.test(written.replaceAll(gap, '')))
        expect(holdsBsn(`${before}${written}${after}`)).toBe(true)
      }),
    )
  })

  test('is seen in the digits of every script that has them', () => {
    const scripts = Intl.supportedValuesOf('numberingSystem').map((numberingSystem) => new Intl.NumberFormat('en', { numberingSystem }))
    const written = scripts.map((script) =>
      script.formatToParts(123456782).flatMap(({ type, value }) => (type === 'integer' ? [value] : [])),
    )
    const decimal = written.map((groups) => groups.join('')).filter((number) => /^\p{Nd}{9}$/u.test(number))
    expect(decimal.length).toBeGreaterThan(60) // Unicode has more than sixty
    expect(decimal.filter((number) => !holdsBsn(`Over ${number}.`))).toEqual([])
  })

  test('is seen with commas or line breaks between groups of three', () => {
    const gaps = fc.constantFrom(',', ', ', '\n', '\r\n', ' \n\t')
    fc.assert(
      fc.property(bsn, words, words, gaps, (number, before, after, gap) => {
        const written = number.replace(/(...)(...)(...)/, `$1${gap}$2${gap}$3`)
        expect(holdsBsn(`${before}${written}${after}`)).toBe(true)
      }),
    )
  })

  test('is never seen in fewer digits, nor in a longer run', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 30 }).filter(({ length }) => length !== 9)
    fc.assert(fc.property(digits, words, words, (run, before, after) => !holdsBsn(`${before}${run}${after}`)))
  })

  test('takes no longer to look for than a text is long', () => {
    for (const part of [
      '1',
      '1 ',
      '1. ',
      'a1-',
      '2026-',
      ' ',
      '\u200b',
      '1\u200b',
      'f',
      '1 - ',
      '1,',
      '111, ',
      '11\n',
      '11 - \n',
      ' \n',
      '١',
      '𝟏,',
    ]) {
      const started = performance.now()
      holdsBsn(part.repeat(20_000))
      // The longest text is 10,000 characters; half a second is a hundred times what this takes.
      expect([part, performance.now() - started < 500]).toEqual([part, true])
    }
  })

  test('makes a text that people write refused by a code, and not one that names something by a number', () => {
    expect(text(50).safeParse('over 123456782').error?.issues).toMatchObject([{ code: 'custom', params: { code: 'bsn-in-text' } }])
    expect(numberText(50).safeParse('123456782').success).toBe(true)
  })
})

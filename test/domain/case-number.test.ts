import { describe, expect, test } from 'vitest'
import { holdsCaseNumber } from '../../src/domain/case-number.ts'
import { numberText, text } from '../../src/domain/text.ts'

describe('a case number in a text', () => {
  test.each([
    'Zie PL1300-2025123456.',
    'proces-verbaal pl17R0-2014012345',
    'PL 1300 - 2025123456',
    'parketnummer 13/123456-25',
    'parketnummer 09-842489-14, gevoegd',
    'C/13/123456 / KG ZA 25-123',
    'zaak SGR 25/1234',
  ])('is seen by its form: %s', (said) => expect(holdsCaseNumber(said)).toBe(true))

  test.each([
    'van 22-11-2026 tot 01/12/2026',
    'tussen 10-2025 en 12-2025',
    'KvK 12345678, telefoon 0229-123456',
    'artikel 5.2.3 lid 2, 24/7 bereikbaar',
    'PL is het netnummer van Polen',
    'Awb 2025, en AWB 3:4',
    'https://example.org/a/13/123456',
    '6f1dfd9e-63a4-4a3c-a2f5-123456782abc',
  ])('is not seen in what is something else: %s', (said) => expect(holdsCaseNumber(said)).toBe(false))

  test('makes a text that people write refused by a code, and not one that names something by a number', () => {
    expect(text(50).safeParse('over 13/123456-25').error?.issues).toMatchObject([
      { code: 'custom', params: { code: 'case-number-in-text' } },
    ])
    expect(numberText(50).safeParse('13/123456-25').success).toBe(true)
  })
})

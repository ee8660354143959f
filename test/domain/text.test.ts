import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isStorable, optionalText, text } from '../../src/domain/text.ts'

const upToTen = text(10)
const read = (value: string) => upToTen.safeParse(value)

describe('a text that people write', () => {
  test.each(['a', ' a ', 'a\nb', 'a\tb', 'Zoë', '日本', '👩‍👧', 'a\u200db', '?', '№', '1️⃣', '🇳🇱', 'x'.repeat(10)])(
    '%j is kept as it is',
    (value) => {
      expect(read(value).data).toBe(value)
    },
  )

  test('letters are composed and line ends are LF', () => {
    expect(read('e\u0301\r\n!').data).toBe('\u00e9\n!')
  })

  test('its length counts characters, as PostgreSQL and JSON Schema do, not halves of them', () => {
    expect(read('👍'.repeat(10)).success).toBe(true)
    expect(read('👍'.repeat(11)).success).toBe(false)
  })

  // The last ones are drawn as nothing: zero width space and joiner, word joiner, Hangul filler, a variation selector, Braille's blank.
  test.each(['', ' ', '\n\t ', '\u00a0', '\u200b', '\u200d \u2060', '\u3164', '\ufe0f', '\u2800', '\u00ad'])(
    '%j has nothing to read',
    (value) => {
      expect(read(value).error?.issues).toMatchObject([{ code: 'too_small' }])
    },
  )

  test.each(['\0', '\ud800', '\udc00a', '\u001b[31m', '\r', '\u007f', '\u0085', '\u202e', '\u2066'])('%j is unreadable', (value) => {
    expect(read(`a${value}b`).error?.issues).toMatchObject([{ code: 'custom', params: { code: 'unreadable-text' } }])
  })

  test('what is read is read again unchanged, and can be stored', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (value) => {
        const once = read(value)
        return !once.success || (isStorable(once.data) && read(once.data).data === once.data)
      }),
    )
  })

  test('one that may be left out is still no empty text', () => {
    expect(optionalText(5).safeParse(undefined).success).toBe(true)
    expect(optionalText(5).safeParse('').success).toBe(false)
  })
})

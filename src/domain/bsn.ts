/**
 * The eleven-test of nine digits, which BSN and RSIN share: weights 9 to 2, and minus 1 for the last digit; the sum is divisible by 11
 * (Logisch ontwerp BSN, "elfproef").
 */
export const elevenTest = (digits: string): boolean =>
  [...digits].reduce((sum, digit, index) => sum + Number(digit) * (index === 8 ? -1 : 9 - index), 0) % 11 === 0

/** A number as the register of persons gives them out: eight digits and a leading zero, or nine. */
const isBsn = (digits: string): boolean => /^(0[1-9]|[1-9]\d)\d{7}$/.test(digits) && elevenTest(digits)

// What people put between the digits of a number. Invisible marks count with each of them: soft hyphen, zero width space and joiners.
const invisible = '\\u00ad\\u200b-\\u200d\\u2060\\ufeff'
const dot = '.\\u00b7\\u2024'
const dash = '\\-\\u2010-\\u2015\\u2212_/'
const space = ' \\u00a0\\u2000-\\u200a\\u202f'
const separators = ['', dot, dash, space, dot + dash + space]

// A run of digits with at most one of these, and the spaces around it, between two of them. The whole run: neither more nor less.
const runs = separators.map((marks) => {
  const gap = marks === '' ? `[${invisible}]*` : `(?:[${invisible}]*[${space}]?[${marks}][${space}]?)?[${invisible}]*`
  return new RegExp(`(?<!\\d)\\d(?:${gap}\\d)+(?!\\d)`, 'g')
})

// What has digits and marks and is something else: UUIDs and digests, days, and spans of years. Their place is kept by a letter.
const others = [
  /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/gi,
  /(?<![\da-z])(?=\d*[a-f])[\da-f]{32,}(?![\da-z])/gi,
  /(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/g,
  /(?<!\d)(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d(?!\d)/g,
  /(?<!\d)(?:19|20)\d\d *[-–/] *(?:19|20)\d\d(?!\d)/g,
]

// A number of a telephone after its country, an amount of money, and what goes on after a decimal comma.
const ofPhone = /(?:\+|(?<!\d)00)[1-9]\d{0,2}[ .-]?(?:\(0\))?[ .-]?$/
const ofMoney = /(?:€|\bEUR|\beuro) ?$/i

/**
 * Whether a BSN stands in a text: nine digits that pass the eleven-test, alone or with dots, dashes or spaces between them, and not as
 * part of a longer number. One number of nine digits in eleven passes by chance; telephone numbers after a country code, amounts of
 * money, days and UUIDs are no BSN (docs/domain.md#no-bsn).
 */
export function holdsBsn(text: string): boolean {
  if (!/\d/.test(text) && !/[\uff10-\uff19]/.test(text)) return false
  // Digits of full width are digits to a reader.
  const narrow = text.replace(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
  const rest = others.reduce((left, other) => left.replace(other, 'x'), narrow)
  return runs.some((run) =>
    [...rest.matchAll(run)].some(({ 0: found, index }) => {
      if (!isBsn(found.replace(/\D/g, ''))) return false
      // 40 characters: longer than any country code and currency before a number.
      const before = rest.slice(Math.max(0, index - 40), index)
      return !ofPhone.test(before) && !ofMoney.test(before) && !/^,\d/.test(rest.slice(index + found.length, index + found.length + 2))
    }),
  )
}

/**
 * The eleven-test of nine digits, which BSN and RSIN share: weights 9 to 2, and minus 1 for the last digit; the sum is divisible by 11
 * (Logisch ontwerp BSN, "elfproef").
 */
export const elevenTest = (digits: string): boolean =>
  [...digits].reduce((sum, digit, index) => sum + Number(digit) * (index === 8 ? -1 : 9 - index), 0) % 11 === 0

/** A number as the register of persons gives them out: eight digits and a leading zero, or nine. */
const isBsn = (digits: string): boolean => /^(0[1-9]|[1-9]\d)\d{7}$/.test(digits) && elevenTest(digits)

// Marks that nobody sees: soft hyphen, zero width space and joiners.
const invisible = /[\u00ad\u200b-\u200d\u2060\ufeff]/g

// What people put between the digits of a number, with at most a space on each side of it.
const dot = '.\\u00b7\\u2024\\uff0e'
const dash = '\\-\\u2010-\\u2015\\u2212\\uff0d_/'
const marked = (marks: string): string => ` ?[${marks}] ?`
const any = marked(`${dot}${dash} `)
// A line ends within a number, perhaps with a dash; a single digit at either side is the number of an item.
const wrapped = `(?<=\\d\\d)[${dash}]?\\n(?=\\d\\d)`
// Commas too: with a space only between three digits or more, for smaller numbers with commas and spaces are a list.
const commas = ',|(?<=\\d{3}) ?, ?(?=\\d{3})'

// A run of digits with at most one of these between two of them. The whole run: neither more nor less.
const runs = ['', marked(dot), marked(dash), marked(' '), any, wrapped, `${any}|${wrapped}`, commas].map(
  (gap) => new RegExp(`(?<!\\d)\\d(?:(?:${gap})?\\d)+(?!\\d)`, 'g'),
)

// What has digits and marks and is something else: UUIDs and digests, days, and spans of years. Their place is kept by a letter.
const others = [
  /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/gi,
  /(?<![\da-z])(?=\d*[a-f])[\da-f]{32,}(?![\da-z])/gi,
  /(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/g,
  /(?<!\d)(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d(?!\d)/g,
  /(?<!\d)(?:19|20)\d\d *[-–/] *(?:19|20)\d\d(?!\d)/g,
]

// A number of a telephone after its country, and an amount of money.
const ofPhone = /(?:\+|(?<!\d)00)[1-9]\d{0,2}[ .-]?(?:\(0\))?[ .-]?$/
const ofMoney = /(?:[€$£]|\bEUR|\beuro) ?$/i

/** Whether a number has decimals, which a comma begins; or a point, where commas stand between its thousands. */
const isDecimal = (found: string, after: string): boolean =>
  /^\d+,\d\d?$/.test(found) || (found.includes(',') ? /^\.\d/ : /^,\d\d?(?!\d)/).test(after)

/** Digits of any script in ASCII: Unicode has each ten of them in their order, and nothing else between tens that touch. */
function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0
  let before = 0
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before += 1
  return String(before % 10)
}

/** A text as it is searched: digits and commas of any script in ASCII, nothing that nobody sees, one line break for each gap with one. */
const plain = (text: string): string =>
  text
    .replace(/[^\P{Nd}\d]/gu, asciiDigit)
    .replace(/[\u060c\u066c\uff0c]/g, ',')
    .replace(invisible, '')
    .replace(/[\s\u0085]+/g, (gap) =>
      /[^\S \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]|\u0085/.test(gap) ? '\n' : ' '.repeat(gap.length),
    )

/**
 * Whether a BSN stands in a text: nine digits of any script that pass the eleven-test, alone or with dots, dashes, spaces, commas or line
 * breaks between them, and not as part of a longer number. One number of nine digits in eleven passes by chance; telephone numbers after
 * a country code, amounts of money, numbers with decimals, days and UUIDs are no BSN (docs/domain.md#no-client-data).
 */
export function holdsBsn(text: string): boolean {
  if (!/\p{Nd}/u.test(text)) return false
  const rest = others.reduce((left, other) => left.replace(other, 'x'), plain(text))
  return runs.some((run) =>
    [...rest.matchAll(run)].some(({ 0: found, index }) => {
      if (!isBsn(found.replace(/\D/g, ''))) return false
      // 40 characters: longer than any country code and currency before a number.
      const before = rest.slice(Math.max(0, index - 40), index)
      // 4 characters: a comma, two decimals, and what would be a third.
      const after = rest.slice(index + found.length, index + found.length + 4)
      return !ofPhone.test(before) && !ofMoney.test(before) && !isDecimal(found, after)
    }),
  )
}

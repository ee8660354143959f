import { z } from 'zod'
import { holdsBsn } from './bsn.ts'
import { holdsCaseNumber } from './case-number.ts'

// NUL and lone surrogates, which PostgreSQL refuses or silently replaces (a digest would never verify again); other control characters
// but tab and line end; and the marks that turn the reading direction around, with which a text reads otherwise than it is stored.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones it looks for
const unreadable = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

// A letter, mark, digit, point or sign, but none of those that Unicode draws as nothing: joiners, fillers, selectors, Braille's blank.
const visible = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{M}\p{N}\p{P}\p{S}]/u

/** Whether people and the database read this text alike: no lone surrogates, control characters or reversing marks. */
const isReadable = (value: string): boolean => value.isWellFormed() && !unreadable.test(value)

/** Whether the database can hold this text at all: no NUL and no lone surrogates. */
export const isStorable = (value: string): boolean => value.isWellFormed() && !value.includes('\0')

/**
 * A text that people write: 1 to `max` characters (code points, as in JSON Schema and PostgreSQL), at least one of them visible.
 * Spaces are kept; line ends become LF and letters are composed (NFC), so that texts that look alike have one digest.
 */
export const text = (max: number) => readableText(max, true)

/**
 * As `text`, for what names something by a number of its own: an identifier, an account. It is not searched for numbers of clients
 * and cases, because one number of nine digits in eleven looks like a BSN.
 */
export const numberText = (max: number) => readableText(max, false)

const readableText = (max: number, free: boolean) =>
  z
    .string()
    .check((context) => {
      const value = context.value.replaceAll('\r\n', '\n').normalize('NFC')
      context.value = value
      if (!isReadable(value)) context.issues.push({ code: 'custom', params: { code: 'unreadable-text' }, input: value, continue: false })
      else if (!visible.test(value)) context.issues.push({ code: 'too_small', origin: 'string', minimum: 1, inclusive: true, input: value })
      else if (lengthOf(value) > max)
        context.issues.push({ code: 'too_big', origin: 'string', maximum: max, inclusive: true, input: value })
      else if (free && holdsBsn(value)) context.issues.push({ code: 'custom', params: { code: 'bsn-in-text' }, input: value })
      else if (free && holdsCaseNumber(value))
        context.issues.push({ code: 'custom', params: { code: 'case-number-in-text' }, input: value })
    })
    .meta({ minLength: 1, maxLength: max, pattern: '\\S' })

/** A text that may be left out. */
export const optionalText = (max: number) => text(max).optional()

const lengthOf = (value: string): number => {
  let length = 0
  for (const _ of value) length += 1
  return length
}

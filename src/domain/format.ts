import { z } from 'zod'

/** The forms that a text in a request can have, as people call them: those of patterns of our own, and those that zod knows. */
export const formats = {
  'country': { en: 'country by its two letters (ISO 3166-1)', nl: 'land in twee letters (ISO 3166-1)' },
  'date': { en: 'date, such as 2026-11-22', nl: 'datum, zoals 2026-11-22' },
  'datetime': { en: 'moment, such as 2026-11-22T09:00:00Z', nl: 'moment, zoals 2026-11-22T09:00:00Z' },
  'digest': {
    en: 'digest: 64 hexadecimal digits, as given with the text',
    nl: 'digest: 64 hexadecimale tekens, zoals gegeven bij de tekst',
  },
  'email': { en: 'e-mail address', nl: 'e-mailadres' },
  'kvk': { en: 'KvK number: 8 digits', nl: 'KvK-nummer: 8 cijfers' },
  'oin': { en: 'OIN: 20 characters, with a known prefix', nl: 'OIN: 20 tekens, met een bekend begin' },
  'phone': { en: 'telephone number', nl: 'telefoonnummer' },
  'rsin': { en: 'RSIN: 9 digits', nl: 'RSIN: 9 cijfers' },
  'subject': { en: 'subject: small letters, digits and hyphens', nl: 'onderwerp: kleine letters, cijfers en koppeltekens' },
  'tooi': { en: 'TOOI address', nl: 'TOOI-adres' },
  'url': { en: 'web address', nl: 'webadres' },
  'uuid': { en: 'UUID', nl: 'UUID' },
} as const satisfies Record<string, { en: string; nl: string }>
export type Format = keyof typeof formats

/** A text by a pattern; the door says which form it does not have, in the language of the reader. */
export const formed = (format: Format, pattern: RegExp) => z.string().regex(pattern, format)

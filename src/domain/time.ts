import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'

/** A moment as ISO 8601 in UTC with exactly milliseconds (`2026-11-22T01:02:03.004Z`), so that comparing strings compares moments. */
export type Instant = string

/** A calendar day (`2026-11-22`) as people in the Netherlands count days: it runs from midnight to midnight in Europe/Amsterdam. */
export type Day = string

const zone = 'Europe/Amsterdam'

const iso = (instant: Temporal.Instant): Instant => instant.toString({ fractionalSecondDigits: 3 })

/** The first moment of a day. */
export const startOf = (day: Day): Instant => iso(Temporal.PlainDate.from(day).toZonedDateTime(zone).toInstant())

/** The first moment after a day: "until and including 31 December" ends here. */
export const endOf = (day: Day): Instant => startOf(addDays(day, 1))

/** The day on which a moment falls. */
export const dayOf = (instant: Instant): Day => Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString()

const exact = z.iso.datetime({ precision: 3 })
const minutes = { offset: 'never', timeZoneName: 'never', smallestUnit: 'minute' } as const

/** A moment as people in the Netherlands read it off the clock (`2026-11-22 14:30`); any other text as it is. */
export const onTheClock = (value: string): string =>
  exact.safeParse(value).success ? Temporal.Instant.from(value).toZonedDateTimeISO(zone).toString(minutes).replace('T', ' ') : value

export const addDays = (day: Day, days: number): Day => Temporal.PlainDate.from(day).add({ days }).toString()

/** The same day of the month some months later; the last of the month where that day does not exist. */
export const addMonths = (day: Day, months: number): Day => Temporal.PlainDate.from(day).add({ months }).toString()

/** The same time of the clock some days later, also across a change to or from summer time. */
export const later = (instant: Instant, days: number): Instant =>
  iso(Temporal.Instant.from(instant).toZonedDateTimeISO(zone).add({ days }).toInstant())

export const earliest = (a: Instant, b: Instant): Instant => (a < b ? a : b)
export const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b)

// Years past 2199 are typing mistakes, and PostgreSQL and JavaScript disagree on the far ones.
// What is no date at all has been refused by then, and is not refused twice.
const plausible = (value: string) => !/^\d{4}-/.test(value) || (value >= '1900' && value < '2200')

/** A day in a request. */
export const day = z.iso.date().refine(plausible, 'the year lies between 1900 and 2199').meta({ example: '2026-11-22' })

/** A moment in a request, with any offset; it is kept in UTC to the millisecond. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine(plausible, 'the year lies between 1900 and 2199')
  // What is no moment is passed on as it is: the checks before this have refused it already.
  .overwrite((value) => (Number.isNaN(Date.parse(value)) ? value : new Date(value).toISOString()))
  .meta({ example: '2026-11-22T13:30:00.000Z' })

/** A moment in an answer. What is stored is a moment already, so nothing is changed on the way out. */
export const instantOut = z.string().meta({ format: 'date-time', example: '2026-11-22T13:30:00.000Z' })

/** A day in an answer. */
export const dayOut = z.string().meta({ format: 'date', example: '2026-11-22' })

import { describe, expect, test } from 'vitest'
import { addDays, addMonths, day, dayOf, earliest, endOf, instant, later, latest, startOf } from '../../src/domain/time.ts'

describe('a day runs from midnight to midnight in Amsterdam', () => {
  test.each([
    ['2026-01-15', '2026-01-14T23:00:00.000Z', 'in winter, an hour ahead of UTC'],
    ['2026-07-15', '2026-07-14T22:00:00.000Z', 'in summer, two hours ahead'],
    ['2026-03-29', '2026-03-28T23:00:00.000Z', 'on the day that summer time begins'],
    ['2026-03-30', '2026-03-29T22:00:00.000Z', 'on the day after'],
    ['2026-10-25', '2026-10-24T22:00:00.000Z', 'on the day that summer time ends'],
    ['2026-10-26', '2026-10-25T23:00:00.000Z', 'and on the day after that'],
  ])('%s begins at %s %s', (date, begin) => {
    expect(startOf(date)).toBe(begin)
    expect(dayOf(begin)).toBe(date)
    expect(dayOf(new Date(Date.parse(begin) - 1).toISOString())).toBe(addDays(date, -1))
  })

  test('“until and including” a day ends at the first moment of the next', () => {
    expect(endOf('2026-12-31')).toBe(startOf('2027-01-01'))
  })

  test.each([
    ['2026-03-29', 23],
    ['2026-10-25', 25],
    ['2026-06-01', 24],
  ])('%s has %d hours', (date, hours) => {
    expect((Date.parse(endOf(date)) - Date.parse(startOf(date))) / 3_600_000).toBe(hours)
  })

  test('a moment just before midnight in UTC is already tomorrow in Amsterdam', () => {
    expect(dayOf('2026-12-31T23:00:00.000Z')).toBe('2027-01-01')
  })
})

describe('counting on', () => {
  test.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2028-02-29', 12, '2029-02-28'],
    ['2028-02-29', 48, '2032-02-29'],
    ['2026-02-28', 12, '2027-02-28'],
    ['2026-12-15', 60, '2031-12-15'],
  ])('%s and %d months is %s', (from, months, to) => {
    expect(addMonths(from, months)).toBe(to)
  })

  test('days later is the same time of the clock, also when summer time begins in between', () => {
    expect(later('2026-03-20T09:00:00.000Z', 14)).toBe('2026-04-03T08:00:00.000Z')
  })

  test('days later is the same time of the clock, also when summer time ends in between', () => {
    expect(later('2026-10-20T08:30:15.123Z', 14)).toBe('2026-11-03T09:30:15.123Z')
  })

  test('a time of the clock that a day skips comes an hour later that day', () => {
    // 02:30 does not exist on 29 March 2026 in Amsterdam.
    expect(later('2026-03-28T01:30:00.000Z', 1)).toBe('2026-03-29T01:30:00.000Z')
  })

  test('the earliest and the latest of two moments', () => {
    const [a, b] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z'] as const
    expect([earliest(a, b), earliest(b, a), latest(a, b), latest(b, a)]).toEqual([a, a, b, b])
  })
})

describe('times in a request', () => {
  test('a moment may have any offset and is kept in UTC to the millisecond', () => {
    expect(instant.parse('2026-11-22T14:30:00.1239+01:00')).toBe('2026-11-22T13:30:00.123Z')
    expect(instant.parse('2026-11-22T13:30:00Z')).toBe('2026-11-22T13:30:00.000Z')
  })

  test.each(['2026-11-22T13:30:00', '2026-11-22', '2026-02-30T10:00:00Z', 'infinity', '2026-11-22T13:30:60Z', '2200-01-01T00:00:00Z'])(
    '%s is no moment',
    (value) => expect(instant.safeParse(value).success).toBe(false),
  )

  test.each(['2026-02-29', '2026-13-01', '1899-12-31', '2200-01-01', '2026-1-1', '2026-01-01T00:00:00Z'])('%s is no day', (value) =>
    expect(day.safeParse(value).success).toBe(false),
  )

  test.each(['1900-01-01', '2028-02-29', '2199-12-31'])('%s is a day', (value) => expect(day.parse(value)).toBe(value))
})

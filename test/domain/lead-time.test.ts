import { describe, expect, test } from 'vitest'
import { LeadTime, leadTime, NetworkLeadTimes, networkLeadTimes, type Timed } from '../../src/domain/lead-time.ts'

const opened: Timed = { number: 1, state: 'deliberating', openedAt: '2026-01-05T09:00:00.000Z' }
const adopted: Timed = { ...opened, state: 'acting', adoptedAt: '2026-01-15T09:00:00.000Z', reviewOn: '2026-04-01' }
const closed: Timed = { ...adopted, state: 'closed', closedAt: '2026-04-08T22:00:00.000Z' }
const days = (round: Timed, at: string, endedAt?: string) => {
  const time = leadTime(round, at, endedAt)
  expect(LeadTime.parse(time)).toEqual(time)
  const { deliberating, acting, reflecting, total } = time
  return [deliberating, acting, reflecting, total].map((stage) => stage && `${stage.days}${stage.untilAt ? '' : ' so far'}`)
}

describe('the lead time of a round', () => {
  test.each([
    ['while it deliberates', opened, '2026-01-08T21:00:00.000Z', undefined, ['3.5 so far', undefined, undefined, '3.5 so far']],
    ['while it acts', adopted, '2026-01-20T09:00:00.000Z', undefined, ['10', '5 so far', undefined, '15 so far']],
    ['once its review day has come', adopted, '2026-04-03T22:00:00.000Z', undefined, ['10', '75.5', '3 so far', '88.5 so far']],
    ['once it has closed', closed, '2027-01-01T00:00:00.000Z', undefined, ['10', '75.5', '8', '93.5']],
    ['when the agreement ended before', adopted, '2027-01-01T00:00:00.000Z', '2026-01-25T09:00:00.000Z', ['10', '10', undefined, '20']],
    ['when it ended while deliberating', opened, '2027-01-01T00:00:00.000Z', '2026-01-06T09:00:00.000Z', ['1', undefined, undefined, '1']],
  ])('%s', (_, round, at, endedAt, expected) => {
    expect(days(round, at, endedAt)).toEqual(expected)
  })

  test('counts from when the reflection was called, where that was early', () => {
    const reflectionCalled = { at: '2026-02-15T09:00:00.000Z', partyId: 'x', reason: 'It goes wrong' }
    expect(days({ ...closed, reflectionCalled }, '2027-01-01T00:00:00.000Z')).toEqual(['10', '31', '52.5', '93.5'])
  })
})

test('a network shows the shortest, the median and the longest of what has ended', () => {
  const times = [opened, adopted, closed].map((round) => leadTime(round, '2026-01-20T09:00:00.000Z'))
  const report = networkLeadTimes(times, 3)
  expect(NetworkLeadTimes.parse(report)).toEqual(report)
  expect(report.agreements).toBe(3)
  expect(report.deliberating).toEqual({ rounds: 2, shortest: 10, median: 10, longest: 10 })
  expect(report.total).toEqual({ rounds: 1, shortest: 93.5, median: 93.5, longest: 93.5 })
  expect(networkLeadTimes([], 0)).toEqual({ agreements: 0 })
})

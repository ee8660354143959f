import { expect, test } from 'vitest'
import { openRound } from '../../src/domain/agreement.ts'
import { stepsOf } from '../../src/domain/round-history.ts'
import {
  acting,
  deliberating,
  does,
  finish,
  historyOf,
  meets,
  reflecting,
  renews,
  school,
  secondRound,
  writes,
} from '../support/agreement.ts'

test('a round told again from its opening stands as the table does', () => {
  const table = acting()
  const { opened, end, overAt, steps } = historyOf(table)
  expect(end).toEqual(table.state)
  expect(opened.round).toMatchObject({ number: 1, state: 'deliberating' })
  expect(overAt).toBeUndefined()
  expect(stepsOf(steps, 'version-adopted').map(({ before }) => before.round?.state)).toEqual(['deliberating'])
  expect(historyOf(deliberating()).steps).toEqual([])
})

test('an earlier round ends where the next one opened, with what it held then', () => {
  const table = secondRound()
  const { end, overAt } = historyOf(table, 1)
  expect(overAt).toBe(table.state.round?.openedAt)
  expect(end.round).toMatchObject({ number: 1, state: 'closed' })
  expect(Object.keys(end.hearings)).toHaveLength(3)
  expect(historyOf(table, 2).end).toEqual(table.state)
})

test('of what came after it, only what settles a renewal is told', () => {
  const table = reflecting()
  meets(table, school.representative)
  finish(table)
  does(table, school.representative, openRound, {})
  expect(historyOf(table).afterwards).toEqual([])
  renews(table, school)
  writes(table)
  const { end, since, afterwards } = historyOf(table)
  expect(afterwards.map(({ event }) => event.type)).toEqual(['mandate-renewed'])
  const [before, after] = [end, since].map(({ mandates }) => Object.values(mandates).filter(({ renewal }) => renewal).length)
  expect([before, after]).toEqual([1, 0])
  expect(since.text).toEqual(end.text)
})

import { describe, expect, test } from 'vitest'
import { openRound } from '../../src/domain/agreement.ts'
import { answer, viewContribution, withdrawContribution } from '../../src/domain/contribution.ts'
import { SettleDilemma, settleDilemma } from '../../src/domain/dilemma.ts'
import {
  brings,
  closed,
  codes,
  dataOf,
  deliberating,
  does,
  finish,
  only,
  parents,
  reflecting,
  school,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const put = (table: Table, input: object = { kind: 'dilemma', horns: ['Sooner', 'Better'] }): string =>
  dataOf(brings(table, school.representative, input), 'contribution-made').id
const settles = (table: Table, id: string, input: SettleDilemma, by = school.representative) => does(table, by, settleDilemma, id, input)
const seen = (table: Table, id: string) => viewContribution(only(table.state.contributions[id]))

const held: SettleDilemma = { status: 'held', reason: 'Both stay needed.' }
const resolved: SettleDilemma = { status: 'resolved', found: 'Sooner where it is safe.' }

describe('a dilemma', () => {
  test('stands open, and gets ideas back as answers', () => {
    const table = deliberating()
    const id = put(table)
    does(table, parents.representative, answer, id, { text: 'Ask the family.' })
    expect(seen(table, id)).toMatchObject({ status: 'open', answers: [{ text: 'Ask the family.' }] })
  })

  test('is held open on purpose, with why, and may be resolved later, with what was found', () => {
    const table = deliberating()
    const id = put(table)
    settles(table, id, held)
    expect(seen(table, id)).toMatchObject({ status: 'held', held: { at: table.now, reason: 'Both stay needed.' } })
    settles(table, id, resolved, school.colleague)
    expect(seen(table, id)).toMatchObject({ status: 'resolved', held: { at: table.now }, resolved: { found: 'Sooner where it is safe.' } })
  })

  test('may be closed without a solution, and not without saying why it is held open', () => {
    const table = deliberating()
    const id = put(table)
    settles(table, id, { status: 'resolved' })
    expect(seen(table, id)).toMatchObject({ status: 'resolved', resolved: { at: table.now } })
    expect(seen(table, id).resolved).not.toHaveProperty('found')
    expect(SettleDilemma.safeParse({ status: 'held' }).success).toBe(false)
  })

  test('is settled by its own party only, once, and while it stands', () => {
    const table = deliberating()
    const id = put(table)
    expect(codes(() => settles(table, id, held, team.representative))).toEqual(['not-yours'])
    expect(codes(() => settles(table, uuid(404), held))).toEqual(['not-found'])
    expect(codes(() => settles(table, put(table, { kind: 'appreciation' }), held))).toEqual(['not-an-open'])
    settles(table, id, held)
    expect(codes(() => settles(table, id, held))).toEqual(['already-done'])
    settles(table, id, resolved)
    for (const again of [held, resolved]) expect(codes(() => settles(table, id, again))).toEqual(['already-done'])
    const regretted = put(table)
    does(table, school.representative, withdrawContribution, regretted, { reason: 'x' })
    expect(codes(() => settles(table, regretted, held))).toEqual(['not-an-open'])
  })

  test('that was not resolved comes on the agenda of the next round, held or open; a resolved one does not', () => {
    const table = reflecting()
    const [open, kept, done] = [put(table), put(table), put(table)]
    settles(table, only(kept), held)
    settles(table, only(done), resolved)
    finish(table)
    does(table, school.representative, openRound, {})
    expect(table.state.round?.agenda.filter(({ kind }) => kind === 'dilemma')).toMatchObject([
      { id: open, outcome: 'open' },
      { id: kept, outcome: 'held' },
    ])
    expect(codes(() => settles(closed(), only(open), held))).toEqual(['wrong-phase'])
  })
})

import { describe, expect, test } from 'vitest'
import { viewContribution, withdrawContribution } from '../../src/domain/contribution.ts'
import { type AnswerHelp, answerHelp, offerHelp } from '../../src/domain/help.ts'
import {
  brings,
  city,
  codes,
  dataOf,
  deliberating,
  does,
  only,
  parents,
  reasons,
  school,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const asks = (table: Table, kind = 'help-request'): string => dataOf(brings(table, school.representative, { kind }), 'contribution-made').id
const offers = (table: Table, id: string, by = team.representative): string =>
  dataOf(does(table, by, offerHelp, id, { text: 'Two weeks of our planner.' }), 'help-offered').offer.id
const answers = (table: Table, id: string, offerId: string, input: AnswerHelp, by = school.representative) =>
  does(table, by, answerHelp, id, offerId, input)
const status = (table: Table, id: string) => viewContribution(only(table.state.contributions[id])).status

const accepted: AnswerHelp = { decision: 'accepted' }
const declined: AnswerHelp = { decision: 'declined', reason: 'We found it nearer.' }

describe('help', () => {
  test('is asked, offered by others and given; what was declined is asked still', () => {
    const table = deliberating()
    const id = asks(table)
    expect(status(table, id)).toBe('asked')
    const first = offers(table, id)
    expect(status(table, id)).toBe('offered')
    answers(table, id, first, declined)
    expect(status(table, id)).toBe('asked')
    const second = offers(table, id, parents.representative)
    answers(table, id, second, accepted, school.colleague)
    expect(status(table, id)).toBe('given')
    expect(only(table.state.contributions[id]).offers).toMatchObject([
      { id: first, answer: { ...declined, at: table.now, personId: school.representative.personId } },
      { id: second, text: 'Two weeks of our planner.', answer: { decision: 'accepted', personId: school.colleague.personId } },
    ])
  })

  test('is offered by another party, for one offer at a time, while it is asked', () => {
    const table = deliberating()
    const id = asks(table)
    expect(codes(() => offers(table, id, school.colleague))).toEqual(['answer-own'])
    offers(table, id)
    expect(codes(() => offers(table, id, team.colleague))).toEqual(['already-done'])
    expect(codes(() => offers(table, asks(table, 'appreciation')))).toEqual(['not-an-open'])
    does(table, school.representative, withdrawContribution, id, { reason: 'x' })
    expect(codes(() => offers(table, id, city.representative))).toEqual(['not-an-open'])
  })

  test('is accepted or declined once, by the party that asked; declining says why', () => {
    const table = deliberating()
    const id = asks(table)
    const offer = offers(table, id)
    expect(codes(() => answers(table, id, offer, accepted, city.representative))).toEqual(['not-yours'])
    expect(codes(() => answers(table, id, uuid(404), accepted))).toEqual(['not-found'])
    expect(reasons(() => answers(table, id, offer, { decision: 'declined' }))).toMatchObject([
      { code: 'reason-required', pointer: '/reason' },
    ])
    answers(table, id, offer, accepted)
    expect(codes(() => answers(table, id, offer, declined))).toEqual(['already-done'])
  })

  test('that is not asked any more is not accepted', () => {
    const table = deliberating()
    const id = asks(table)
    const offer = offers(table, id)
    does(table, school.representative, withdrawContribution, id, { reason: 'x' })
    expect(codes(() => answers(table, id, offer, accepted))).toEqual(['not-an-open'])
  })
})

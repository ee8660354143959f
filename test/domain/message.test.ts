import { describe, expect, test } from 'vitest'
import { GroundRules } from '../../src/domain/agreement-text.ts'
import type { Context } from '../../src/domain/event.ts'
import { sendMessage } from '../../src/domain/message.ts'
import {
  aTable,
  codes,
  contextOf,
  deliberating,
  ends,
  inspectorate,
  parents,
  partyIdOf,
  reasons,
  school,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const whole = [{ name: 'message', text: 'You went without us.' }]
const sends = (table: Table, parts = whole, to = [partyIdOf(table, team)], by = school.colleague) =>
  sendMessage(table.state, { toPartyIds: to, parts }, contextOf(table, by) satisfies Context)

describe('a complete message', () => {
  test('goes from a party to others, with one free part where the table names none', () => {
    const table = deliberating()
    const to = [partyIdOf(table, team), partyIdOf(table, inspectorate), partyIdOf(table, team)]
    expect(sends(table, whole, to)).toMatchObject([
      {
        type: 'message-sent',
        data: {
          agreementId: table.state.id,
          partyId: partyIdOf(table, school),
          toPartyIds: to.slice(0, 2),
          toOrganisationIds: [team.id, inspectorate.id],
          parts: whole,
        },
      },
    ])
  })

  test('has each part that the ground rules name, once, and no other', () => {
    const table = deliberating({ groundRules: GroundRules.parse({ messageParts: ['Seen', 'Asked'] }) })
    const part = (name: string) => ({ name, text: 'x' })
    expect(sends(table, [part('Asked'), part('Seen')])).toHaveLength(1)
    expect(reasons(() => sends(table, [part('Seen'), part('Seen'), part('Felt')]))).toMatchObject([
      { code: 'message-part-missing', pointer: '/parts', params: { part: 'Asked' } },
      { code: 'message-part-unknown', pointer: '/parts/1/name' },
      { code: 'message-part-unknown', pointer: '/parts/2/name' },
    ])
  })

  test('goes to parties at this table, and not to one’s own', () => {
    const table = deliberating()
    expect(codes(() => sends(table, whole, [partyIdOf(table, school)]))).toEqual(['message-to-self'])
    expect(reasons(() => sends(table, whole, [partyIdOf(table, team), uuid(404)]))).toMatchObject([
      { code: 'not-a-party', pointer: '/toPartyIds/1' },
    ])
  })

  test('is sent by whoever may speak, from the first round to the end', () => {
    const table = deliberating()
    expect(sends(table, whole, [partyIdOf(table, team)], parents.colleague)).toHaveLength(1)
    expect(codes(() => sends(table, whole, [partyIdOf(table, team)], inspectorate.colleague))).toEqual(['not-seated'])
    expect(codes(() => sends(aTable()))).toEqual(['wrong-phase'])
    ends(table)
    expect(codes(() => sends(table))).toEqual(['wrong-phase'])
  })
})

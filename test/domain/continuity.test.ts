import { describe, expect, test } from 'vitest'
import { Continuity, continuity, daysAhead, type findingKinds, type Watched } from '../../src/domain/continuity.ts'
import type { Mandate } from '../../src/domain/mandate.ts'
import type { Role } from '../../src/domain/role.ts'
import { addDays, endOf, later, startOf } from '../../src/domain/time.ts'
import { school, team, uuid } from '../support/agreement.ts'

const today = '2026-03-02'
const at = startOf(today)
const [party, other] = [uuid(1), uuid(2)]
const parties = [
  { id: party, organisationId: school.id },
  { id: other, organisationId: team.id },
]
const holder = (partyId: string, personId: string, untilDate?: string) => ({
  id: uuid(9),
  personId,
  partyId,
  fromDate: '2026-01-01',
  ...(untilDate && { untilDate }),
})
const role = (over: Partial<Role>): Role => ({ id: uuid(3), name: 'lead', purpose: 'x', tasks: [], holders: [], revision: 1, ...over })
const mandate = (over: Partial<Mandate>): Mandate =>
  ({
    id: uuid(4),
    partyId: party,
    organisationId: school.id,
    holderId: uuid(5),
    subjects: ['a', 'b'],
    limits: [],
    fromAt: '2026-01-01T00:00:00.000Z',
    untilAt: '2027-01-01T00:00:00.000Z',
    ...over,
  }) as Mandate
const found = (over: Partial<Watched>, ofOrganisation?: string) => {
  const report = continuity(
    { kind: 'agreement', id: uuid(7), title: 'T', roles: [], mandates: [], promises: [], parties, gone: [], ...over },
    at,
    ofOrganisation,
  )
  expect(Continuity.parse(report)).toEqual(report)
  return report.findings
}
const kinds = (over: Partial<Watched>) => found(over).map(({ kind }) => kind)

describe('continuity', () => {
  const me = uuid(5)
  test.each([
    ['a role with a holder', { roles: [role({ holders: [holder(party, me)] })] }, []],
    ['a role without one', { roles: [role({})] }, ['role-without-holder']],
    ['a role that has ended', { roles: [role({ endedAt: at })] }, []],
    ['a task of who holds the role', { roles: [role({ tasks: [{ id: me, what: 'x', holderId: me }], holders: [holder(party, me)] })] }, []],
    ['a task of nobody', { roles: [role({ tasks: [{ id: me, what: 'x' }], holders: [holder(party, me)] })] }, ['task-without-holder']],
    ['a holder who goes today', { roles: [role({ holders: [holder(party, me, today)] })] }, ['role-ending']],
    [
      'a holder who goes within the days ahead',
      { roles: [role({ holders: [holder(party, me, addDays(today, daysAhead))] })] },
      ['role-ending'],
    ],
    ['a holder who goes after them', { roles: [role({ holders: [holder(party, me, addDays(today, daysAhead + 1))] })] }, []],
    ['a holder who goes while another stays', { roles: [role({ holders: [holder(party, me, today), holder(other, uuid(6))] })] }, []],
    ['a mandate that goes on', { mandates: [mandate({})] }, []],
    ['a mandate that ends within the days ahead', { mandates: [mandate({ untilAt: later(at, daysAhead) })] }, ['mandate-ending']],
    ['a mandate that has ended', { mandates: [mandate({ untilAt: at })] }, []],
    [
      'a mandate that waits for renewal',
      { mandates: [mandate({ renewal: { meetingId: me, dueAt: at, renewByAt: later(at, 14) } })] },
      ['mandate-lapsing'],
    ],
    ['a mandate that has lapsed', { mandates: [mandate({ renewal: { meetingId: me, dueAt: at, renewByAt: at } })] }, []],
    ['a mandate that was withdrawn', { mandates: [mandate({ untilAt: later(at, 1), withdrawn: { at, reason: 'x' } })] }, []],
    ['a role of who has left their organisation', { gone: [me], roles: [role({ holders: [holder(party, me)] })] }, ['role-without-holder']],
    ['a mandate of who has left their organisation', { gone: [me], mandates: [mandate({})] }, ['mandate-without-holder']],
    ['a promise of a party that left', { promises: [{ id: me, what: 'Call', organisationId: team.id }] }, ['promise-without-owner']],
    ['a mandate of a party that left', { mandates: [mandate({ partyId: uuid(8), untilAt: later(at, 1) })] }, []],
  ] satisfies [string, Partial<Watched>, (typeof findingKinds)[number][]][])('%s', (_, over, expected) => {
    expect(kinds(over)).toEqual(expected)
  })

  test('says who had it, and from when on nobody has', () => {
    const roles = [
      role({
        tasks: [{ id: me, what: 'Call', holderId: uuid(6) }],
        holders: [holder(other, uuid(6), '2026-02-01'), holder(party, me, '2026-03-10')],
      }),
    ]
    expect(found({ roles })).toEqual([
      { kind: 'task-without-holder', about: me, what: 'Call', roleId: uuid(3), personId: uuid(6), organisationId: team.id },
      {
        kind: 'role-ending',
        about: uuid(3),
        what: 'lead',
        roleId: uuid(3),
        personId: me,
        organisationId: school.id,
        byAt: endOf('2026-03-10'),
      },
    ])
    expect(found({ roles }, team.id).map(({ kind }) => kind)).toEqual(['task-without-holder'])
    expect(found({ roles }, school.id).map(({ kind }) => kind)).toEqual(['role-ending'])
  })

  test('a promise of who left is of everybody who stayed', () => {
    const promises = [{ id: me, what: 'Call', organisationId: team.id }]
    const finding = { kind: 'promise-without-owner', about: me, what: 'Call', organisationId: team.id }
    expect(found({ promises })).toEqual([finding])
    expect(found({ promises }, school.id)).toEqual([finding])
  })

  test('in a network a holder names the organisation itself', () => {
    const roles = [role({ holders: [holder(school.id, me, today)] })]
    expect(found({ kind: 'network', roles, parties: [] })).toMatchObject([{ organisationId: school.id }])
  })
})

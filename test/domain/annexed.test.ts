import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leaveTable, openRound } from '../../src/domain/agreement.ts'
import { viewAgreement } from '../../src/domain/agreement-view.ts'
import { annexStateAt } from '../../src/domain/annex.ts'
import { consentToAnnex, objectToAnnex, ProposeAccession, proposeAccession, proposeExpulsion } from '../../src/domain/annex-acts.ts'
import { participantsIn } from '../../src/domain/annexed.ts'
import { present, settled } from '../../src/domain/party.ts'
import { Refused } from '../../src/domain/refusal.ts'
import { later } from '../../src/domain/time.ts'
import { inForceAt } from '../../src/domain/version.ts'
import {
  acting,
  adopts,
  aTable,
  bound,
  city,
  closed,
  dataOf,
  directory,
  does,
  ends,
  grant,
  type House,
  houses,
  inspectorate,
  only,
  parents,
  partyIdOf,
  pass,
  prepare,
  school,
  seatedHouses,
  secondRound,
  stands,
  type Table,
  team,
} from '../support/agreement.ts'

const reason = 'We work with the same families.'
const asks = (table: Table, by: House, whom: House = by) =>
  dataOf(
    does(table, by.representative, proposeAccession, ProposeAccession.parse({ reason, organisationId: whom.id }), directory),
    'annex-proposed',
  ).id
const objects = (table: Table, by: House, id: string) => does(table, by.representative, objectToAnnex, id, { reason: 'Not yet.' })
const leaves = (table: Table, who: House) => does(table, who.representative, leaveTable, partyIdOf(table, who), { reason })

function inForce(groundRules = {}): Table {
  const table = acting({}, { groundRules: { ...only(aTable().state).rules, additional: [], ...groundRules } })
  pass(table, 1)
  grant(table, parents)
  return table
}

const known = (table: Table) => table.state.periods.filter(({ replacedAt }) => !replacedAt).sort((a, b) => (a.fromAt < b.fromAt ? -1 : 1))
/** The kinds of annexes that are in effect some days from now, and whether they say who is bound then. */
function told(table: Table, days = 0): string[] {
  const at = later(table.now, days)
  const { told, expected } = bound(table.state, at)
  expect(told).toEqual(expected)
  return inForceAt(table.state, at)?.annexes?.map(({ kind, name }) => `${kind} ${name}`) ?? []
}

/** What is in effect some days from now has happened to its party then. */
function happened(table: Table, days: number): void {
  const at = later(table.now, days)
  const { annexes, parties } = settled(table.state, at)
  for (const annex of Object.values(annexes)) {
    if (annexStateAt(annex, at) !== 'effective') continue
    const { involvement, seatedFrom, leftAt } = only(parties[annex.partyId])
    if (annex.kind === 'accession') expect([involvement, seatedFrom]).toEqual(['seated', annex.takesEffectAt])
    else expect(leftAt).toBe(annex.takesEffectAt)
  }
}

describe('the period of a version', () => {
  test('is one, without annexes, as long as nobody joins or leaves', () => {
    const table = inForce()
    expect(known(table)).toHaveLength(1)
    expect(known(table)[0]).not.toHaveProperty('annexes')
  })

  test('is split where an accession takes effect: the number stays, and nobody is bound before that', () => {
    const table = inForce()
    const before = known(table)
    asks(table, parents)
    expect([13, 14].map((days) => told(table, days))).toEqual([[], ['accession Parents']])
    expect(table.state.periods[0]).toEqual({ ...before[0], replacedAt: table.now })
    expect(known(table).map(({ version }) => version)).toEqual([1, 1])
    // The second part is no other version that waits.
    expect(viewAgreement(table.state, undefined, table.now)).not.toHaveProperty('upcoming')
  })

  test('is whole again when somebody objects', () => {
    const table = inForce()
    const { fromAt, untilAt } = only(known(table)[0])
    const id = asks(table, parents)
    pass(table, 3)
    objects(table, city, id)
    expect(known(table)).toMatchObject([{ fromAt, untilAt, knownAt: table.now }])
    expect(told(table, 14)).toEqual([])
  })

  test('tells of who leaves after a notice, and at once of who leaves without one', () => {
    const notice = inForce({ noticeDays: 30 })
    leaves(notice, city)
    expect([29, 30].map((days) => told(notice, days))).toEqual([[], ['withdrawal City']])
    const atOnce = inForce()
    leaves(atOnce, city)
    expect(told(atOnce)).toEqual(['withdrawal City'])
  })

  test('tells of who is put out, and of several in the order in which they took effect', () => {
    const table = inForce()
    asks(table, parents)
    pass(table, 1)
    const id = dataOf(does(table, school.representative, proposeExpulsion, partyIdOf(table, city), { reason }), 'annex-proposed').id
    expect(told(table, 60)).toEqual(['accession Parents'])
    does(table, team.representative, consentToAnnex, id, {})
    expect([12, 13, 14].map((days) => told(table, days))).toEqual([[], ['accession Parents'], ['accession Parents', 'expulsion City']])
  })

  test('tells of who is put out that took part without being bound', () => {
    const table = inForce()
    const id = dataOf(does(table, school.representative, proposeExpulsion, partyIdOf(table, parents), { reason }), 'annex-proposed').id
    for (const by of [team, city]) does(table, by.representative, consentToAnnex, id, {})
    expect(told(table, 14)).toEqual(['expulsion Parents'])
    const takesPart = (days: number) =>
      participantsIn(table.state, only(inForceAt(table.state, later(table.now, days)))).some(
        ({ organisationId }) => organisationId === parents.id,
      )
    expect([13, 14].map(takesPart)).toEqual([true, false])
  })

  test('is joined whatever else splits it: nobody waits for the day of another annex, nor is it passed over once that has come', () => {
    const table = inForce({ noticeDays: 20 })
    leaves(table, city)
    asks(table, parents)
    expect(told(table, 14)).toEqual(['accession Parents'])
    pass(table, 21)
    grant(table, inspectorate)
    asks(table, inspectorate)
    expect(told(table, 14)).toEqual(['accession Parents', 'withdrawal City', 'accession Inspectorate'])
  })

  test('keeps what took effect in the round before', () => {
    const table = closed()
    leaves(table, city)
    does(table, school.representative, openRound, {})
    expect([table.state.annexes, told(table)]).toEqual([{}, ['withdrawal City']])
    grant(table, parents)
    asks(table, parents)
    expect(told(table, 14)).toEqual(['withdrawal City', 'accession Parents'])
  })
})

describe('the next version', () => {
  test('has in its text what took effect before it was adopted, and nobody joins it by an annex to the one before', () => {
    const table = secondRound()
    prepare(table)
    leaves(table, city)
    grant(table, parents)
    asks(table, parents)
    for (const house of [school, team]) stands(table, house)
    adopts(table)
    const second = known(table).filter(({ version }) => version === 2)
    expect(second.map(({ annexes = [] }) => annexes.map(({ kind }) => kind))).toEqual([[]])
    expect(told(table)).toEqual(['withdrawal City'])
    expect(told(table, 20)).toEqual([])
  })

  test('that waits for its day is left as well by who leaves before it', () => {
    const table = secondRound()
    prepare(table)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    table.now = new Date(Date.parse(table.now) + 1).toISOString()
    leaves(table, city)
    expect(known(table).filter(({ untilAt }) => untilAt > table.now)).toMatchObject([
      { version: 1, annexes: [{ kind: 'withdrawal' }] },
      { version: 2, annexes: [{ kind: 'withdrawal' }] },
    ])
    expect([0, 20].map((days) => told(table, days))).toEqual([['withdrawal City'], ['withdrawal City']])
  })
})

test('after ending nothing holds, whatever was to take effect', () => {
  const table = inForce()
  asks(table, parents)
  ends(table)
  expect(known(table).every(({ untilAt }) => untilAt <= table.now)).toBe(true)
})

test('whoever joins and leaves whenever: who is bound is who is seated, periods never overlap, and what was known stays known', () => {
  const house = fc.constantFrom(...houses)
  const act = fc.record({
    kind: fc.constantFrom('ask', 'invite', 'consent', 'object', 'leave', 'expel', 'put out'),
    house,
    // Who is consulted more often than others: it can be put out, and join.
    other: fc.oneof(house, fc.constant(parents)),
    nth: fc.nat(5),
    days: fc.nat(9),
  })
  const seen = new Set<string>()
  const tries = (kind: string, act: () => unknown) => {
    try {
      act()
      seen.add(kind)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
    }
  }
  fc.assert(
    fc.property(fc.array(act, { minLength: 3, maxLength: 30 }), fc.constantFrom(0, 30), (list, noticeDays) => {
      const table = inForce({ noticeDays, objectionDays: 7 })
      for (const { kind, house, other, nth, days } of list) {
        pass(table, days)
        const before = table.state.periods
        const ids = Object.keys(table.state.annexes)
        const id = ids[nth % ids.length] ?? ''
        const placeOf = (one: House) => present(table.state).find((party) => party.organisationId === one.id)?.id ?? ''
        const acts = {
          ask: () => asks(table, other),
          invite: () => asks(table, house, other),
          // Each in turn: who may not is refused.
          consent: () => {
            // Who was let in since then reads along, and is mandated.
            tries('mandate', () => grant(table, other))
            const outside = houses.filter((one) => placeOf(one) === '')
            for (const one of houses) tries('consent', () => does(table, one.representative, consentToAnnex, id, {}))
            if (outside.some((one) => placeOf(one) !== '')) seen.add('let in')
          },
          object: () => objects(table, house, id),
          leave: () => does(table, house.representative, leaveTable, placeOf(house), { reason }),
          expel: () => does(table, house.representative, proposeExpulsion, placeOf(other), { reason }),
          // To the end: everybody consents at once. First who is on its way out by itself.
          'put out': () => {
            const whom = present(settled(table.state, table.now)).find(({ leaving }) => leaving)?.id ?? placeOf(other)
            const { id } = dataOf(does(table, house.representative, proposeExpulsion, whom, { reason }), 'annex-proposed')
            for (const one of houses) tries('consent', () => does(table, one.representative, consentToAnnex, id, {}))
          },
        }
        tries(kind, acts[kind as keyof typeof acts])
        for (const period of before) {
          const now = table.state.periods.find(({ id }) => id === period.id)
          // What is over is in its table, and not in the state for good.
          if (!period.replacedAt && (now || period.untilAt > table.now))
            expect(now).toEqual(now?.replacedAt ? { ...period, replacedAt: table.now } : period)
        }
        expect(new Set(table.state.periods.map(({ id }) => id)).size).toBe(table.state.periods.length)
        const sorted = known(table)
        // Without a gap and without an overlap: it is one version.
        for (const [at, { fromAt, untilAt, annexes = [] }] of sorted.entries()) {
          expect(fromAt < untilAt && fromAt === (sorted[at - 1]?.untilAt ?? fromAt)).toBe(true)
          for (const { kind } of annexes) seen.add(kind)
        }
        for (const ahead of [0, 6, 7, 10, 40]) {
          told(table, ahead)
          happened(table, ahead)
        }
      }
    }),
    { numRuns: 120, seed: 2041 },
  )
  expect([...seen].sort()).toEqual(
    ['accession', 'ask', 'consent', 'expel', 'expulsion', 'invite', 'leave', 'let in', 'mandate', 'object', 'put out', 'withdrawal'].sort(),
  )
}, 30_000)

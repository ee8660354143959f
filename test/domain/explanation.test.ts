import { describe, expect, test } from 'vitest'
import { openRound } from '../../src/domain/agreement.ts'
import { Explanation, explain, provenBy } from '../../src/domain/explanation.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import { stateDissent } from '../../src/domain/stance.ts'
import {
  acting,
  adopts,
  city,
  codes,
  deliberating,
  does,
  finish,
  goTo,
  grant,
  historyOf,
  limit,
  mandateIdOf,
  meets,
  only,
  partyIdOf,
  pass,
  prepare,
  renews,
  school,
  seatedHouses,
  stands,
  type Table,
  team,
} from '../support/agreement.ts'

const whole = Explanation.omit({ periods: true, annexes: true, proof: true })
const explained = (table: Table, number = 1) => whole.parse(explain(historyOf(table, number)))

/** A version adopted after a meeting, with a dissent; the team takes its stance under a sub-mandate. */
function adopted(): { table: Table; meetingId: string; subMandateId: string } {
  const table = deliberating()
  const meetingId = meets(table, school.representative, city.representative)
  renews(table, school)
  pass(table, 1)
  renews(table, city, { decision: 'narrowed', limits: [{ measure: limit.measure, maximum: 10 }] })
  const sourceId = mandateIdOf(table, team.representative)
  const subMandateId = grant(table, team, { holderId: team.colleague.personId, sourceId, validUntil: '2026-12-31' }, team.representative)
  prepare(table)
  does(table, city.colleague, stateDissent, { statement: 'A week is short', expectation: 'One in five is late' })
  stands(table, school)
  stands(table, { ...team, representative: team.colleague })
  stands(table, city)
  adopts(table)
  return { table, meetingId, subMandateId }
}

describe('why a version was binding', () => {
  test('names who adopted it, and each stance and commitment with its person and the mandate as it was', () => {
    const { table, subMandateId } = adopted()
    const { version, adoption, stances, commitments, hearings, dissents } = explained(table)
    const [of] = table.state.versions
    expect(version).toEqual({
      number: 1,
      title: 'Back to school',
      textDigest: of?.textDigest,
      signature: of?.signature,
      adoptedAt: table.now,
      adoptedByPartyId: partyIdOf(table, school),
    })
    expect(adoption).toMatchObject({
      at: table.now,
      personId: school.representative.personId,
      partyId: partyIdOf(table, school),
      mandate: { status: 'effective', grantorId: school.grantor.personId, form: 'mandate', basis: 'Mandate decision 2025, article 3' },
      sources: [],
    })
    expect(stances.map(({ stance, binding }) => [stance.partyId, stance.position, binding.mandate.status])).toEqual(
      seatedHouses.map((house) => [partyIdOf(table, house), 'accept', 'effective']),
    )
    expect(stances[1]?.binding).toMatchObject({
      personId: team.colleague.personId,
      mandate: { id: subMandateId },
      sources: [{ id: mandateIdOf(table, team.representative), status: 'effective' }],
    })
    expect(stances[2]?.binding.mandate.limits).toEqual([{ measure: limit.measure, maximum: 10 }])
    expect(commitments).toMatchObject([
      {
        commitment: { state: 'accepted', terms: { coResponsiblePartyIds: [partyIdOf(table, school), partyIdOf(table, city)] } },
        binding: { personId: team.representative.personId, partyId: partyIdOf(table, team) },
      },
    ])
    expect(hearings.map(({ partyId }) => partyId)).toEqual(seatedHouses.map((house) => partyIdOf(table, house)))
    expect(dissents).toMatchObject([{ statement: 'A week is short', partyId: partyIdOf(table, city) }])
  })

  test('names the meetings before it, and which renewals followed', () => {
    const { table, meetingId } = adopted()
    const [only_] = explained(table).meetings
    expect(only_?.meeting).toMatchObject({ id: meetingId, attendance: [{ capacity: 'representative' }, { capacity: 'representative' }] })
    expect(only_?.renewals.map(({ holderId, renewed }) => [holderId, renewed?.personId, renewed?.decision])).toEqual([
      [school.representative.personId, school.representative.personId, 'confirmed'],
      [city.representative.personId, city.representative.personId, 'narrowed'],
    ])
  })

  test('says the same whatever happened since: a mandate withdrawn, another round', () => {
    const { table } = adopted()
    const before = explained(table)
    does(table, city.grantor, withdrawMandate, mandateIdOf(table, city.representative), { reason: 'Another job' })
    goTo(table, only(table.state.round?.reviewOn))
    finish(table)
    does(table, school.representative, openRound, {})
    expect(explained(table)).toEqual(before)
    expect(codes(() => explained(table, 2))).toEqual(['not-found'])
  })

  test('lists what has to be proven: each act once, and the granting of every mandate in the chain', () => {
    const { table, subMandateId } = adopted()
    const { revisions, mandateIds } = provenBy({ ...explain(historyOf(table)), annexes: [] })
    const types = revisions.map((revision) => table.ledger[revision - 1]?.event.type).sort()
    expect(types).toEqual([
      'commitment-answered',
      'mandate-renewed',
      'mandate-renewed',
      'stance-taken',
      'stance-taken',
      'stance-taken',
      'version-adopted',
    ])
    expect([...mandateIds].sort()).toEqual([...seatedHouses.map((house) => mandateIdOf(table, house.representative)), subMandateId].sort())
  })
})

test('a round that has adopted nothing explains no version', () => {
  expect(codes(() => explain(historyOf(deliberating())))).toEqual(['not-found'])
  expect(explain(historyOf(acting())).version.number).toBe(1)
})

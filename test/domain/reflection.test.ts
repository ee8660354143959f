import { describe, expect, test } from 'vitest'
import { openRound } from '../../src/domain/agreement.ts'
import { GroundRules, rulesOf, standardGroundRules } from '../../src/domain/agreement-text.ts'
import { answer, withdrawContribution } from '../../src/domain/contribution.ts'
import { norms } from '../../src/domain/norm.ts'
import {
  amendReflection,
  callReflection,
  closeRound,
  DissentView,
  dissentOutcome,
  GiveReflection,
  nextAgenda,
  notReflected,
  pulseOf,
  type Reflection,
  ReflectionView,
  RoundDetail,
  recommendationLevels,
  reflect,
  reflectBy,
  reflectionOf,
  roundMatter,
  viewDissent,
  viewReflection,
  viewRoundDetail,
} from '../../src/domain/reflection.ts'
import { later } from '../../src/domain/time.ts'
import {
  acting,
  adoptable,
  adopts,
  brings,
  city,
  closed,
  codes,
  dataOf,
  deliberating,
  digestOf,
  does,
  finish,
  goTo,
  offer,
  only,
  partyIdOf,
  pass,
  prepare,
  reasons,
  reflecting,
  reflectionBy,
  reflects,
  school,
  seatedHouses,
  secondRound,
  stands,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

/** The review day of a version that the city accepted with a dissent. */
function dissented(): { table: Table; dissentId: string } {
  const table = adoptable()
  stands(table, city, {
    position: 'accept-with-dissent',
    dissent: { statement: 'One desk will do', expectation: 'The second stays empty' },
  })
  adopts(table)
  goTo(table, only(table.state.round?.reviewOn))
  return { table, dissentId: only(table.state.adopted?.dissents[0]).id }
}
const judged = (dissentId: string, outcome: 'confirmed' | 'refuted' | 'open') => ({ dissents: [{ dissentId, outcome, why: 'We saw' }] })

describe('reflecting', () => {
  test('a party does it once, also without a mandate, and may amend it until the round closes', () => {
    const table = reflecting()
    const { id } = dataOf(does(table, school.colleague, reflect, reflectionBy(table, school)), 'reflection-given')
    expect(codes(() => reflects(table, school))).toEqual(['already-reflected'])
    const givenAt = table.now
    pass(table, 1)
    does(table, school.representative, amendReflection, id, reflectionBy(table, school, { whatWorks: 'The desk' }))
    expect(table.state.reflections[id]).toMatchObject({
      whatWorks: 'The desk',
      at: givenAt,
      amendedAt: table.now,
      personId: school.representative.personId,
      roundNumber: 1,
    })
    for (const house of [team, city]) reflects(table, house)
    does(table, school.representative, closeRound)
    expect(codes(() => does(table, school.representative, amendReflection, id, reflectionBy(table, school)))).toEqual(['wrong-phase'])
  })

  test('nobody amends that of another party, or one that is not there', () => {
    const table = reflecting()
    const { id } = dataOf(reflects(table, school), 'reflection-given')
    expect(codes(() => does(table, team.representative, amendReflection, id, reflectionBy(table, team)))).toEqual(['not-yours'])
    expect(codes(() => does(table, team.representative, amendReflection, uuid(404), reflectionBy(table, team)))).toEqual(['not-found'])
  })

  test('recommendations and what to take along get ids, so that the next version can cite them', () => {
    const table = reflecting()
    const recommendations = recommendationLevels.map((level) => ({ level, text: `${level} advice` }))
    reflects(table, school, { recommendations, nextRound: ['Ask the children'] })
    const given = only(reflectionOf(table.state, partyIdOf(table, school)))
    expect(new Set([...given.recommendations, ...given.nextRound].map(({ id }) => id)).size).toBe(4)
  })

  test('what works, what happened and what we learned are all told, what works first', () => {
    const input = reflectionBy(reflecting(), school)
    expect(Object.keys(GiveReflection.shape).slice(0, 3)).toEqual(['whatWorks', 'whatHappened', 'whatWeLearned'])
    for (const field of ['whatWorks', 'whatHappened', 'whatWeLearned', 'pulse'] as const)
      expect(GiveReflection.safeParse({ ...input, [field]: undefined }).success, field).toBe(false)
  })

  test('pulse and norms run from 1 to 5; there are nine norms', () => {
    const input = reflectionBy(reflecting(), school)
    expect(norms).toHaveLength(9)
    expect(GiveReflection.parse(input).norms).toEqual({})
    expect(GiveReflection.safeParse({ ...input, norms: Object.fromEntries(norms.map((norm) => [norm, 5])) }).success).toBe(true)
    for (const bad of [
      { norms: { open: 6 } },
      { norms: { funny: 3 } },
      { pulse: { atmosphere: 0, effectiveness: 3 } },
      { pulse: { atmosphere: 2.5, effectiveness: 3 } },
    ])
      expect(GiveReflection.safeParse({ ...input, ...bad }).success, JSON.stringify(bad)).toBe(false)
  })
})

describe('a reflection is complete', () => {
  const refused = (table: Table, over: Partial<GiveReflection>, house = team) => reasons(() => reflects(table, house, over))

  test('every commitment of one’s own is judged; those of others may be', () => {
    const table = reflecting()
    const id = only(table.state.adopted?.content.commitments[0]).id
    expect(refused(table, { commitments: [] })).toEqual([
      { code: 'not-judged', pointer: '/commitments', params: { list: 'commitments', id } },
    ])
    reflects(table, school, { commitments: [] })
    reflects(table, city, { commitments: [{ commitmentId: id, outcome: 'partly', why: 'Two families waited' }] })
  })

  test('every dissent and every criterion is judged, also the ones that mean failure', () => {
    const { table, dissentId } = dissented()
    expect(refused(table, { dissents: [], criteria: [] }, school)).toEqual([
      { code: 'not-judged', pointer: '/dissents', params: { list: 'dissents', id: dissentId } },
      ...only(table.state.adopted).content.evaluationCriteria.map(({ id }) => ({
        code: 'not-judged',
        pointer: '/criteria',
        params: { list: 'criteria', id },
      })),
    ])
  })

  test('only what is in the version is judged, and each once', () => {
    const { table, dissentId } = dissented()
    const id = only(table.state.adopted?.content.commitments[0]).id
    const [first, second] = only(table.state.adopted).content.evaluationCriteria.map((one) => ({
      criterionId: one.id,
      met: 'met' as const,
    }))
    const found = refused(table, {
      commitments: [
        { commitmentId: id, outcome: 'kept', why: 'x' },
        { commitmentId: uuid(404), outcome: 'kept', why: 'x' },
      ],
      dissents: [...judged(dissentId, 'open').dissents, ...judged(dissentId, 'open').dissents],
      criteria: [only(first), only(second), only(first)],
      beneficiaries: [{ beneficiaryId: uuid(404), addedValue: 3, nuisance: 1 }],
    })
    expect(found).toEqual([
      { code: 'not-in-version', pointer: '/commitments/1/commitmentId' },
      { code: 'id-twice', pointer: '/dissents/1/dissentId' },
      { code: 'id-twice', pointer: '/criteria/2/criterionId' },
      { code: 'not-in-version', pointer: '/beneficiaries/0/beneficiaryId' },
      { code: 'not-judged', params: { list: 'beneficiaries', id: uuid(6, 80) }, pointer: '/beneficiaries' },
    ])
  })

  test('every beneficiary of the version is judged', () => {
    const table = reflecting()
    const beneficiaryId = only(table.state.adopted?.content.beneficiaries[0]).id
    expect(refused(table, { beneficiaries: [] })).toEqual([
      { code: 'not-judged', params: { list: 'beneficiaries', id: beneficiaryId }, pointer: '/beneficiaries' },
    ])
    reflects(table, team, { beneficiaries: [{ beneficiaryId, addedValue: 5, nuisance: 2, note: 'Much calmer' }] })
    expect(reflectionOf(table.state, partyIdOf(table, team))?.beneficiaries).toHaveLength(1)
  })
})

describe('when there is to be reflected', () => {
  test('from the review day for the days that the table gives, on the clock', () => {
    const table = acting({ at: '2026-01-20T09:00:00.000Z' }) // reviewed on 21 March; summer time begins on the 29th
    expect(reflectBy(table.state, table.now)).toBeUndefined()
    goTo(table, only(table.state.round?.reviewOn))
    expect([table.now, reflectBy(table.state, table.now)]).toEqual(['2026-03-20T23:00:00.000Z', '2026-04-03T22:00:00.000Z'])
    expect(reflectBy(deliberating({}).state, table.now)).toBeUndefined()
  })

  test('or from when a party called it, with its reason', () => {
    const table = acting()
    expect(codes(() => reflects(table, school))).toEqual(['wrong-phase'])
    does(table, city.colleague, callReflection, { reason: 'It does not work' })
    expect(table.state.round?.reflectionCalled).toEqual({ at: table.now, partyId: partyIdOf(table, city), reason: 'It does not work' })
    expect(reflectBy(table.state, table.now)).toBe(later(table.now, 14))
    reflects(table, school)
  })
})

describe('closing the round', () => {
  test('when all have reflected, at once', () => {
    const table = reflecting()
    finish(table)
    expect(table.state.round).toMatchObject({ state: 'closed', closedAt: table.now, notReflected: [] })
  })

  test('not before the deadline while somebody has not: everybody who has not is named', () => {
    const table = reflecting()
    reflects(table, school)
    const deadline = only(reflectBy(table.state, table.now))
    table.now = new Date(Date.parse(deadline) - 1).toISOString()
    expect(reasons(() => does(table, school.representative, closeRound))).toEqual(
      [team, city].map(({ name }) => ({ code: 'party-not-reflected', params: { party: name, deadline } })),
    )
  })

  test('from the deadline on, naming who did not', () => {
    const table = reflecting()
    reflects(table, school)
    goTo(table, only(reflectBy(table.state, table.now)))
    const silent = [team, city].map((house) => partyIdOf(table, house))
    expect(notReflected(table.state)).toEqual(silent)
    does(table, school.colleague, closeRound)
    expect(table.state.round).toMatchObject({ state: 'closed', notReflected: silent })
  })
})

describe('what practice showed of a dissent', () => {
  const given = (...outcomes: ('confirmed' | 'refuted' | 'open')[]) =>
    outcomes.map((outcome) => judged('d', outcome) as unknown as Reflection)

  test.each([
    [['confirmed', 'confirmed'], 'confirmed'],
    [['refuted'], 'refuted'],
    [['open', 'open'], 'open'],
    [['confirmed', 'refuted'], 'open'],
    [['confirmed', 'open'], 'open'],
    [[], 'open'],
  ] as const)('%j together is %s', (outcomes, expected) => expect(dissentOutcome(given(...outcomes), 'd')).toBe(expected))

  test('judgements of another dissent do not count', () => expect(dissentOutcome(given('refuted'), 'other')).toBe('open'))
})

describe('the agenda of the next round', () => {
  test('has reflections, unanswered concerns, what became of dissents, recommendations and what to take along', () => {
    const { table, dissentId } = dissented()
    const said = brings(table, team.representative, { kind: 'concern', text: 'Who drives?' })
    const answered = dataOf(brings(table, team.representative, { kind: 'concern', text: 'Who pays?' }), 'contribution-made').id
    does(table, city.representative, answer, answered, { text: 'We do' })
    const gone = dataOf(brings(table, team.representative, { kind: 'concern', text: 'Never mind' }), 'contribution-made').id
    does(table, team.representative, withdrawContribution, gone, { reason: 'x' })
    for (const house of seatedHouses) reflects(table, house, judged(dissentId, 'refuted'))
    const given = only(reflectionOf(table.state, partyIdOf(table, school)))
    const more = {
      ...judged(dissentId, 'refuted'),
      recommendations: [{ level: 'policy' as const, text: 'Change the rule' }],
      nextRound: ['Ask the children'],
    }
    does(table, school.representative, amendReflection, given.id, reflectionBy(table, school, more))
    does(table, school.representative, closeRound)
    does(table, school.representative, openRound, { reason: 'Time to go on' })
    const agenda = only(table.state.round).agenda
    expect(agenda.map(({ kind, text, outcome }) => [kind, text, outcome])).toEqual([
      ['reflection', 'School learned that one contact person is enough.', undefined],
      ['reflection', 'Youth team learned that one contact person is enough.', undefined],
      ['reflection', 'City learned that one contact person is enough.', undefined],
      ['concern', 'Who drives?', undefined],
      ['dissent', 'The second stays empty', 'refuted'],
      ['recommendation', 'Change the rule', 'policy'],
      ['next-round', 'Ask the children', undefined],
    ])
    expect(agenda.map(({ id }) => id)).toContain(dataOf(said, 'contribution-made').id)
    expect(new Set(agenda.map(({ id }) => id)).size).toBe(agenda.length)
    expect(table.state.round).toMatchObject({ number: 2, openedBecause: 'Time to go on' })
  })

  test('is empty before anything was adopted, and when nobody reflected there is nothing to cite', () => {
    expect(nextAgenda(deliberating().state)).toEqual([])
    const table = reflecting()
    goTo(table, only(reflectBy(table.state, table.now)))
    does(table, school.representative, closeRound)
    does(table, school.representative, openRound, {})
    expect(table.state.round?.agenda).toEqual([])
    prepare(table, { buildsOn: [] })
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
  })

  test('the reflections themselves leave with the round', () => {
    expect(Object.keys(closed().state.reflections)).toHaveLength(3)
    expect(secondRound().state.reflections).toEqual({})
  })
})

describe('the pulse', () => {
  const pulses = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ pulse: { atmosphere: 1 + (i % 2), effectiveness: 5 } }) as Reflection)
  const rules = rulesOf(standardGroundRules)

  test('shows as averages, from five answers on: nobody’s own shows', () => {
    expect([0, 1, 4].map((n) => pulseOf(pulses(n), rules))).toEqual([{ answers: 0 }, { answers: 1 }, { answers: 4 }])
    expect(pulseOf(pulses(5), rules)).toEqual({ answers: 5, atmosphere: 1.4, effectiveness: 5 })
  })

  test('or from as many as the ground rules say', () => {
    const set = (pulseMinimum: number) => rulesOf(GroundRules.parse({ pulseMinimum }))
    expect(pulseOf(pulses(3), set(3))).toEqual({ answers: 3, atmosphere: 1.3, effectiveness: 5 })
    expect(pulseOf(pulses(5), set(6))).toEqual({ answers: 5 })
    expect(GroundRules.safeParse({ pulseMinimum: 2 }).success).toBe(false)
  })
})

test('a commitment that a later round added is judged in that round', () => {
  const table = secondRound()
  const id = offer(table, city)
  prepare(table)
  for (const house of seatedHouses) stands(table, house)
  adopts(table)
  goTo(table, only(table.state.round?.reviewOn))
  expect(reflectionBy(table, city).commitments).toMatchObject([{ commitmentId: id }])
  finish(table)
  expect(table.state.round).toMatchObject({ number: 2, state: 'closed' })
})

describe('what others see of a reflection', () => {
  test('its pulse, and what it gave the norms, are seen by its own party only', () => {
    const table = reflecting()
    reflects(table, school)
    const given = only(reflectionOf(table.state, partyIdOf(table, school)))
    expect(viewReflection(given, partyIdOf(table, school))).toEqual(given)
    const { pulse, norms, ...rest } = given
    expect(viewReflection(given, partyIdOf(table, team))).toEqual(rest)
    expect(ReflectionView.parse(rest)).toEqual(rest)
  })

  test('a dissent shows what practice showed, and how each party judged', () => {
    const { table, dissentId } = dissented()
    reflects(table, school, judged(dissentId, 'refuted'))
    reflects(table, team, judged(dissentId, 'confirmed'))
    const dissent = only(table.state.adopted?.dissents[0])
    const view = viewDissent(dissent, Object.values(table.state.reflections))
    expect(view).toEqual({
      ...dissent,
      outcome: 'open',
      judgements: [
        { partyId: partyIdOf(table, school), outcome: 'refuted', why: 'We saw' },
        { partyId: partyIdOf(table, team), outcome: 'confirmed', why: 'We saw' },
      ],
    })
    expect(DissentView.parse(view)).toEqual(view)
  })

  test('averages show once the round has closed: before that they would show the answer that came in', () => {
    const table = reflecting()
    const detail = () => {
      const view = viewRoundDetail(only(roundMatter(table.state, 1)), table.now)
      expect(RoundDetail.parse(view)).toEqual(view)
      return view
    }
    for (const house of seatedHouses) reflects(table, house)
    expect(detail()).toMatchObject({ state: 'reflecting', reflectBy: reflectBy(table.state, table.now), pulse: { answers: 3 } })
    does(table, school.representative, closeRound)
    expect(detail()).toMatchObject({ state: 'closed', pulse: { answers: 3 } })
    expect(detail()).not.toHaveProperty('reflectBy')
    const many = Array.from({ length: 5 }, () => only(Object.values(table.state.reflections)[0]))
    const matter = { ...only(roundMatter(table.state, 1)), reflections: many }
    expect(viewRoundDetail(matter, table.now).pulse).toEqual({ answers: 5, atmosphere: 4, effectiveness: 3 })
    const open = { ...matter, round: { ...matter.round, state: 'reflecting' as const } }
    expect(viewRoundDetail(open, table.now).pulse).toEqual({ answers: 5 })
    const scored = { ...matter, reflections: many.map((one) => ({ ...one, norms: { open: 4 } })) }
    expect(viewRoundDetail(scored, table.now).norms).toEqual([{ norm: 'open', answers: 5, average: 4 }])
    expect(viewRoundDetail({ ...scored, round: open.round }, table.now).norms).toEqual([])
  })

  test('a round that is going on has its matter: of its text while it is deliberated on, of its version after', () => {
    const table = adoptable()
    stands(table, city, { position: 'accept-with-dissent', dissent: { statement: 'x', expectation: 'y' } })
    const before = only(roundMatter(table.state, 1))
    expect(before).toMatchObject({ textDigest: digestOf(table), dissents: [{ statement: 'x' }] })
    adopts(table)
    expect(roundMatter(table.state, 1)).toMatchObject({ textDigest: before.textDigest, dissents: before.dissents, stances: before.stances })
    expect(roundMatter(table.state, 2)).toBeUndefined()
  })
})

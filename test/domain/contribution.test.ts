import { describe, expect, test } from 'vitest'
import { unmet } from '../../src/domain/adoption.ts'
import {
  acceptProposal,
  answer,
  Contribute,
  type ContributionKind,
  contributionKinds,
  isOurs,
  openOf,
  requireContribution,
  roundNumber,
  unansweredConcerns,
  withdrawContribution,
} from '../../src/domain/contribution.ts'
import {
  aTable,
  brings,
  city,
  codes,
  dataOf,
  deliberating,
  does,
  hears,
  inspectorate,
  only,
  parents,
  partyIdOf,
  reasons,
  school,
  secondRound,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const says = (table: Table, input: object, by = school.representative) => brings(table, by, input)
const bring = (table: Table, input: object, by = school.representative): string => dataOf(says(table, input, by), 'contribution-made').id
const propose = (table: Table, acting = [team], over: object = {}, by = school.representative): string =>
  bring(table, { kind: 'proposal', actingPartyIds: acting.map((house) => partyIdOf(table, house)), ...over }, by)
const found = (table: Table, id: string) => only(table.state.contributions[id])

describe('what can be brought in', () => {
  const minimal: Record<ContributionKind, object> = {
    'problem': { proposal: { text: 'So' } },
    'proposal': {},
    'concern': {},
    'dilemma': { horns: ['This', 'That'] },
    'resistance': {},
    'help-request': {},
    'appreciation': {},
  }
  const acting = (table: Table, kind: ContributionKind) => {
    const actingPartyIds = [partyIdOf(table, school)]
    return kind === 'proposal' ? { actingPartyIds } : kind === 'problem' ? { proposal: { text: 'So', actingPartyIds } } : minimal[kind]
  }

  test.each(contributionKinds)('%s, by whoever may speak', (kind) => {
    for (const by of [school.representative, school.colleague, parents.representative]) {
      const table = deliberating()
      const id = bring(table, { kind, ...acting(table, kind) }, by)
      expect(found(table, id)).toMatchObject({ kind, text: 'This', roundNumber: 1, personId: by.personId, at: table.now, answers: [] })
    }
  })

  test('a dilemma has at least two sides', () => {
    expect(Contribute.safeParse({ kind: 'dilemma', text: 'x', horns: ['one'] }).success).toBe(false)
    const table = deliberating()
    expect(found(table, bring(table, { kind: 'dilemma', horns: ['This', 'That'] }))).toMatchObject({ horns: ['This', 'That'] })
  })

  test.each(['dilemma', 'resistance', 'help-request', 'appreciation'] as const)(
    'a %s may be put to some parties, which are at the table',
    (kind) => {
      const table = deliberating()
      const toPartyIds = [partyIdOf(table, city)]
      expect(found(table, bring(table, { kind, ...minimal[kind], toPartyIds }))).toMatchObject({ kind, toPartyIds })
      expect(reasons(() => says(table, { kind, ...minimal[kind], toPartyIds: [...toPartyIds, uuid(404)] }))).toMatchObject([
        { code: 'not-a-party', pointer: '/toPartyIds/1' },
      ])
    },
  )

  test('a concern needs no proposal, and takes none', () => {
    expect(Contribute.safeParse({ kind: 'concern', text: 'x' }).success).toBe(true)
    expect(Contribute.safeParse({ kind: 'concern', text: 'x', proposal: { text: 'y', actingPartyIds: [uuid(1)] } }).success).toBe(false)
  })

  test('before the first round there is nothing to bring in: its number is 0', () => {
    expect(roundNumber(aTable().state)).toBe(0)
    expect(roundNumber(secondRound().state)).toBe(2)
  })
})

describe('a problem may be named, and is followed by a proposal (ground rule 2)', () => {
  test('both come in one act', () => {
    const table = deliberating()
    const [problem, proposal] = says(table, {
      kind: 'problem',
      proposal: { text: 'Two desks', actingPartyIds: [partyIdOf(table, school)] },
    })
    expect([problem, proposal]).toMatchObject([
      { data: { kind: 'problem', text: 'This' } },
      { data: { kind: 'proposal', text: 'Two desks', problemId: (problem as { data: { id: string } }).data.id, acceptedByPartyIds: [] } },
    ])
  })

  test('a proposal that is there already answers another problem as well', () => {
    const table = deliberating()
    const [first] = says(table, { kind: 'problem', proposal: { text: 'Two desks', actingPartyIds: [partyIdOf(table, school)] } })
    const proposalId = only(openOf(table.state, 'proposal')[0]).id
    const second = bring(table, { kind: 'problem', proposalId })
    expect(found(table, proposalId).problemId).toBe((first as { data: { id: string } }).data.id)
    expect(found(table, second).proposalId).toBe(proposalId)
    expect(unmet(table.state, table.now).filter(({ code }) => code === 'problem-without-proposal')).toEqual([])
  })

  test('a problem can come with a proposal of its own and name another as well: both are kept', () => {
    const table = deliberating()
    const proposalId = propose(table)
    const both = { kind: 'problem', proposalId, proposal: { text: 'So', actingPartyIds: [partyIdOf(table, team)] } }
    expect(found(table, bring(table, both)).proposalId).toBe(proposalId)
    expect(openOf(table.state, 'proposal')).toHaveLength(2)
    expect(reasons(() => says(table, { ...both, proposalId: uuid(99) }))).toMatchObject([{ pointer: '/proposalId' }])
  })

  test('a problem alone is refused', () => {
    expect(reasons(() => says(deliberating(), { kind: 'problem' }))).toEqual([
      { code: 'problem-needs-proposal', params: {}, pointer: '/proposal' },
    ])
  })

  test('a table that dropped the rule takes it', () => {
    const groundRules = {
      standard: [3, 5],
      additional: [],
      renewalGraceDays: 14,
      reflectionDays: 14,
      adoption: { kind: 'nobody-withholds' as const },
    }
    const table = deliberating({ groundRules })
    expect(found(table, bring(table, { kind: 'problem' })).kind).toBe('problem')
  })

  test('a proposal can answer an open problem of this round, and nothing else', () => {
    const table = deliberating()
    const problem = bring(table, { kind: 'problem', proposal: { text: 'So', actingPartyIds: [partyIdOf(table, school)] } })
    const concern = bring(table, { kind: 'concern' })
    expect(found(table, propose(table, [school], { problemId: problem })).problemId).toBe(problem)
    expect(reasons(() => propose(table, [school], { problemId: concern }))).toMatchObject([{ code: 'not-an-open', pointer: '/problemId' }])
    expect(reasons(() => propose(table, [school], { problemId: uuid(404) }))).toMatchObject([{ code: 'not-found', pointer: '/problemId' }])
    expect(reasons(() => says(table, { kind: 'problem', proposalId: concern }))).toMatchObject([
      { code: 'not-an-open', pointer: '/proposalId' },
    ])
    does(table, school.representative, withdrawContribution, problem, { reason: 'Solved' })
    expect(codes(() => propose(table, [school], { problemId: problem }))).toEqual(['not-an-open'])
  })

  test('what acts under a proposal is at the table (ground rule 1)', () => {
    const table = deliberating()
    const actingPartyIds = [partyIdOf(table, school), uuid(404)]
    expect(reasons(() => says(table, { kind: 'proposal', actingPartyIds }))).toMatchObject([{ pointer: '/actingPartyIds/1' }])
    expect(reasons(() => says(table, { kind: 'problem', proposal: { text: 'So', actingPartyIds } }))).toMatchObject([
      { code: 'not-a-party', pointer: '/proposal/actingPartyIds/1' },
    ])
  })
})

describe('a proposal is ours to do', () => {
  test('when its maker acts', () => {
    const table = deliberating()
    expect(isOurs(table.state, found(table, propose(table, [school, team])))).toBe(true)
  })

  test('or when all who would act have accepted it', () => {
    const table = deliberating()
    const id = propose(table, [team, city])
    const ours = () => isOurs(table.state, found(table, id))
    expect(ours()).toBe(false)
    does(table, team.representative, acceptProposal, id)
    expect(ours()).toBe(false)
    does(table, city.representative, acceptProposal, id)
    expect(ours()).toBe(true)
  })

  test('it is accepted under a mandate, once, by those whom it names, and only while it is open', () => {
    const table = deliberating()
    const id = propose(table, [team])
    expect(codes(() => does(table, team.colleague, acceptProposal, id))).toEqual(['mandate-missing'])
    expect(codes(() => does(table, city.representative, acceptProposal, id))).toEqual(['not-acting-party'])
    does(table, team.representative, acceptProposal, id)
    expect(codes(() => does(table, team.representative, acceptProposal, id))).toEqual(['already-done'])
    const other = propose(table, [team])
    does(table, school.representative, withdrawContribution, other, { reason: 'Better idea' })
    expect(codes(() => does(table, team.representative, acceptProposal, other))).toEqual(['not-an-open'])
    expect(codes(() => does(table, team.representative, acceptProposal, uuid(404)))).toEqual(['not-found'])
  })
})

describe('answering', () => {
  test('comes from another party, consulted ones included', () => {
    const table = deliberating()
    const id = bring(table, { kind: 'concern' })
    expect(codes(() => does(table, school.colleague, answer, id, { text: 'Never mind' }))).toEqual(['answer-own'])
    expect(codes(() => does(table, inspectorate.representative, answer, id, { text: 'Hm' }))).toEqual(['not-seated'])
    expect(unansweredConcerns(table.state)).toHaveLength(1)
    does(table, parents.representative, answer, id, { text: 'We drive' })
    expect(found(table, id).answers).toMatchObject([{ text: 'We drive', partyId: partyIdOf(table, parents), at: table.now }])
    expect(unansweredConcerns(table.state)).toEqual([])
  })

  test('is about something of this round', () => {
    const table = deliberating()
    expect(codes(() => does(table, team.representative, answer, uuid(404), { text: 'x' }))).toEqual(['not-found'])
    expect(codes(() => requireContribution(table.state, uuid(404)))).toEqual(['not-found'])
  })
})

describe('taking back', () => {
  test('leaves it on record as withdrawn, by its own party, once', () => {
    const table = deliberating()
    const id = bring(table, { kind: 'concern' })
    expect(codes(() => does(table, team.representative, withdrawContribution, id, { reason: 'x' }))).toEqual(['not-yours'])
    does(table, school.colleague, withdrawContribution, id, { reason: 'Solved' })
    expect(found(table, id).withdrawn).toEqual({ at: table.now, reason: 'Solved' })
    expect(openOf(table.state, 'concern')).toEqual([])
    expect(codes(() => does(table, school.colleague, withdrawContribution, id, { reason: 'x' }))).toEqual(['already-done'])
    expect(codes(() => does(table, school.colleague, withdrawContribution, uuid(404), { reason: 'x' }))).toEqual(['not-found'])
  })
})

test('the first concern closes the founding as the first hearing does, whichever way it comes in', () => {
  for (const close of [
    (table: Table) => void hears(table, team),
    (table: Table) => void hears(table, team, 'Who pays?'),
    (table: Table) => void bring(table, { kind: 'concern' }),
  ]) {
    const table = deliberating()
    bring(table, { kind: 'appreciation' })
    expect(table.state.foundingOpen).toBe(true)
    close(table)
    expect(table.state.foundingOpen).toBe(false)
    bring(table, { kind: 'appreciation' })
    expect(table.state.foundingOpen).toBe(false)
  }
})

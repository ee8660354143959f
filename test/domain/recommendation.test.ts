import { describe, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/actor.ts'
import { basedOnSeen } from '../../src/domain/lineage.ts'
import {
  evolve,
  FollowUpRecommendation,
  followUp,
  type Known,
  Recommend,
  type Recommendation,
  type RecommendationEvent,
  recommend,
  recommendationMachine,
  recommendationStatuses,
  viewRecommendation,
} from '../../src/domain/recommendation.ts'
import { recommendationLevels } from '../../src/domain/reflection.ts'
import { codes, countingIds, directory, frozen, monday, people, reasons, school, stranger, team, uuid } from '../support/agreement.ts'

const newId = countingIds()
const context = (actor: Actor) => ({ actor, now: monday, newId })
const recorded = { at: monday, by: { actorId: 'x' }, revision: 1 }
const reached = (state: Recommendation | undefined, events: readonly RecommendationEvent[]): Recommendation =>
  events.reduce<Recommendation | undefined>((next, event) => frozen(evolve(next, event, recorded)), state) ?? (undefined as never)

const seen = uuid(1, 72)
const known: Known = { members: directory, people, seen: new Map([[seen, 'It went well']]) }
const finding = (findingId: string) => ({ kind: 'finding', inquiryId: uuid(1, 71), findingId }) as const
const advice = { networkId: uuid(1, 70), level: 'tactical', text: 'One contact', why: 'It worked', addressee: { organisationId: team.id } }
const making = (over: object = {}) => recommend(Recommend.parse({ ...advice, ...over }), known, context(school.colleague))
const made = (over: object = {}) => reached(undefined, making(over))
const follows = (state: Recommendation, input: object, actor: Actor = team.colleague) =>
  reached(state, followUp(state, FollowUpRecommendation.parse(input), context(actor)))

describe('a recommendation', () => {
  test.each(recommendationLevels)('is made on the level %s, to a member of the network', (level) => {
    expect(viewRecommendation(made({ level }))).toMatchObject({
      level,
      status: 'open',
      addressee: { organisationId: team.id, name: team.name },
      organisationId: school.id,
      madeAt: monday,
    })
    expect(reasons(() => making({ level, addressee: { organisationId: uuid(9) } }))).toMatchObject([
      { code: 'not-a-member', pointer: '/addressee/organisationId' },
    ])
  })

  test('can name somebody of that organisation, and nobody of another', () => {
    const { addressee } = made({ addressee: { organisationId: team.id, personId: team.grantor.personId } })
    expect(addressee.personId).toBe(team.grantor.personId)
    expect(reasons(() => making({ addressee: { organisationId: team.id, personId: school.grantor.personId } }))).toMatchObject([
      { code: 'not-found', pointer: '/addressee/personId' },
    ])
  })

  test('is based on what its maker may read; every one that they may not is named', () => {
    expect(made({ basedOn: [finding(seen)] }).basedOn).toEqual([finding(seen)])
    expect(reasons(() => making({ basedOn: [finding(uuid(2)), finding(seen), finding(uuid(3))] }))).toEqual([
      { code: 'not-found', params: { what: 'finding' }, pointer: '/basedOn/0' },
      { code: 'not-found', params: { what: 'finding' }, pointer: '/basedOn/2' },
    ])
  })

  test('shows what it was based on in its lineage alone, and there only to who may read it', () => {
    const state = made({ basedOn: [finding(seen)] })
    expect(viewRecommendation(state)).not.toHaveProperty('basedOn')
    expect(basedOnSeen(state.basedOn, known.seen)).toEqual([{ source: finding(seen), text: 'It went well' }])
    expect(basedOnSeen(state.basedOn, new Map())).toEqual([])
  })

  test('is followed up by any person of its addressee, and by nobody else', () => {
    expect(follows(made(), { status: 'taken-up', note: 'In January' })).toMatchObject({
      status: 'taken-up',
      followUps: [{ status: 'taken-up', note: 'In January', personId: team.colleague.personId, at: monday }],
    })
    for (const actor of [school.colleague, stranger.colleague])
      expect(codes(() => follows(made(), { status: 'done' }, actor))).toEqual(['not-yours'])
    expect(codes(() => follows(made(), { status: 'done' }, team.application))).toEqual(['person-required'])
  })

  test('that is declined says why', () => {
    expect(reasons(() => follows(made(), { status: 'declined' }))).toMatchObject([{ code: 'reason-required', pointer: '/note' }])
    expect(follows(made(), { status: 'declined', note: 'Not ours' }).status).toBe('declined')
  })

  test('moves as its table says, and so ends', () => {
    for (const status of recommendationStatuses)
      for (const next of ['taken-up', 'declined', 'done'] as const) {
        const act = () => follows({ ...made(), status }, { status: next, note: 'So' })
        if (Object.values(recommendationMachine[status]).includes(next as never)) expect(act().status).toBe(next)
        else expect(codes(act)).toEqual(['wrong-state'])
      }
  })

  test('begins with being made, and shrugs at what is not invented yet', () => {
    expect(() => evolve(undefined, { type: 'not-invented-yet', data: {} } as never, recorded)).toThrow('recommendation-made')
    expect(evolve(made(), { type: 'not-invented-yet', data: {} } as never, recorded)).toMatchObject({ status: 'open' })
  })
})

import { describe, expect, test } from 'vitest'
import { lastDay } from '../../src/domain/adoption.ts'
import { CreateAgreement, createAgreement } from '../../src/domain/agreement.ts'
import { AgreementText, elements } from '../../src/domain/agreement-text.ts'
import type { Organisation } from '../../src/domain/organisation.ts'
import { evolve } from '../../src/domain/organisation.ts'
import { MakeTemplate, makeTemplate, startFrom, Template, type TemplateEvent, withdrawTemplate } from '../../src/domain/template.ts'
import { builtIn } from '../../src/domain/template-built-in.ts'
import { addMonths } from '../../src/domain/time.ts'
import {
  acting,
  codes,
  contextOf,
  countingIds,
  dataOf,
  directory,
  monday,
  only,
  operator,
  reasons,
  school,
  team,
} from '../support/agreement.ts'

const context = (actor = school.representative) => contextOf({ now: monday, newId: countingIds() }, actor)
const terms = (over: object = {}) =>
  MakeTemplate.parse({ agreementId: school.id, name: 'The first week', reviewAfterMonths: 2, months: 4, ...over })

const registered = (): Organisation =>
  evolve(
    undefined,
    { type: 'organisation-registered', data: { id: school.id, name: school.name, formal: true, identifiers: [] } },
    { at: monday, by: { actorId: 'operator' }, revision: 1 },
  )
const then = (state: Organisation, events: readonly TemplateEvent[]): Organisation =>
  events.reduce((now, event) => evolve(now, event, { at: monday, by: { actorId: 'x' }, revision: 2 }), state)

describe('the templates that everybody has', () => {
  test.each(builtIn.map((template) => [template.kind, template] as const))(
    'one for a %s, with every written element as a question',
    (kind, template) => {
      expect(Template.parse(template)).toEqual(template)
      const text = AgreementText.parse({ title: 'x', ...startFrom(template, '2026-01-05') })
      const content = { ...text, participants: [], roles: [], commitments: [] }
      const empty = Object.entries(elements).flatMap(([name, filled]) => (filled(content) ? [] : [name]))
      // Who takes part, in which roles, is of the table.
      expect(empty).toEqual(['participants', 'roles'])
      const { validFrom, reviewOn, validUntil } = only(text.validity)
      expect([validFrom < reviewOn, reviewOn <= validUntil, validUntil <= lastDay(kind, validFrom)]).toEqual([true, true, true])
    },
  )
})

describe('a template of an organisation', () => {
  test('has what is not of one table, and what a version holds for', () => {
    const { kind, text } = acting().state
    const [event] = makeTemplate(registered(), terms(), { kind, text }, context())
    const template = only(Object.values(then(registered(), [only(event)]).templates)[0])
    expect(Template.parse(template)).toMatchObject({ kind, organisationId: school.id, months: 4, madeAt: monday })
    for (const left of ['title', 'decisions', 'legalBasis', 'attachments', 'buildsOn', 'validity'])
      expect(template.text).not.toHaveProperty(left)
    expect(template.text).toMatchObject({ inScope: text.inScope, mandate: text.mandate, groundRules: text.groundRules })
  })

  test.each([
    [{ months: 13 }, 'two', ['period-too-long']],
    [{ months: 60 }, 'covenant', []],
    [{ months: 3, reviewAfterMonths: 4 }, 'two', ['review-after-end']],
    [{ months: 13, reviewAfterMonths: 14 }, 'two', ['period-too-long', 'review-after-end']],
  ] as const)('stays within what a version may hold: %o for a %s', (over, kind, expected) => {
    const make = () => makeTemplate(registered(), terms(over), { kind, text: acting().state.text }, context())
    expect(expected.length === 0 ? make().length : reasons(make).map(({ code }) => code)).toEqual(expected.length === 0 ? 1 : expected)
  })

  test('is one of twenty at most; one that was withdrawn makes room, and is withdrawn once', () => {
    const { kind, text } = acting().state
    const newId = countingIds()
    const here = { ...context(), newId }
    let state = registered()
    for (let nth = 0; nth < 20; nth += 1) state = then(state, makeTemplate(state, terms(), { kind, text }, here))
    expect(codes(() => makeTemplate(state, terms(), { kind, text }, here))).toEqual(['full'])
    const [first = ''] = Object.keys(state.templates)
    state = then(state, withdrawTemplate(state, first, here))
    expect(codes(() => withdrawTemplate(state, first, here))).toEqual(['not-found'])
    state = then(state, makeTemplate(state, terms(), { kind, text }, here))
    expect([Object.keys(state.templates).length, first in state.templates]).toEqual([20, false])
  })

  test('is made by a person', () => {
    const { kind, text } = acting().state
    for (const actor of [school.application, operator])
      expect(
        codes(() => makeTemplate(registered(), terms(), { kind, text }, contextOf({ now: monday, newId: countingIds() }, actor))),
      ).toEqual(['person-required'])
  })
})

describe('an agreement that is started from a template', () => {
  const [two, covenant] = [only(builtIn[0]), only(builtIn[1])]
  const start = (over: object, template = two) =>
    createAgreement(
      CreateAgreement.parse({ kind: template.kind, title: 'Ours', parties: [{ organisationId: team.id, involvement: 'seated' }], ...over }),
      directory,
      context(),
      template,
    )

  test('has its text, its ground rules and a period, under its own title', () => {
    const { text, rules } = dataOf(start({}, covenant), 'agreement-created')
    expect(text).toMatchObject({ title: 'Ours', purpose: covenant.text.purpose, routing: covenant.text.routing })
    expect(text.validity).toMatchObject({ validFrom: addMonths('2026-01-05', 1), reviewOn: '2027-02-05', validUntil: '2029-02-04' })
    expect(rules).toMatchObject({ objectionDays: 30, noticeDays: 90 })
  })

  test('has what was said beside it instead', () => {
    const groundRules = { standard: [1, 2, 3, 4, 5, 6, 7], renewalGraceDays: 21 }
    const { text, rules } = dataOf(start({ purpose: 'Our own goal', groundRules }), 'agreement-created')
    expect([text.purpose, rules.renewalGraceDays, text.groundRules?.renewalGraceDays]).toEqual(['Our own goal', 21, 21])
  })

  test('is of its kind', () => {
    expect(reasons(() => start({ kind: 'covenant' }))).toMatchObject([{ code: 'template-of-other-kind', pointer: '/templateId' }])
  })
})

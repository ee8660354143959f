import { describe, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/actor.ts'
import { adopt } from '../../src/domain/adoption.ts'
import {
  type Agreement,
  addParty,
  callImpasse,
  changeAgreement,
  endAgreement,
  leaveImpasse,
  leaveTable,
  openRound,
} from '../../src/domain/agreement.ts'
import { changeFounding, editText, standardGroundRules } from '../../src/domain/agreement-text.ts'
import type { Annex } from '../../src/domain/annex.ts'
import { consentToAnnex, objectToAnnex, proposeAccession, proposeExpulsion } from '../../src/domain/annex-acts.ts'
import { answerCommitment, offerCommitment, reportProgress } from '../../src/domain/commitment.ts'
import { acceptProposal, contribute } from '../../src/domain/contribution.ts'
import type { Context } from '../../src/domain/event.ts'
import { allowedActions, bind, guard, requirePerson } from '../../src/domain/guard.ts'
import { stateHearing } from '../../src/domain/hearing.ts'
import { linkAgreement } from '../../src/domain/link.ts'
import { type MandateStatus, mandateStatus, mandateStatuses, withLeavers } from '../../src/domain/mandate.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import { planMeeting, takeAttendance } from '../../src/domain/meeting/meeting.ts'
import { givePulse } from '../../src/domain/meeting/pulse.ts'
import { sendMessage } from '../../src/domain/message.ts'
import { partyOf } from '../../src/domain/party.ts'
import { callReflection, closeRound, reflect } from '../../src/domain/reflection.ts'
import { createRole } from '../../src/domain/role.ts'
import { type Phase, phaseAt, phases, type Standing, type TableAction, tableActions } from '../../src/domain/round.ts'
import { stateDissent, takeStance } from '../../src/domain/stance.ts'
import { offerTransfer } from '../../src/domain/transfer.ts'
import {
  acting,
  addRole,
  adoptable,
  aTable,
  closed,
  codes,
  contextOf,
  digestOf,
  directory,
  does,
  ends,
  fork,
  goTo,
  grant,
  inspectorate,
  mandateIdOf,
  meets,
  only,
  operator,
  parents,
  partyIdOf,
  people,
  reasons,
  reflecting,
  reflectionBy,
  school,
  stranger,
  type Table,
  team,
  uuid,
  wholeText,
} from '../support/agreement.ts'

/** A table in each phase. */
const tables: Record<Phase, Table> = {
  draft: aTable(),
  deliberating: adoptable(),
  impasse: (() => {
    const table = adoptable()
    does(table, school.representative, callImpasse, { reason: 'Stuck' })
    return table
  })(),
  acting: acting(),
  reflecting: reflecting(),
  closed: closed(),
  ended: (() => {
    const table = acting()
    ends(table)
    return table
  })(),
}

/** Who comes to the table, and the standings that they have there. */
const comers: { who: string; actor: Actor; standings: Standing[] }[] = [
  { who: 'a seated party’s representative', actor: school.representative, standings: ['speak', 'seat', 'bind', 'pledge', 'part'] },
  { who: 'somebody of a seated party without a mandate', actor: school.colleague, standings: ['speak', 'seat'] },
  { who: 'somebody of a consulted party', actor: parents.representative, standings: ['speak', 'part'] },
  { who: 'somebody of an informed party', actor: inspectorate.representative, standings: ['part'] },
]

/** Of an organisation without a place. */
const invited: Annex = {
  id: uuid(1),
  kind: 'accession',
  partyId: uuid(2),
  organisationId: stranger.id,
  name: stranger.name,
  version: 1,
  byPartyId: uuid(3),
  reason: 'x',
  proposedAt: aTable().now,
  consentedPartyIds: [],
  windowEndsAt: aTable().now,
  state: 'proposed',
  revision: 1,
}

/** How each action is done, by whoever comes. */
const acts: Record<TableAction, (state: Agreement, context: Context, table: Table) => unknown> = {
  'edit-text': (state, context, table) => editText(state, wholeText(table), context),
  'change-founding': (state, context) => changeFounding(state, standardGroundRules, context),
  'set-visibility': (state, context) => changeAgreement(state, { visibility: 'public' }, context),
  'add-party': (state, context) =>
    addParty(state, { organisationId: stranger.id, involvement: 'seated', formal: true }, directory, context),
  'leave': (state, context, table) =>
    leaveTable(state, partyOf(table.state, requirePerson(context.actor).organisationId)?.id ?? uuid(1), { reason: 'x' }, context),
  'open-round': (state, context) => openRound(state, {}, context),
  'contribute': (state, context) => contribute(state, { kind: 'appreciation', text: 'Thank you' }, context),
  'state-hearing': (state, context) => stateHearing(state, { concerns: [] }, context),
  'accept-proposal': (state, context) => acceptProposal(state, uuid(1), context),
  'state-dissent': (state, context) => stateDissent(state, { statement: 'x', expectation: 'y' }, context),
  'take-stance': (state, context, table) => takeStance(state, { position: 'accept', textDigest: digestOf(table) }, context),
  'offer-commitment': (state, context, table) =>
    offerCommitment(
      state,
      { what: 'x', ownerPartyId: partyIdOf(table, team), roleId: uuid(1), subject: 'x', demands: [], ongoing: true },
      context,
    ),
  'answer-commitment': (state, context) => answerCommitment(state, uuid(1), { decision: 'accepted' }, undefined, context),
  'report-progress': (state, context) => reportProgress(state, uuid(1), { state: 'done' }, context),
  'adopt': (state, context, table) => adopt(state, { textDigest: digestOf(table) }, context),
  'call-impasse': (state, context) => callImpasse(state, { reason: 'x' }, context),
  'leave-impasse': (state, context) => leaveImpasse(state, uuid(1), { exit: 'mediate', note: 'x' }, context),
  'plan-meeting': (state, context) => planMeeting(state, { title: 'x', startsAt: context.now, agenda: [] }, context),
  'send-message': (state, context) => sendMessage(state, { toPartyIds: [uuid(1)], parts: [] }, context),
  'give-pulse': (state, context) => givePulse(state, uuid(1), { atmosphere: 4, effectiveness: 4 }, context),
  'hold-meeting': (state, context) => takeAttendance(state, uuid(1), { attendees: [] }, people, context),
  'shape-role': (state, context) => createRole(state, { name: 'x', purpose: 'x', tasks: [] }, context),
  'transfer-tasks': (state, context) =>
    offerTransfer(state, uuid(1), { taskIds: [], toPersonId: uuid(1), note: 'x', openPoints: [] }, undefined, context),
  'call-reflection': (state, context) => callReflection(state, { reason: 'x' }, context),
  'reflect': (state, context) => reflect(state, reflectionBy(tables.reflecting, school), context),
  'close-round': (state, context) => closeRound(state, context),
  'propose-accession': (state, context) => proposeAccession(state, { organisationId: stranger.id, reason: 'x' }, directory, context),
  'propose-expulsion': (state, context) => proposeExpulsion(state, uuid(1), { reason: 'x' }, context),
  'consent-to-annex': (state, context) => consentToAnnex(state, uuid(1), {}, context),
  'let-in': (state, context) => consentToAnnex({ ...state, annexes: { [uuid(1)]: invited } }, uuid(1), {}, context),
  'object-to-annex': (state, context) => objectToAnnex(state, uuid(1), { reason: 'x' }, context),
  'link': (state, context) =>
    linkAgreement(state, { kind: 'amends', agreementId: uuid(1), reason: 'x' }, { sits: true, back: [] }, context),
  'end': (state, context) => endAgreement(state, { reason: 'x' }, context),
}

const standingWords: Record<Standing, string> = {
  speak: 'who may speak: seated and consulted parties',
  seat: 'seated parties, also without a mandate',
  part: 'every party: a seated one under its mandate',
  bind: 'seated parties under an effective mandate',
  pledge: 'every party under an effective mandate',
}
const rules = Object.entries(tableActions).map(([action, rule]) => ({
  action: action as TableAction,
  phases: rule.in as readonly Phase[],
  standing: rule.standing,
}))
const manual = rules.map((rule) => [rule.action, standingWords[rule.standing], rule.phases.join(', '), rule] as const)

/** What the door of an action says to somebody: the first code when it is one of the guard's, and nothing when they come through. */
function door(action: TableAction, phase: Phase, actor: Actor): string | undefined {
  const table = tables[phase]
  try {
    acts[action](table.state, contextOf(table, actor), table)
    return undefined
  } catch {
    const [first = ''] = codes(() => acts[action](table.state, contextOf(table, actor), table))
    return ['wrong-phase', 'not-seated', 'person-required'].includes(first) || first.startsWith('mandate-') ? first : undefined
  }
}

describe('the tables of these tests', () => {
  test.each(phases)('one is in the phase %s', (phase) => expect(phaseAt(tables[phase].state, tables[phase].now)).toBe(phase))
})

describe('who may do what, and when', () => {
  test.each(manual)('`%s` is for %s; in: %s', (action, _whom, _when, { phases: allowed, standing }) => {
    for (const phase of phases)
      for (const { who, actor, standings } of comers) {
        const said = door(action, phase, actor)
        if (!allowed.includes(phase)) expect(said, `${who} when ${phase}`).toBe('wrong-phase')
        else if (standings.includes(standing)) expect(said, `${who} when ${phase}`).toBeUndefined()
        else
          expect(said, `${who} when ${phase}`).toBe(standings.includes('seat') || standing === 'pledge' ? 'mandate-missing' : 'not-seated')
      }
  })

  test.each(manual)('`%s` is refused to whoever has no party here, and to everybody who is no person', (action) => {
    for (const phase of phases) {
      const { state, now, newId } = tables[phase]
      for (const actor of [stranger.representative, stranger.application, operator])
        expect(codes(() => guard(state, action, { actor, now, newId }))).toEqual(['not-found'])
      expect(codes(() => guard(state, action, { actor: school.application, now, newId }))).toEqual(['person-required'])
    }
  })

  test.each(phases)('the buttons shown are the actions that are possible: %s', (phase) => {
    const { state, now, newId } = tables[phase]
    for (const { who, actor } of comers) {
      const shown = allowedActions(state, actor, now)
      const possible = rules
        .map(({ action }) => action)
        .filter((action) => {
          try {
            guard(state, action, { actor, now, newId })
            return true
          } catch {
            return false
          }
        })
      expect(shown, who).toEqual(possible)
    }
    for (const actor of [stranger.representative, school.application, operator]) expect(allowedActions(state, actor, now)).toEqual([])
  })

  test('the refusal of a phase names the phases in which it is possible', () => {
    const { state, now, newId } = tables.draft
    expect(reasons(() => guard(state, 'take-stance', { actor: school.representative, now, newId }))).toEqual([
      { code: 'wrong-phase', params: { action: 'take-stance', phase: 'draft', phases: 'deliberating' } },
    ])
  })
})

/** A table where the school’s representative has a mandate in each of the statuses. */
const standings: Record<MandateStatus, () => Table> = {
  'effective': () => adoptable(),
  'not-yet-effective': () => {
    const table = adoptable()
    does(table, school.grantor, withdrawMandate, mandateIdOf(table, school.representative), { reason: 'Anew' })
    grant(table, school, { validFrom: '2026-02-01' })
    return table
  },
  'renewal-due': () => {
    const table = adoptable()
    meets(table, school.representative)
    return table
  },
  'lapsed': () => {
    const table = adoptable()
    meets(table, school.representative)
    goTo(table, '2026-01-20')
    return table
  },
  'expired': () => {
    const table = adoptable()
    does(table, school.grantor, withdrawMandate, mandateIdOf(table, school.representative), { reason: 'Anew' })
    grant(table, school, { validUntil: '2026-01-06' })
    goTo(table, '2026-01-07')
    return table
  },
  'withdrawn': () => {
    const table = adoptable()
    does(table, school.grantor, withdrawMandate, mandateIdOf(table, school.representative), { reason: 'Anew' })
    return table
  },
  'suspended': () => {
    const table = adoptable()
    const own = mandateIdOf(table, school.representative)
    const source = grant(table, school, { holderId: school.colleague.personId })
    grant(table, school, { sourceId: source, validUntil: '2026-12-31' }, school.colleague)
    for (const id of [own, source]) does(table, school.grantor, withdrawMandate, id, { reason: 'Anew' })
    return table
  },
  'holder-left': () => {
    const table = adoptable()
    return { ...table, state: withLeavers(table.state, { [school.representative.personId]: table.now }) }
  },
}

describe('what a mandate is worth decides what its holder may do', () => {
  test.each(mandateStatuses)('a mandate that is %s', (status) => {
    const table = standings[status]()
    const mine = Object.values(table.state.mandates).filter((mandate) => mandate.holderId === school.representative.personId)
    expect(mine.map((mandate) => mandateStatus(mandate, table.now, table.state.mandates))).toContain(status)
    const refused = status === 'effective' ? [] : [`mandate-${status}`]
    for (const { action, standing, phases } of rules) {
      if (!phases.includes('deliberating')) continue
      let found: string[] = []
      const context = contextOf(table, school.representative)
      try {
        guard(table.state, action, context)
      } catch {
        found = codes(() => guard(table.state, action, context))
      }
      expect(found, action).toEqual(['bind', 'pledge', 'part'].includes(standing) ? refused : [])
    }
  })

  test('while renewal is due, the refusal says by when, and after which meeting', () => {
    const table = standings['renewal-due']()
    const meetingId = only(Object.keys(table.state.meetings)[0])
    expect(reasons(() => bind(table.state, 'adopt', contextOf(table, school.representative)))).toEqual([
      { code: 'mandate-renewal-due', params: { renewBy: '2026-01-19T09:00:00.000Z', meeting: meetingId } },
    ])
  })

  test('with several mandates, one that is effective is enough', () => {
    const table = standings.withdrawn()
    const id = grant(table, school)
    expect(bind(table.state, 'adopt', contextOf(table, school.representative)).mandate.id).toBe(id)
  })

  test('every act says for which party and under which mandate; speaking without one says so too', () => {
    const table = fork(tables.deliberating)
    expect(guard(table.state, 'contribute', contextOf(table, school.representative))).toEqual({
      person: school.representative,
      party: table.state.parties[partyIdOf(table, school)],
      mandate: table.state.mandates[mandateIdOf(table, school.representative)],
    })
    expect(guard(table.state, 'contribute', contextOf(table, school.colleague))).not.toHaveProperty('mandate')
  })
})

test('only a person speaks for an organisation', () => {
  expect(requirePerson(school.representative)).toBe(school.representative)
  for (const actor of [school.application, operator]) expect(codes(() => requirePerson(actor))).toEqual(['person-required'])
})

test('a role made at the table of another test does not show here', () => {
  const one = fork(tables.draft)
  addRole(one)
  expect(Object.keys(tables.draft.state.roles)).toEqual([])
})

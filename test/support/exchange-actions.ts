import { closeExchangeRound } from '../../src/actions/exchange/closing.ts'
import { enrol, withdrawEnrolment } from '../../src/actions/exchange/enrolment.ts'
import { makeMatching } from '../../src/actions/exchange/matching.ts'
import { makePlacements, preparePlacement, reflectOnPlacement, settlePlacement } from '../../src/actions/exchange/placement.ts'
import {
  addExchangeRound,
  cancelExchangeRound,
  changeExchangeRound,
  changeProgramme,
  foundProgramme,
  type ProgrammeChange,
} from '../../src/actions/exchange/programme.ts'
import { CloseExchangeRound } from '../../src/domain/exchange/closing.ts'
import { Enrol } from '../../src/domain/exchange/enrolment.ts'
import { FoundProgramme, type Programme } from '../../src/domain/exchange/programme.ts'
import { ReflectOnPlacement } from '../../src/domain/exchange/reflection.ts'
import type { PlanExchangeRound } from '../../src/domain/exchange/round.ts'
import { addDays, type Instant, later } from '../../src/domain/time.ts'
import { listProgrammes } from '../../src/store/exchange/programme.ts'
import { head, programmeStream } from '../../src/store/ledger.ts'
import { only } from './agreement.ts'
import { asActor } from './database.ts'
import type { House, Person, Registry } from './registry.ts'

/** A round that begins today: once its deadline is moved to now, everything in it can happen on the same day. */
export const roundOf = (registry: Registry, enrolBeforeAt: Instant = later(registry.now(), 1)): PlanExchangeRound => {
  const today = registry.today()
  return {
    name: 'A day along',
    enrolBeforeAt,
    week: { from: addDays(today, 1), until: addDays(today, 2) },
    reverseWeek: { from: addDays(today, 3), until: addDays(today, 4) },
    closingMeetingOn: addDays(today, 5),
  }
}

export const about = { title: 'A day along', purpose: 'See each other’s work', checklist: ['A desk'] }
const says = {
  themes: [{ theme: 'welcome', text: 'Coffee was ready', score: 5 }],
  boundaryPoints: [{ point: 'renewal', text: 'Call first' }],
}

/** The ids of a programme in which everything happened, of what came of its first round, and of what is going on in its second. */
export type Exchanged = { programmeId: string; outcomeId: string; enrolmentId: string; placementId: string }

/**
 * A programme of two houses in which everything happens: a first round to its closing meeting, and a second in which placements were made.
 * Two days later than it began; the placement is one of which the leading house is host.
 */
export async function everyExchange(registry: Registry, networkId: string, lead: House, other: House): Promise<Exchanged> {
  const { deps } = registry
  const [l, o] = [lead.representative.actor, other.representative.actor]
  const rounds = [roundOf(registry)]
  const { id } = await foundProgramme(deps, l, FoundProgramme.parse({ networkId, ...about, rounds }))
  const at = { id }
  await changeProgramme(deps, l, at, { ...about, title: 'Two days along' })
  const enrols = (who: Person, roundNumber: number, over: object = {}) =>
    enrol(deps, who.actor, at, Enrol.parse({ roundNumber, personId: who.actor.personId, ...over }))
  const paired = async (roundNumber: number): Promise<Programme> => {
    await enrols(lead.representative, roundNumber, { wishes: [other.id], offers: 'A day at school' })
    await enrols(other.representative, roundNumber)
    await changeExchangeRound(deps, l, at, roundNumber, roundOf(registry, registry.now()))
    await makeMatching(deps, l, at, { roundNumber })
    return (await makePlacements(deps, l, at, { roundNumber })).state
  }
  const regretted = await enrols(lead.grantor, 1, { notWith: [other.id] })
  const mine = only(Object.values(regretted.state.enrolments)[0])
  await withdrawEnrolment(deps, lead.grantor.actor, at, mine.id)
  const { placements } = await paired(1)
  const visit = only(Object.values(placements).find(({ guest }) => guest.organisationId === other.id))
  await preparePlacement(deps, l, at, visit.id, { on: visit.week.from, items: [{ text: 'A desk', done: true }] })
  registry.pass(4)
  await settlePlacement(deps, o, at, visit.id, { outcome: 'held', heldOn: registry.today() })
  await settlePlacement(deps, l, at, visit.reverseId, { outcome: 'cancelled', reason: 'Ill' })
  const followUp = { withPersonId: l.personId, on: registry.today() }
  const said = await reflectOnPlacement(deps, o, at, visit.id, ReflectOnPlacement.parse({ ...says, insights: ['Call first'], followUp }))
  const insightIds = only(said.state.reflected).insights.map((insight) => insight.id)
  const outcomes = [{ text: 'One number to call', insightIds }]
  const closed = await closeExchangeRound(deps, l, at, CloseExchangeRound.parse({ roundNumber: 1, heldOn: registry.today(), outcomes }))
  for (const _ of [2, 3]) await addExchangeRound(deps, l, at, roundOf(registry))
  await cancelExchangeRound(deps, l, at, 3, { reason: 'Nobody enrolled' })
  const { placements: next, enrolments } = await paired(2)
  const hosted = only(Object.values(next).find(({ host, roundNumber }) => host.organisationId === lead.id && roundNumber === 2))
  const enrolled = only(Object.values(enrolments).find(({ organisationId }) => organisationId === lead.id))
  return { programmeId: id, outcomeId: only(closed.state.closing?.outcomes[0]).id, enrolmentId: enrolled.id, placementId: hosted.id }
}

/** A step at random in the last programme of somebody's network, or a new one where there is none. */
export async function stepInExchange(registry: Registry, { actor }: Person, networkId: string, pick: number): Promise<ProgrammeChange> {
  const { deps } = registry
  const { database } = deps
  const found = await asActor(database, actor, () => listProgrammes(database, actor, { networkId, limit: 100 }))
  const id = found.at(-1)?.id
  const rounds = [roundOf(registry)]
  if (id === undefined) return foundProgramme(deps, actor, FoundProgramme.parse({ networkId, ...about, rounds }))
  const at = { id }
  const { state } = only(await asActor(database, actor, () => head(database, programmeStream, id)))
  // Mostly in the last round: a new one where that is over.
  if (state.rounds.at(-1)?.closedAt) return addExchangeRound(deps, actor, at, only(rounds[0]))
  const roundNumber = pick % 3 === 0 ? 1 + (pick % state.rounds.length) : state.rounds.length
  const any = <T>(items: Readonly<Record<string, T>>): T | undefined => Object.values(items)[pick % Math.max(1, Object.keys(items).length)]
  const visit = any(state.placements)?.id ?? id
  const followUp = { withPersonId: actor.personId, on: registry.today() }
  const acts = [
    () => enrol(deps, actor, at, Enrol.parse({ roundNumber, personId: actor.personId })),
    () =>
      enrol(
        deps,
        actor,
        at,
        Enrol.parse({ roundNumber, personId: actor.personId, notWith: [any(state.enrolments)?.organisationId ?? id] }),
      ),
    () => withdrawEnrolment(deps, actor, at, any(state.enrolments)?.id ?? id),
    () => changeExchangeRound(deps, actor, at, roundNumber, roundOf(registry, registry.now())),
    () => addExchangeRound(deps, actor, at, only(rounds[0])),
    () => cancelExchangeRound(deps, actor, at, roundNumber, { reason: 'Nobody enrolled' }),
    () => makeMatching(deps, actor, at, { roundNumber }),
    () => makePlacements(deps, actor, at, { roundNumber }),
    () => preparePlacement(deps, actor, at, visit, { items: [{ text: 'A desk', done: pick % 2 === 0 }], contactId: actor.personId }),
    () => settlePlacement(deps, actor, at, visit, { outcome: 'held', heldOn: registry.today() }),
    () => settlePlacement(deps, actor, at, visit, { outcome: 'cancelled', reason: 'Ill' }),
    () => reflectOnPlacement(deps, actor, at, visit, ReflectOnPlacement.parse({ ...says, followUp })),
    () => closeExchangeRound(deps, actor, at, CloseExchangeRound.parse({ roundNumber, heldOn: registry.today(), outcomes: [] })),
  ]
  return only(acts[pick % acts.length])()
}

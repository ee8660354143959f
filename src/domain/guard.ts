import type { Actor, PersonActor } from './actor.ts'
import type { Context } from './event.ts'
import { type Ask, effectiveMandates, gaps, type HasMandates, type Mandate, mandateStatus, mandatesOf, whyNotEffective } from './mandate.ts'
import { type Party, partyOf, partyOfActor } from './party.ts'
import { type Reason, Refused, refuse } from './refusal.ts'
import { type HasRound, isDoneIn, phaseAt, type Standing, type TableAction, tableActions } from './round.ts'
import type { Instant } from './time.ts'

/** Who acts at the table: a person, for a party, and the mandate that they hold for it, if any. */
export type Seat = { person: PersonActor; party: Party; mandate?: Mandate }

type Table = HasRound & HasMandates

/** The person who acts; an application or an operator never speaks for an organisation. */
export function requirePerson(actor: Actor): PersonActor {
  return actor.kind === 'person' ? actor : refuse('person-required')
}

/**
 * Whether this actor may do this now, and as whom. Refuses with `not-found` for those who are not at the table, `wrong-phase` when
 * the round is elsewhere, `not-seated` or a `mandate-…` code when the standing lacks (docs/domain.md#standing).
 */
export function guard(state: Table, action: TableAction, { actor, now }: Context): Seat {
  const party = partyOfActor(state, actor)
  const person = requirePerson(actor)
  const rule = tableActions[action]
  const phase = phaseAt(state, now)
  if (!isDoneIn(action, phase)) refuse('wrong-phase', { action, phase, phases: rule.in.join(', ') })
  const held = mandatesOf(state, party.id, person.personId, now)
  const lacking = lacks(rule.standing, party, held, state, now)
  if (lacking) throw new Refused([lacking])
  return { person, party, ...(held[0] && { mandate: held[0] }) }
}

/** Acts with standing `bind` always have a mandate; this says so to the compiler. */
export function bind(state: Table, action: TableAction, context: Context): Required<Seat> {
  const { mandate, ...seat } = guard(state, action, context)
  return mandate ? { ...seat, mandate } : refuse('mandate-missing')
}

/** The mandate of somebody who binds that lacks least for what is asked, and what it lacks: who holds several acts under that one. */
export function fitting(
  state: Table,
  { party, person, mandate }: Required<Seat>,
  ask: Ask,
  pointer: string,
  at: Instant,
): { mandate: Mandate; lacking: Reason[] } {
  const held = effectiveMandates(state, party.id, at).filter((one) => one.holderId === person.personId)
  const [best] = held.map((one) => ({ mandate: one, lacking: gaps(one, ask, pointer) })).sort((a, b) => a.lacking.length - b.lacking.length)
  return best ?? { mandate, lacking: gaps(mandate, ask, pointer) }
}

function lacks(standing: Standing, party: Party, held: readonly Mandate[], state: Table, now: Instant): Reason | undefined {
  if (standing === 'part' && party.involvement !== 'seated') return undefined
  if (standing !== 'pledge') {
    if (party.involvement === 'informed') return { code: 'not-seated' }
    if (standing === 'speak') return undefined
    if (party.involvement !== 'seated') return { code: 'not-seated' }
    if (standing === 'seat') return undefined
  }
  const [best] = held
  if (best && mandateStatus(best, now, state.mandates) === 'effective') return undefined
  return {
    code: whyNotEffective(held, now, state.mandates),
    ...(best?.renewal && { params: { renewBy: best.renewal.renewByAt, meeting: best.renewal.meetingId } }),
  }
}

/** Everything this actor may do at the table now: what a client can show as buttons. */
export function allowedActions(state: Table, actor: Actor, now: Instant): TableAction[] {
  const party = actor.kind === 'person' ? partyOf(state, actor.organisationId) : undefined
  if (actor.kind !== 'person' || !party) return []
  const phase = phaseAt(state, now)
  const held = mandatesOf(state, party.id, actor.personId, now)
  return (Object.keys(tableActions) as TableAction[]).filter(
    (action) => isDoneIn(action, phase) && !lacks(tableActions[action].standing, party, held, state, now),
  )
}

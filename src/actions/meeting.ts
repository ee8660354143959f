import type { z } from 'zod'
import type { Actor } from '../domain/actor.ts'
import type { Agreement } from '../domain/agreement.ts'
import { noteGuests as decideGuests, type NoteGuests } from '../domain/meeting/guest.ts'
import * as rules from '../domain/meeting/meeting.ts'
import { givePulse as decidePulse, type GivePulse } from '../domain/meeting/pulse.ts'
import { recordMeeting as decideRecord, type RecordMeeting } from '../domain/meeting/record.ts'
import { peopleById } from '../store/directory.ts'
import { type AgreementChange, changeAgreement, type Target } from './change.ts'
import type { Deps } from './deps.ts'
import { originIn, requireSources } from './source.ts'

const revisionOf = (id: string) => (state: Agreement) => state.meetings[id]?.revision

export const planMeeting = (deps: Deps, actor: Actor, target: Target, input: rules.PlanMeeting): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.planMeeting(state, input, context))

export const changeMeeting = (deps: Deps, actor: Actor, target: Target, id: string, input: rules.PlanMeeting): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.changeMeeting(state, id, input, context), revisionOf(id))

export const takeAttendance = (
  deps: Deps,
  actor: Actor,
  target: Target,
  id: string,
  input: z.output<typeof rules.TakeAttendance>,
): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    async (state, context, lookup) => {
      const people = await peopleById(
        lookup,
        input.attendees.map((attendee) => attendee.personId),
      )
      return rules.takeAttendance(state, id, input, people, context)
    },
    revisionOf(id),
  )

export const noteGuests = (deps: Deps, actor: Actor, target: Target, id: string, input: NoteGuests): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    async (state, context, lookup) => {
      const ids = input.guests.map((guest) => guest.personId)
      return decideGuests(state, id, input, await peopleById(lookup, ids), context)
    },
    revisionOf(id),
  )

export const writeMinutes = (
  deps: Deps,
  actor: Actor,
  target: Target,
  id: string,
  input: z.output<typeof rules.WriteMinutes>,
): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.writeMinutes(state, id, input, context), revisionOf(id))

export const closeMeeting = (deps: Deps, actor: Actor, target: Target, id: string): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.closeMeeting(state, id, context), revisionOf(id))

export const cancelMeeting = (deps: Deps, actor: Actor, target: Target, id: string, input: { reason: string }): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => rules.cancelMeeting(state, id, input, context), revisionOf(id))

export const givePulse = (
  deps: Deps,
  actor: Actor,
  target: Target,
  id: string,
  input: z.output<typeof GivePulse>,
): Promise<AgreementChange> =>
  changeAgreement(deps, actor, target, (state, context) => decidePulse(state, id, input, context), revisionOf(id))

/** Records a whole meeting at once: all of it, or nothing. */
export const recordMeeting = (deps: Deps, actor: Actor, target: Target, id: string, input: RecordMeeting): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    async (state, context, lookup) => {
      const people = await peopleById(
        lookup,
        input.attendees.map((attendee) => attendee.personId),
      )
      const origins = input.contributions.flatMap((one, index) => originIn(one, `/contributions/${index}`))
      await requireSources(deps, actor, origins)
      return decideRecord(state, id, input, people, context)
    },
    revisionOf(id),
  )

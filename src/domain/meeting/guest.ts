import { z } from 'zod'
import type { Context } from '../event.ts'
import { guard } from '../guard.ts'
import { partyOf } from '../party.ts'
import { refuse } from '../refusal.ts'
import { text } from '../text.ts'
import { uuid } from '../uuid.ts'
import { type Attending, type HasMeetings, type MeetingEvent, requirePlanned } from './meeting.ts'

export const NoteGuests = z
  .strictObject({
    guests: z
      .array(
        z.strictObject({
          personId: uuid.describe('of an organisation that is not at the table'),
          statement: text(2000).describe('what they acknowledged: that what is said here stays here, in the words of the table'),
        }),
      )
      .max(50),
  })
  .meta({ id: 'NoteGuests' })
export type NoteGuests = z.output<typeof NoteGuests>

/** Notes which guests acknowledged confidentiality before they attend, for the person at the door; the list replaces the one before. */
export function noteGuests(state: HasMeetings, id: string, { guests }: NoteGuests, people: Attending, context: Context): MeetingEvent[] {
  const { party, person } = guard(state, 'hold-meeting', context)
  requirePlanned(state, id, 'note guests')
  const noted = guests.map(({ personId, statement }, index) => {
    const pointer = `/guests/${index}/personId`
    const { organisationId } = people.get(personId) ?? refuse('not-found', { what: 'person' }, pointer)
    if (guests.findIndex((other) => other.personId === personId) < index) refuse('attendee-twice', {}, pointer)
    if (partyOf(state, organisationId)) refuse('not-a-guest', {}, pointer)
    return { personId, organisationId, statement, notedByPartyId: party.id, notedById: person.personId }
  })
  return [{ type: 'guests-noted', data: { meetingId: id, guests: noted } }]
}

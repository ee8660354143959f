import { type AddDesk, type Desk, type DeskEvent, mostDesks, openDesks } from './desk.ts'
import { type Context, defined } from './event.ts'
import { type Organisation, requireAdministrator } from './organisation.ts'
import { refuse } from './refusal.ts'

/** Opens a desk of the organisation. */
export function addDesk(state: Organisation, input: AddDesk, context: Context): DeskEvent[] {
  requireAdministrator(state, context)
  if (openDesks(state).length >= mostDesks) refuse('full', { max: mostDesks })
  requireContact(state, input)
  return [{ type: 'desk-opened', data: defined({ id: context.newId(), organisationId: state.id, ...input }) }]
}

/** Says anew what a desk is for and how it is reached. */
export function changeDesk(state: Organisation, deskId: string, input: AddDesk, context: Context): DeskEvent[] {
  requireAdministrator(state, context)
  requireOpen(state, deskId)
  requireContact(state, input)
  return [{ type: 'desk-changed', data: defined({ id: deskId, organisationId: state.id, ...input }) }]
}

export function closeDesk(state: Organisation, deskId: string, context: Context): DeskEvent[] {
  requireAdministrator(state, context)
  requireOpen(state, deskId)
  return [{ type: 'desk-closed', data: { deskId } }]
}

function requireOpen({ desks }: Organisation, deskId: string): Desk {
  const desk = desks[deskId]
  return desk && !desk.closedAt ? desk : refuse('not-found', { what: 'desk' })
}

/** Who is named as contact is with the organisation now; after they leave, the desk shows nobody. */
function requireContact({ people }: Organisation, { contactPersonId }: AddDesk): void {
  const person = contactPersonId === undefined ? undefined : people[contactPersonId]
  if (contactPersonId !== undefined && (!person || person.leftAt)) refuse('not-found', { what: 'person' }, '/contactPersonId')
}

import { z } from 'zod'
import { type Role, RoleHolder, RoleView, viewRole } from '../role.ts'
import { type Day, dayOf, type Instant } from '../time.ts'
import { uuid } from '../uuid.ts'

const ofOrganisation = RoleHolder.omit({ partyId: true }).extend({ organisationId: uuid })

/** A role across the organisations of a network, as it stands on a day. */
export const NetworkRoleView = RoleView.extend({
  holders: z.array(ofOrganisation.extend({ holds: z.boolean().describe('on this day') }).meta({ id: 'NetworkRoleHolder' })),
}).meta({ id: 'NetworkRoleView' })
export type NetworkRoleView = z.output<typeof NetworkRoleView>

export function viewNetworkRole(role: Role, at: Instant): NetworkRoleView {
  const view = viewRole(role, at)
  return { ...view, holders: view.holders.map(({ partyId: organisationId, ...holder }) => ({ ...holder, organisationId })) }
}

/** Somebody's turn in a role: whoever held it, in order, is how it rotates. */
export const Turn = ofOrganisation
  .extend({ days: z.int().describe('how many days they have held it by now, the first and the last day included') })
  .meta({ id: 'RoleTurn' })
export type Turn = z.output<typeof Turn>

export function viewTurn({ partyId: organisationId, ...holder }: RoleHolder, at: Instant): Turn {
  const today = dayOf(at)
  const last = holder.untilDate !== undefined && holder.untilDate < today ? holder.untilDate : today
  return { ...holder, organisationId, days: Math.max(0, daysFrom(holder.fromDate, last) + 1) }
}

// Days are without an hour here, so no clock that goes forward or back comes in between.
const daysFrom = (first: Day, last: Day): number => (Date.parse(last) - Date.parse(first)) / 86_400_000

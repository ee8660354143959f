import { z } from 'zod'
import { type ById, type EventOf, type Evolvers, patch, put } from './event.ts'
import { type Format, formed } from './format.ts'
import { text } from './text.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** Where people can come: all that a directory elsewhere asks of an address (docs/domain.md#the-social-map). */
export const Address = z
  .strictObject({
    street: text(200).describe('street and number'),
    postalCode: text(20),
    city: text(100),
    province: text(100).describe('the province, or the state of another country'),
    country: formed('country', /^[A-Z]{2}$/).default('NL'),
  })
  .meta({ id: 'Address' })
export type Address = z.output<typeof Address>

/** A desk (loket): where others reach an organisation, and for what. */
export const AddDesk = z
  .strictObject({
    name: text(200),
    what: text(1000).optional().describe('what one can come for'),
    contact: text(500).optional().describe('how to reach it, in words'),
    contactPersonId: uuid.optional().describe('a person of the organisation'),
    phone: text(30)
      .regex(/^\+?[\d ()/-]{3,30}$/, 'phone' satisfies Format)
      .optional(),
    email: z.email().max(254).optional(),
    url: z
      .url({ protocol: /^https$/ })
      .max(2000)
      .optional(),
    openingHours: text(500).optional().describe('when it is open, in words'),
    area: text(200).optional().describe('for which town, district or region'),
    address: Address.optional(),
  })
  .meta({ id: 'AddDesk' })
export type AddDesk = z.output<typeof AddDesk>

export const Desk = z
  .strictObject({
    id: uuid,
    organisationId: uuid,
    name: z.string(),
    what: z.exactOptional(z.string()),
    contact: z.exactOptional(z.string()),
    contactPersonId: z.exactOptional(uuid),
    phone: z.exactOptional(z.string()),
    email: z.exactOptional(z.string()),
    url: z.exactOptional(z.string()),
    openingHours: z.exactOptional(z.string()),
    area: z.exactOptional(z.string()),
    address: z.exactOptional(Address.extend({ country: z.string() }).meta({ id: 'DeskAddress' })),
    closedAt: z.exactOptional(instantOut),
    revision: z.int(),
  })
  .meta({ id: 'Desk' })
export type Desk = z.output<typeof Desk>

/** How many desks of an organisation are open at once: as many as one page shows whole. */
export const mostDesks = 100

export type HasDesks = { desks: ById<Desk> }

/** The desks that are open, in the order in which they were opened. */
export const openDesks = ({ desks }: HasDesks): Desk[] =>
  Object.values(desks)
    .filter((desk) => !desk.closedAt)
    .sort((a, b) => (a.id < b.id ? -1 : 1))

export const deskEvents = {
  'desk-opened': (state, data: Omit<Desk, 'revision'>, { revision }) => ({ desks: put(state.desks, { ...data, revision }) }),
  'desk-changed': (state, data: Omit<Desk, 'revision'>, { revision }) => ({ desks: put(state.desks, { ...data, revision }) }),
  'desk-closed': (state, data: { deskId: string }, { at, revision }) => ({
    desks: patch(state.desks, data.deskId, { closedAt: at, revision }),
  }),
} satisfies Evolvers<HasDesks>
export type DeskEvent = EventOf<typeof deskEvents>

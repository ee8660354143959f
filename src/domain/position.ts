import { z } from 'zod'
import type { EventOf, Evolvers } from './event.ts'
import { subject } from './mandate.ts'
import { text } from './text.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

// 50 of each: what does not fit there is no position any more, but a list of activities.
export const claims = z
  .array(
    z.strictObject({
      text: text(1000),
      subject: subject.optional().describe('a subject as in mandates: by it overlaps and gaps are found'),
    }),
  )
  .max(50)

/** Where an organisation stands (docs/domain.md#positions): what it is for, what it is not for, its limits, and why it acts as it does. */
export const StatePosition = z
  .strictObject({
    weAreFor: claims.min(1),
    weAreNotFor: claims.default([]),
    limits: z.array(text(1000)).max(50).default([]).describe('how far we can go: what binds us'),
    why: text(4000).describe('why we act as we do'),
  })
  .meta({ id: 'StatePosition' })
export type StatePosition = z.output<typeof StatePosition>

/** A position as it was stated: numbered from 1, never changed; the last one counts. */
export const PositionStatement = StatePosition.extend({
  organisationId: uuid,
  number: z.int(),
  personId: uuid.describe('who stated it'),
  at: instantOut,
  revision: z.int(),
}).meta({ id: 'PositionStatement' })
export type PositionStatement = z.output<typeof PositionStatement>

/** "We understand it": which is not to agree, and binds to nothing. */
export const AcknowledgePosition = z
  .strictObject({
    question: text(2000).optional().describe('what we still ask'),
    example: text(2000).optional().describe('an example back: how we see it in practice'),
  })
  .meta({ id: 'AcknowledgePosition' })

export const AnswerPosition = z.strictObject({ text: text(2000) }).meta({ id: 'AnswerPosition' })

/** What one organisation says back to the position of another. */
export const Acknowledgement = z
  .strictObject({
    id: uuid,
    organisationId: uuid.describe('which organisation understands'),
    aboutId: uuid.describe('whose position it is about'),
    number: z.int().describe('which statement of theirs'),
    personId: uuid,
    question: z.exactOptional(z.string()),
    example: z.exactOptional(z.string()),
    at: instantOut,
  })
  .meta({ id: 'Acknowledgement' })
export type Acknowledgement = z.output<typeof Acknowledgement>

/** What the organisation that was asked says to it. */
export const PositionAnswer = z
  .strictObject({ acknowledgementId: uuid, toId: uuid, personId: uuid, text: z.string(), at: instantOut })
  .meta({ id: 'PositionAnswer' })
export type PositionAnswer = z.output<typeof PositionAnswer>

/** An acknowledgement with the answer to it, when there is one. */
export const AcknowledgementView = Acknowledgement.extend({
  answer: z.exactOptional(PositionAnswer.pick({ personId: true, text: true, at: true })),
}).meta({ id: 'AcknowledgementView' })
export type AcknowledgementView = z.output<typeof AcknowledgementView>

/** What an organisation said last of each kind: deciding needs no more, and the tables have all of it. */
export type HasPosition = { position?: PositionStatement; acknowledged?: Acknowledgement; answered?: PositionAnswer }

export const positionEvents = {
  'position-stated': (_state, data: Omit<PositionStatement, 'at' | 'revision'>, { at, revision }) => ({
    position: { ...data, at, revision },
  }),
  'position-acknowledged': (_state, data: Omit<Acknowledgement, 'at'>, { at }) => ({ acknowledged: { ...data, at } }),
  'position-answered': (_state, data: Omit<PositionAnswer, 'at'>, { at }) => ({ answered: { ...data, at } }),
} satisfies Evolvers<HasPosition>
export type PositionEvent = EventOf<typeof positionEvents>

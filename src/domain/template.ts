import { z } from 'zod'
import { kinds, longestMonths } from './adoption.ts'
import { AgreementText } from './agreement-text.ts'
import { type ById, type Context, type EventOf, type Evolvers, keep, patch, put } from './event.ts'
import { requirePerson } from './guard.ts'
import { refuse, refuseAll } from './refusal.ts'
import { text } from './text.ts'
import { addDays, addMonths, type Day, earliest, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** What a template has of a text: all but what is of one table, such as its parties, decisions and days. */
const TemplateText = AgreementText.omit({
  title: true,
  decisions: true,
  legalBasis: true,
  attachments: true,
  buildsOn: true,
  validity: true,
})

const terms = {
  name: text(200),
  reviewAfterMonths: z.int().min(1).max(60).describe('how long a version holds before it is looked at'),
  months: z.int().min(1).max(60).describe('how long a version holds'),
}

export const Template = z
  .strictObject({
    ...terms,
    id: uuid,
    kind: z.enum(kinds),
    organisationId: z.exactOptional(uuid).describe('whose it is; left out where it is built in'),
    agreementId: z.exactOptional(uuid).describe('the agreement whose text it was made of'),
    text: TemplateText,
    madeAt: z.exactOptional(instantOut),
    withdrawnAt: z.exactOptional(instantOut),
    revision: z.int(),
  })
  .meta({ id: 'Template' })
export type Template = z.output<typeof Template>

/** A template in a list: all but its text. */
export const TemplateSummary = Template.omit({ text: true }).meta({ id: 'TemplateSummary' })
export type TemplateSummary = z.output<typeof TemplateSummary>
export const viewTemplateSummary = ({ text: _, ...summary }: Template): TemplateSummary => summary

export const MakeTemplate = z
  .strictObject({ ...terms, agreementId: uuid.describe('the agreement whose text it is made of') })
  .meta({ id: 'MakeTemplate' })
export type MakeTemplate = z.output<typeof MakeTemplate>

/** The templates that an organisation has; one that was withdrawn leaves when the next is made. */
export type HasTemplates = { id: string; templates: ById<Template> }

// More starting points than these nobody chooses from, and each of them carries a text.
const mostTemplates = 20

/** Makes a template of the text of an agreement at whose table one's organisation sits. It binds to nothing, so any of its people may. */
export function makeTemplate(
  state: HasTemplates,
  input: MakeTemplate,
  agreement: Pick<Template, 'kind'> & { text: AgreementText },
  context: Context,
): TemplateEvent[] {
  requirePerson(context.actor)
  const { kind } = agreement
  if (Object.values(state.templates).filter((one) => !one.withdrawnAt).length >= mostTemplates) refuse('full', { max: mostTemplates })
  const longest = longestMonths[kind]
  refuseAll([
    ...(input.months > longest ? [{ code: 'period-too-long', params: { months: longest }, pointer: '/months' } as const] : []),
    ...(input.reviewAfterMonths > input.months ? [{ code: 'review-after-end', pointer: '/reviewAfterMonths' } as const] : []),
  ])
  const { title: _t, decisions: _d, legalBasis: _l, attachments: _a, buildsOn: _b, validity: _v, ...text } = agreement.text
  return [{ type: 'template-made', data: { ...input, id: context.newId(), kind, organisationId: state.id, text } }]
}

/** Takes a template out of use; agreements that were started from it keep what they have. */
export function withdrawTemplate(state: HasTemplates, id: string, context: Context): TemplateEvent[] {
  requirePerson(context.actor)
  const template = state.templates[id]
  if (!template || template.withdrawnAt) refuse('not-found', { what: 'template' })
  return [{ type: 'template-withdrawn', data: { templateId: id } }]
}

// A month to deliberate before the version is to begin; the table changes it as it likes.
const monthsToDeliberate = 1

/** What a text starts with when it is made from a template on a day: its words, and a proposed period. */
export function startFrom({ text, reviewAfterMonths, months }: Template, today: Day): Omit<AgreementText, 'title'> {
  const validFrom = addMonths(today, monthsToDeliberate)
  const validUntil = addDays(addMonths(validFrom, months), -1)
  return {
    ...text,
    decisions: [],
    legalBasis: [],
    attachments: [],
    buildsOn: [],
    validity: { validFrom, reviewOn: earliest(addMonths(validFrom, reviewAfterMonths), validUntil), validUntil },
  }
}

export const templateEvents = {
  'template-made': (state, data: Omit<Template, 'madeAt' | 'revision'>, { at, revision }) => ({
    templates: put(
      keep(state.templates, (one) => !one.withdrawnAt),
      { ...data, madeAt: at, revision },
    ),
  }),
  'template-withdrawn': (state, { templateId }: { templateId: string }, { at, revision }) => ({
    templates: patch(state.templates, templateId, { withdrawnAt: at, revision }),
  }),
} satisfies Evolvers<HasTemplates>
export type TemplateEvent = EventOf<typeof templateEvents>

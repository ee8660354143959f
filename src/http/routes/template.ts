import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { makeTemplate, withdrawTemplate } from '../../actions/template.ts'
import { kinds } from '../../domain/adoption.ts'
import { refuse } from '../../domain/refusal.ts'
import { MakeTemplate, Template, TemplateSummary, viewTemplateSummary } from '../../domain/template.ts'
import { findTemplate, listTemplates } from '../../store/template.ts'
import { etagOf } from '../etag.ts'
import { operation } from '../operation.ts'
import { pageOf, pageOfAll, pageQuery } from '../page.ts'
import { anId, id } from '../params.ts'

const tag = 'Agreements'
const one = z.strictObject({ templateId: id })

/** Templates: what an agreement can be started from. */
export function templateRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/templates',
    id: 'listTemplates',
    tag,
    summary: { en: 'What an agreement can be started from', nl: 'Waarmee een overeenstemming kan beginnen' },
    description: {
      en: 'One for a TWO and one for a covenant that everybody has, and those of your own organisation.',
      nl: 'Een voor een TWO en een voor een convenant die iedereen heeft, en die van uw eigen organisatie.',
    },
    access: 'member',
    query: z.strictObject({ ...pageQuery(), kind: z.enum(kinds).optional() }),
    answer: { status: 200, schema: pageOf(TemplateSummary, 'TemplatePage') },
    handle: async (call) => {
      const { kind } = call.query
      const all = (await listTemplates(database, await call.actor())).filter((template) => kind === undefined || template.kind === kind)
      return pageOfAll(call, all, { key: (template) => template.id, item: viewTemplateSummary })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/templates',
    id: 'makeTemplate',
    tag,
    summary: { en: 'Make a template of the text of an agreement', nl: 'Een sjabloon maken van de tekst van een overeenstemming' },
    description: {
      en: 'For your own organisation. Parties, decisions, legal bases, attachments and days are left out: those are of one table.',
      nl: 'Voor uw eigen organisatie. Partijen, besluiten, grondslagen, bijlagen en dagen blijven weg: die zijn van één tafel.',
    },
    access: 'person',
    body: MakeTemplate,
    example: { agreementId: anId, name: 'De eerste week na een melding', reviewAfterMonths: 3, months: 6 },
    answer: { status: 201, schema: Template, etag: true, location: true },
    handle: async ({ actor, body }) => {
      const changed = await makeTemplate(deps, await actor(), body)
      const template = changed.state.templates[madeId(changed, 'template-made')] ?? refuse('not-found', { what: 'template' })
      return { body: template, etag: etagOf(template.revision), location: `/templates/${template.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/templates/:templateId',
    id: 'getTemplate',
    tag,
    summary: { en: 'A template with its text', nl: 'Een sjabloon met de tekst' },
    access: 'member',
    params: one,
    answer: { status: 200, schema: Template, etag: true },
    handle: async ({ actor, params }) => {
      const template = await findTemplate(database, await actor(), params.templateId)
      return { body: template, etag: etagOf(template.revision) }
    },
  })

  operation(app, {
    method: 'DELETE',
    path: '/templates/:templateId',
    id: 'withdrawTemplate',
    tag,
    summary: { en: 'Take a template of your organisation out of use', nl: 'Een sjabloon van uw organisatie buiten gebruik stellen' },
    description: { en: 'What was started from it stays as it is.', nl: 'Wat ermee begonnen is, blijft zoals het is.' },
    access: 'person',
    params: one,
    answer: { status: 204 },
    handle: async ({ actor, params, ifMatch }) => {
      await withdrawTemplate(deps, await actor(), params.templateId, ifMatch)
      return {}
    },
  })
}

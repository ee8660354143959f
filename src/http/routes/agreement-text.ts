import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { patchText, writeText } from '../../actions/agreement-text.ts'
import type { Deps } from '../../actions/deps.ts'
import type { Agreement } from '../../domain/agreement.ts'
import { AgreementText } from '../../domain/agreement-text.ts'
import { TextView, viewText } from '../../domain/agreement-view.ts'
import type { Instant } from '../../domain/time.ts'
import { agreementSeen } from '../../store/agreement.ts'
import { etagOfBody } from '../etag.ts'
import { readMerged } from '../input.ts'
import type { Language } from '../negotiate.ts'
import { operation } from '../operation.ts'
import { anId, ofAgreement } from '../params.ts'
import { describeReasons, Missing } from '../reasons.ts'

const Text = TextView.extend({
  missing: z.array(Missing).describe('while deliberating: every condition of adoption that is not met yet'),
}).meta({ id: 'Text' })

const TextPatch = z.record(z.string(), z.unknown()).meta({
  id: 'TextPatch',
  description: 'A merge patch (RFC 7396) of an `AgreementText`: null takes a field out, lists are replaced whole.',
})

const params = z.strictObject(ofAgreement)

/** The revision of an ETag is that of what is written: who changes it is not in the way of who offers a commitment meanwhile. */
const shown = ({ state, at }: { state: Agreement; at: Instant }, language: Language) => {
  const { missing, ...view } = viewText(state, at)
  const body = { ...view, missing: describeReasons(missing, language) }
  return { body, etag: etagOfBody(state.textRevision, body) }
}

/** The text that is being deliberated on. */
export function agreementTextRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/text',
    id: 'getText',
    tag: 'Text',
    summary: { en: 'The text of the next version', nl: 'De tekst van de volgende versie' },
    description: {
      en: '`text` is what you write. `content` adds the parties, roles and commitments: stances are taken on its digest, so any change voids them.',
      nl: '`text` schrijft u. `content` voegt de partijen, rollen en afspraken toe: een opstelling geldt voor dat geheel, en vervalt bij elke wijziging.',
    },
    access: 'member',
    params,
    answer: { status: 200, schema: Text, etag: true },
    handle: async ({ actor, params, language }) => shown(await agreementSeen(deps.database, await actor(), params.agreementId), language),
  })

  operation(app, {
    method: 'PUT',
    path: '/agreements/:agreementId/text',
    id: 'writeText',
    tag: 'Text',
    summary: { en: 'Replace the text', nl: 'Vervang de tekst' },
    description: {
      en: 'Send the ETag of the text that you read: nobody overwrites what another wrote meanwhile.',
      nl: 'Stuur de ETag van de tekst die u las: niemand overschrijft wat een ander intussen schreef.',
    },
    access: 'person',
    params,
    body: AgreementText,
    example: {
      title: 'Veilig thuis na een melding',
      purpose: 'Elk gezin weet binnen een week wie het helpt.',
      mandate: { needed: 'Uren van eigen mensen toezeggen.', subjects: ['safety-planning'] },
      inScope: [{ id: anId, text: 'Gezinnen met een melding bij Veilig Thuis' }],
      validity: { validFrom: '2026-12-01', reviewOn: '2027-02-01', validUntil: '2027-02-28' },
    },
    answer: { status: 200, schema: Text, etag: true },
    handle: async ({ actor, params, ifMatch, body, language }) =>
      shown(await writeText(deps, await actor(), { ...params, ifMatch }, body), language),
  })

  operation(app, {
    method: 'PATCH',
    path: '/agreements/:agreementId/text',
    id: 'patchText',
    tag: 'Text',
    summary: { en: 'Change some fields of the text', nl: 'Wijzig enkele velden van de tekst' },
    access: 'person',
    params,
    body: TextPatch,
    example: { preparation: 'Iedereen leest de tekst vooraf.', routing: null },
    answer: { status: 200, schema: Text, etag: true },
    handle: async ({ actor, params, ifMatch, body, language }) => {
      const target = { ...params, ifMatch }
      return shown(await patchText(deps, await actor(), target, body, (merged) => readMerged(AgreementText, merged)), language)
    },
  })
}

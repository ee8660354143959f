import type { FastifyInstance } from 'fastify'
import { DoorProblem, problemTypes, titles } from '../problem.ts'

/** The pages that `type` of a problem points to: what each code means, in Dutch and English. */
export function problemPages(app: FastifyInstance): void {
  app.get('/problems', (_request, reply) => {
    const items = Object.keys(problemTypes).map((code) => `<li><a href="/problems/${code}">${code}</a></li>`)
    return reply.type('text/html; charset=utf-8').send(htmlPage('Problemen / Problems', `<ul>${items.join('')}</ul>`))
  })

  app.get<{ Params: { code: string } }>('/problems/:code', (request, reply) => {
    const { code } = request.params
    const type = Object.hasOwn(problemTypes, code) ? problemTypes[code] : undefined
    if (!type) throw new DoorProblem('unknown-route')
    const part = (language: 'nl' | 'en') =>
      `<section lang="${language}"><h2>${escapeHtml(titles[type.status]?.[language] ?? '')}</h2><p>${escapeHtml(type[language])}</p></section>`
    return reply
      .type('text/html; charset=utf-8')
      .send(htmlPage(code, `<p>HTTP ${type.status}</p>${part('nl')}${part('en')}<p><a href="/problems">Alle / all</a></p>`))
  })
}

// `{name}` in a sentence stands for a value of the occurrence; here it shows as a gap.
const escapeHtml = (text: string) =>
  text
    .replace(/\{(\w+)\}/g, '…')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/"/g, '&quot;')

const htmlPage = (title: string, body: string) =>
  `<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head><body><main><h1>${title}</h1>${body}</main></body></html>`

import { afterAll, beforeAll, expect, test } from 'vitest'
import { elevenTest } from '../../../src/domain/bsn.ts'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'

let registry: Registry

beforeAll(async () => {
  registry = await aRegistry()
})
afterAll(() => registry?.close())

/** Every hundred-thousandth number that passes, over the whole range. */
const numbers = Array.from({ length: 90 }, (_, index) => {
  const start = String(1_000_000 + 10_987_123 * (index % 9) + 1_111 * index).padStart(8, '0')
  return [...'0123456789'].map((digit) => start + digit).find((number) => !number.startsWith('00') && elevenTest(number))
}).filter((number) => number !== undefined)

const written = (number: string): string[] => [
  number,
  number.replace(/(\d{3})(\d{3})(\d{3})/, '$1 $2 $3'),
  number.replace(/(\d{4})(\d{2})(\d{3})/, '$1.$2.$3'),
  number.replace(/(\d{3})(\d{3})(\d{3})/, '$1-$2-$3'),
]

test('a BSN in free text is refused before it is stored, and never told back', async ({ task }) => {
  const school = registry.as(registry.school.representative)
  const parties = [{ organisationId: registry.team.id, involvement: 'seated' }]
  const count = async () => (await registry.fresh.owner.query('select count(*)::int as n from ledger')).rows[0].n
  const before = await count()
  const texts = numbers.flatMap(written)
  for (const text of texts) {
    const answer = await school.post('/agreements', { kind: 'two', title: `Over ${text} en verder`, parties })
    expect([text, answer.status, answer.body.errors.map(({ code }: { code: string }) => code)]).toEqual([text, 400, ['bsn-in-text']])
    expect(JSON.stringify(answer.body)).not.toContain(text)
  }
  expect(await count()).toBe(before)
  const without = [
    'Bel 0612345678, of +31 612345678',
    'OIN 00000001123456782000, KvK 12345678',
    'Van 2025-2026 3 keer, tot 22-11-2026 1',
    'Het budget is € 123.456.782',
    '6f1dfd9e-63a4-4a3c-a2f5-123456782abc',
    '123456783 is er geen',
  ]
  for (const title of without)
    expect([title, (await school.post('/agreements', { kind: 'two', title, parties })).status]).toEqual([title, 201])
  note(task, { 'texts with a BSN refused': texts.length, 'of them told back or stored': 0, 'texts without one accepted': without.length })
})

test('the identifier of an organisation, and an account, are no free text', async () => {
  const made = await registry.operator.post('/organisations', {
    name: 'Met nummers',
    identifiers: [
      { scheme: 'rsin', value: '123456782' },
      { scheme: 'other', value: '123456782' },
    ],
    administrator: { name: 'Jo', authorities: ['administer'], account: { issuer: 'https://login.example.org', subject: '123456782' } },
  })
  expect(made.status).toBe(201)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { leaveTable } from '../../src/actions/agreement.ts'
import { writeText } from '../../src/actions/agreement-text.ts'
import type { Actor } from '../../src/domain/actor.ts'
import { listAgreements } from '../../src/store/agreement-list.ts'
import { asActor } from '../support/database.ts'
import { acting, aDraft, aRegistry, deliberating, partyIdOf, type Registry, wholeText } from '../support/registry.ts'
import { does } from '../support/registry-actions.ts'

type Doc = { id: string; title: string; createdAt: string; status: string; kind: string }
type Sort = 'title' | '-createdAt'

let registry: Registry
let actor: Actor

beforeAll(async () => {
  registry = await aRegistry()
  actor = registry.parents.representative.actor
  for (const title of ['Zuid', 'Noord', 'Noord', 'Oost']) await aDraft(registry, { title })
  await aDraft(registry, { title: 'Convenant', kind: 'covenant' })
  await acting(registry, { title: 'Aangenomen' })
})
afterAll(() => registry?.close())

const list = async (sort: Sort, filter = {}, after?: readonly string[], limit = 100) =>
  (await asActor(registry.deps.database, actor, () => listAgreements<Doc>(registry.deps.database, actor, filter, { sort, after, limit })))
    .docs

const keysOf = (sort: Sort, { title, createdAt, id }: Doc): readonly [string, string] => [sort === 'title' ? title : createdAt, id]

test.each(['title', '-createdAt'] as const)(
  'page by page by %s gives each agreement once, in the order of the whole list',
  async (sort) => {
    const whole = await list(sort)
    expect(whole).toHaveLength(6)
    const paged: Doc[] = []
    for (;;) {
      const last = paged.at(-1)
      const page = await list(sort, {}, last && keysOf(sort, last), 1)
      if (page.length === 0) break
      paged.push(...page)
    }
    expect(paged).toEqual(whole)
    const keys = whole.map((doc) => keysOf(sort, doc).join(' '))
    expect(sort === 'title' ? keys : keys.toReversed()).toEqual(keys.toSorted())
  },
)

test('the filters find what the agreements say of themselves', async () => {
  expect((await list('title', { kind: 'covenant' })).map(({ title }) => title)).toEqual(['Convenant'])
  expect((await list('title', { status: 'active' })).map(({ status }) => status)).toEqual(['active'])
  expect(await list('title', { status: 'draft' })).toHaveLength(5)
})

test('a new title moves an agreement in the list of every party, and who left has it no more', async () => {
  const table = await deliberating(registry, { title: 'Was eerst' })
  await does(registry, table, registry.school.representative, writeText, wholeText(registry, table, { title: 'AAA' }))
  expect((await list('title'))[0]).toMatchObject({ id: table.id, title: 'AAA' })
  await does(registry, table, registry.parents.representative, leaveTable, partyIdOf(table, registry.parents), { reason: 'Done.' })
  expect((await list('title')).map(({ id }) => id)).not.toContain(table.id)
})

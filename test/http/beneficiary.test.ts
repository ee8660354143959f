import { afterAll, beforeAll, expect, test } from 'vitest'
import { acting, aRegistry, type Registry, refusalOf, renewed, type Table } from '../support/registry.ts'

let registry: Registry
let table: Table
beforeAll(async () => {
  registry = await aRegistry()
  const beneficiaries = [
    {
      id: '11111111-0000-4000-8000-000000000001',
      name: 'Children at home',
      addedValue: 'They know who comes',
      nuisance: 'They tell it once',
    },
  ]
  table = await renewed(registry, await acting(registry, {}, { beneficiaries }), { beneficiaries })
})
afterAll(() => registry.close())

test('those at the table see how everybody fares for whom it is made, round after round', async () => {
  const faring = await registry.as(registry.parents.application).get(`/agreements/${table.id}/beneficiaries`)
  expect(faring).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          name: 'Children at home',
          addedValue: 'They know who comes',
          nuisance: 'They tell it once',
          rounds: [{ roundNumber: 1, answers: 3, addedValue: 4, nuisance: 2 }],
        },
      ],
    },
  })
  expect(refusalOf(await registry.as(registry.stranger.colleague).get(`/agreements/${table.id}/beneficiaries`))).toMatchObject({
    status: 404,
    code: 'not-found',
  })
})

import { expect, test } from 'vitest'
import { note } from '../../support/figures.ts'
import { figuresOf, runMatrix } from './matrix.ts'
import { withoutRowLevelSecurity } from './stubs.ts'

test('with row-level security off, the application alone keeps everybody in their place', async ({ task }) => {
  const outcome = await runMatrix({ before: withoutRowLevelSecurity, wallsOnly: true })
  note(task, figuresOf('the application', outcome))
  expect(outcome.wrong.slice(0, 20)).toEqual([])
}, 300_000)

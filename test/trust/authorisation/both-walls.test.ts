import { expect, test } from 'vitest'
import { note } from '../../support/figures.ts'
import { figuresOf, runMatrix } from './matrix.ts'

test('every operation, as every kind of caller, on every kind of object: only who may gets through', async ({ task }) => {
  const outcome = await runMatrix()
  note(task, figuresOf('the application and row-level security', outcome))
  expect(outcome.wrong.slice(0, 20)).toEqual([])
}, 300_000)

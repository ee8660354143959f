import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { note } from '../../support/figures.ts'
import { planted } from '../../support/planted.ts'
import { allowEverybody, withoutRowLevelSecurity } from './stubs.ts'

let house: Awaited<ReturnType<typeof planted>>
// Of the copy, so that it runs the copy's own sources.
let matrix: typeof import('./matrix.ts')

beforeAll(async () => {
  house = await planted(allowEverybody)
  matrix = await import(join(house.directory, 'test/trust/authorisation/matrix.ts'))
})

afterAll(() => house?.remove())

test('with the application’s check stubbed to "allow", row-level security alone keeps organisations out of what is not theirs', async ({
  task,
}) => {
  const outcome = await matrix.runMatrix({ stubbed: true, wallsOnly: true })
  note(task, matrix.figuresOf('row-level security', outcome))
  expect(outcome.wrong.slice(0, 20)).toEqual([])
}, 300_000)

test('with neither wall everything leaks: the matrix sees it, and the stub is one', async ({ task }) => {
  const only = ['getAgreement', 'listContributions', 'contribute', 'listVersions', 'getNetwork', 'getApplication', 'changeOrganisation']
  const outcome = await matrix.runMatrix({ stubbed: true, wallsOnly: true, before: withoutRowLevelSecurity, only })
  note(task, { 'operations run without any wall': only.length, 'of which the matrix saw leak': leaking(outcome.wrong, only).length })
  expect(leaking(outcome.wrong, only)).toEqual(only)
}, 120_000)

const leaking = (wrong: readonly string[], only: readonly string[]) =>
  only.filter((id) => wrong.some((line) => line.startsWith(`${id} as`)))

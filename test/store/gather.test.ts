import { expect, test } from 'vitest'
import { databaseProblem } from '../../src/store/database.ts'
import { gathering } from '../../src/store/gather.ts'

/** A database that answers when it is told to: what it was asked, and how to let the first statement that waits go on. */
function aDatabase() {
  const statements: { asked: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = []
  const ask = gathering(
    (_database: object, asked: readonly number[]) =>
      new Promise<string[]>((resolve, reject) => {
        statements.push({ asked, answer: () => resolve(asked.map((number) => `answer ${number}`)), fail: reject })
      }),
  )
  const database = {}
  return { statements, asking: (number: number) => ask(database, number) }
}

const aTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('what is asked in one turn goes out in one statement, and each gets its own answer', async () => {
  const { statements, asking } = aDatabase()
  const answers = Promise.all([1, 2, 3].map(asking))
  await aTurn()
  expect(statements.map(({ asked }) => asked)).toEqual([[1, 2, 3]])
  statements[0]?.answer()
  expect(await answers).toEqual(['answer 1', 'answer 2', 'answer 3'])
})

test('a question never joins a statement that was sent: with two on their way it waits for the next', async () => {
  const { statements, asking } = aDatabase()
  const answers = []
  for (const number of [1, 2, 3, 4]) {
    answers.push(asking(number))
    await aTurn()
  }
  expect(statements.map(({ asked }) => asked)).toEqual([[1], [2]])
  statements[0]?.answer()
  await aTurn()
  expect(statements.map(({ asked }) => asked)).toEqual([[1], [2], [3, 4]])
  for (const { answer } of statements.slice(1)) answer()
  expect(await Promise.all(answers)).toEqual([1, 2, 3, 4].map((number) => `answer ${number}`))
})

test('at most a hundred go out together', async () => {
  const { statements, asking } = aDatabase()
  const answers = Promise.all(Array.from({ length: 250 }, (_, number) => asking(number)))
  await aTurn()
  for (let nth = 0; nth < 3; nth += 1) {
    statements[nth]?.answer()
    await aTurn()
  }
  expect(statements.map(({ asked }) => asked.length)).toEqual([100, 100, 50])
  expect((await answers).at(-1)).toBe('answer 249')
})

test('a statement that fails fails for those in it, and for nobody else', async () => {
  const { statements, asking } = aDatabase()
  const first = asking(1)
  await aTurn()
  const second = asking(2)
  await aTurn()
  statements[0]?.fail(new Error('lost'))
  statements[1]?.answer()
  await expect(first).rejects.toThrow('lost')
  expect(await second).toBe('answer 2')
})

test('who waits for longer than two seconds is told that the database is unavailable, and is asked for no more', async () => {
  const { statements, asking } = aDatabase()
  const stuck = [asking(1)]
  await aTurn()
  stuck.push(asking(2))
  await aTurn()
  const error = await asking(3).catch((error: unknown) => error)
  expect(databaseProblem(error)).toBe('unavailable')
  for (const { answer } of statements) answer()
  expect(await Promise.all(stuck)).toEqual(['answer 1', 'answer 2'])
  await aTurn()
  expect(statements.map(({ asked }) => asked)).toEqual([[1], [2]])
})

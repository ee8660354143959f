import { defineConfig } from 'vitest/config'

/** One folder (or file) is one project, so that a run can be narrowed to a floor and counted by floor. */
const project = (name: string, include: string[], exclude: string[] = []) => ({
  test: { name, include, exclude, testTimeout: 20_000, hookTimeout: 60_000 },
})

/** What proves the proofs, and restoring: minutes long, so with a command of its own (npm run long) beside the check. */
const long = ['test/trust/races/planted.test.ts', 'test/trust/tamper/**/*.test.ts', 'test/trust/restore.test.ts']

// .ci/run asks for a report it can count.
const report = process.env.TEST_REPORT

export default defineConfig({
  test: {
    reporters: [
      'default',
      ...(report ? [['json', { outputFile: report }] as ['json', { outputFile: string }]] : []),
      './test/support/figures.ts',
    ],
    // Both of two cores: by default one is left to whoever works beside it, and half of the time is spent in PostgreSQL anyway.
    maxWorkers: '100%',
    // At the root, so that one PostgreSQL serves the whole run however many projects use it.
    globalSetup: ['./test/support/once.ts'],
    projects: [
      project('domain', ['test/domain/**/*.test.ts']),
      project('house', ['test/house.test.ts']),
      project('store', ['test/store/**/*.test.ts']),
      project('http', ['test/http/**/*.test.ts']),
      // What takes long, and prints figures: each file or folder has its own command in package.json.
      project('trust', ['test/trust/**/*.test.ts'], long),
      project('long', long),
      project('statements', ['test/statements/**/*.test.ts']),
      project('story', ['test/story.test.ts', 'test/story/**/*.test.ts']),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/domain/**/*.ts'],
      reporter: ['text', 'html'],
      // 95: the rules live here and nowhere else; what is left are the exhaustiveness branches that no input can reach.
      thresholds: { 'src/domain/**/*.ts': { branches: 95 } },
    },
  },
})

import type { Reporter, TestModule } from 'vitest/node'

declare module 'vitest' {
  interface TaskMeta {
    figures?: Figures
  }
}

/** What a test counted, such as `{ 'cells run': 9000 }`. */
export type Figures = Readonly<Record<string, number | string>>

/** Notes what a test counted: the run prints all of it as its last lines. */
export const note = (task: { meta: { figures?: Figures } }, figures: Figures): void => {
  task.meta.figures = { ...task.meta.figures, ...figures }
}

/** Prints the figures that tests noted, after everything else. */
export default class FiguresReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => {
        const { figures } = test.meta()
        if (!figures) return []
        const counted = Object.entries(figures).map(([what, count]) => `  ${what}: ${count}`)
        return [test.fullName, ...counted]
      }),
    )
    // Once the other reporters have said theirs.
    if (lines.length > 0) process.once('exit', () => process.stdout.write(`\nFigures\n${lines.join('\n')}\n`))
  }
}

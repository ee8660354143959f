import { setTimeout as sleep } from 'node:timers/promises'

/** Watches the liveness of registries: asks ten times a second, and counts what was no `200` within two seconds. */
export function watchLiveness(urls: readonly string[]): { stop(): Promise<string[]> } {
  const wrong: string[] = []
  let asked = 0
  let stopped = false
  const watch = async (url: string) => {
    while (!stopped) {
      asked += 1
      const status = await fetch(`${url}/v1/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
        async (answer) => {
          await answer.arrayBuffer()
          return answer.status
        },
        (error: Error) => error.message,
      )
      if (status !== 200) wrong.push(`liveness of ${url}: ${status}`)
      await sleep(100)
    }
  }
  const watching = urls.map(watch)
  return {
    stop: async () => {
      stopped = true
      await Promise.all(watching)
      if (asked === 0) wrong.push('liveness was never asked')
      return wrong
    },
  }
}

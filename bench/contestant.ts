import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'

/** Starts another server of the comparison, in a process of its own; gives where it listens. */
export async function startContestant(file: string, parameters: readonly string[] = []): Promise<{ url: string; stop(): void }> {
  const server = fork(new URL(file, import.meta.url), [...parameters], { execArgv: ['--import', 'tsx'] })
  const [port] = (await once(server, 'message')) as [number]
  return { url: `http://127.0.0.1:${port}`, stop: () => server.disconnect() }
}

/** Listens on a free port of loopback, tells it to the process that started this one, and ends with it. */
export async function tellPort(app: FastifyInstance): Promise<void> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  if (address && typeof address === 'object') process.send?.(address.port)
  process.on('disconnect', () => process.exit())
}

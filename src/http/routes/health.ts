import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { operation } from '../operation.ts'
import { DoorProblem } from '../problem.ts'

const Health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' })
const ok = { body: { status: 'ok' } } as const

/** Under /v1. Answered also by a process that takes no more work on. */
export const liveness = '/health/live'

/** Whether this process lives, and whether it can serve: for whoever restarts it and whoever sends it traffic. */
export function healthRoutes(app: FastifyInstance, deps: { ready: () => Promise<boolean> }): void {
  operation(app, {
    method: 'GET',
    path: liveness,
    id: 'getLiveness',
    tag: 'Registry',
    summary: { en: 'The process runs', nl: 'Het proces draait' },
    access: 'anyone',
    answer: { status: 200, schema: Health },
    handle: async () => ok,
  })

  operation(app, {
    method: 'GET',
    path: '/health/ready',
    id: 'getReadiness',
    tag: 'Registry',
    summary: { en: 'The registry can serve: its database answers', nl: 'Het register kan dienen: de database antwoordt' },
    access: 'anyone',
    answer: { status: 200, schema: Health },
    handle: async () => {
      const headers = { 'retry-after': '5' }
      // Whatever keeps it from answering: a database that was renamed or refuses the password is no less gone.
      const ready = await deps.ready().catch((cause: unknown) => {
        throw new DoorProblem('unavailable', { headers, cause })
      })
      if (!ready) throw new DoorProblem('unavailable', { headers })
      return ok
    },
  })
}

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { operation } from '../operation.ts'
import { DoorProblem } from '../problem.ts'

const Health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' })
const ok = { body: { status: 'ok' } } as const

/** Whether this process lives, and whether it can serve: for whoever restarts it and whoever sends it traffic. */
export function healthRoutes(app: FastifyInstance, deps: { ready: () => Promise<boolean> }): void {
  operation(app, {
    method: 'GET',
    path: '/health/live',
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
      if (!(await deps.ready())) throw new DoorProblem('unavailable', { headers: { 'retry-after': '5' } })
      return ok
    },
  })
}

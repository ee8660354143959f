import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import { DoorProblem } from './problem.ts'

/** Above these a process takes no more work on; 0 sets no bound. */
export type PressureLimits = { eventLoopDelayMs: number; heapBytes: number }

/** The bounds of a process in service. */
export const pressureLimits = (): PressureLimits => ({
  // A turn of the event loop takes a few milliseconds. When it takes 1 s on average, over the last second, requests come in faster than
  // they are answered, and each one more makes all of them later.
  eventLoopDelayMs: 1_000,
  // At nine tenths of what Node may use, most time goes to collecting garbage; at all of it the process dies with every request in it.
  heapBytes: Math.round(getHeapStatistics().heap_size_limit * 0.9),
})

/** Refuses requests while the process cannot keep up: 503 with when to try again. That it lives it says all the same. */
export function refuseUnderPressure(app: FastifyInstance, { eventLoopDelayMs, heapBytes }: PressureLimits, liveness: string): void {
  app.register(underPressure, {
    maxEventLoopDelay: eventLoopDelayMs,
    maxHeapUsedBytes: heapBytes,
    pressureHandler: (request) => {
      if (request.routeOptions.url !== liveness) throw new DoorProblem('overloaded', { headers: { 'retry-after': '5' } })
    },
  })
}

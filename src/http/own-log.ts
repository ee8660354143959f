import fastify, { type FastifyBaseLogger } from 'fastify'
import { type LogOptions, logging } from './log.ts'

/** The log of a process that has no door of its own: the same lines, with the same things left out. */
export const ownLog = (log: LogOptions): FastifyBaseLogger => fastify(logging(log)).log

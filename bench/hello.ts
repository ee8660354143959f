import { fastify } from 'fastify'
import { tellPort } from './contestant.ts'

/** The ceiling: Fastify's own hello world, in a process of its own. */
const app = fastify()
app.get('/', async () => ({ hello: 'world' }))
await tellPort(app)

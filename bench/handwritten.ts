import { fastify } from 'fastify'
import pg from 'pg'
import { tellPort } from './contestant.ts'

/**
 * What a good engineer would write by hand in an afternoon: one prepared statement by id on the same tables, and the row as the answer. It
 * asks for no token, and whoever asks may read. The database comes from whoever starts it.
 */
const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 })
const app = fastify()
app.get<{ Params: { id: string } }>('/agreements/:id/current', async ({ params }, reply) => {
  const { rows } = await pool.query<{ doc: string }>({
    name: 'current',
    // As text: it is sent as it is, without parsing and writing it anew.
    text: `select v.doc::text as doc from in_force f join versions v on v.agreement_id = f.agreement_id and v.number = f.version
      where f.agreement_id = $1 and f.from_at <= now() and now() < f.until_at and f.replaced_at is null`,
    values: [params.id],
  })
  const [row] = rows
  return row ? reply.type('application/json').send(row.doc) : reply.code(404).send({ error: 'nothing in force' })
})
await tellPort(app)

import type pg from 'pg'

/** A statement that was sent: by which operation, for whom, and with which values. `name` is there where it is prepared once per connection. */
export type Statement = {
  operation: string
  text: string
  name: string | undefined
  values: readonly unknown[]
  acting: Readonly<Record<string, string>>
}

type Query = (...parameters: unknown[]) => unknown

const literal = /'(?:[^']|'')*'/g
/** Up to a semicolon that is in no literal. */
const statement = /(?:'(?:[^']|'')*'|[^;'])+/g

/**
 * Writes down every statement that goes through a pool from now on, under the name that `operation` gives at that moment. What opens and
 * closes transactions is left out; `acting` holds the settings that row-level security goes by.
 */
export function recordStatements(pool: pg.Pool, operation: () => string): Statement[] {
  const sent: Statement[] = []
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query
    let acting: Record<string, string> = {}
    client.query = ((...parameters: unknown[]) => {
      const [first, second] = parameters
      const config = typeof first === 'string' ? { text: first } : (first as pg.QueryConfig)
      const values = config.values ?? (Array.isArray(second) ? (second as unknown[]) : [])
      // What has no values may be several statements in one message.
      for (const text of values.length > 0 ? [config.text] : (config.text.match(statement) ?? [])) {
        if (/^\s*begin\b/.test(text)) acting = {}
        const settings = [...text.matchAll(/set_config\('(handslag\.\w+)', '([^']*)', true\)/g)]
        for (const [, name = '', value = ''] of settings) acting[name] = value
        if (/^\s*(commit|rollback)\b/.test(text)) acting = {}
        if (settings.length > 0 || !/^\s*(select|with|insert|update|delete)\b/.test(text)) continue
        sent.push({ operation: operation(), text: text.trim(), name: config.name, values, acting: { ...acting } })
      }
      return query(...parameters)
    }) as typeof client.query
  })
  return sent
}

/** Each different statement once, whatever its literals say, with the values that it had first, and every operation that sent it. */
export function distinct(statements: readonly Statement[]): (Statement & { operations: string[] })[] {
  const found = new Map<string, Statement & { operations: string[] }>()
  for (const statement of statements) {
    const shape = statement.text.replaceAll(literal, "''")
    const before = found.get(shape)
    if (!before) found.set(shape, { ...statement, operations: [statement.operation] })
    else if (!before.operations.includes(statement.operation)) before.operations.push(statement.operation)
  }
  return [...found.values()]
}

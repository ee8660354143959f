import { createServer } from 'node:http'

/** The ceiling: Node's own hello world, in a process of its own. Says on which port it listens. */
const server = createServer((_, response) => {
  response.setHeader('content-type', 'application/json')
  response.end('{"hello":"world"}')
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') process.send?.(address.port)
})
process.on('disconnect', () => process.exit())

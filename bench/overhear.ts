import { connect, createServer, type Socket } from 'node:net'
import { messageReader } from '../faults/proxy.ts'

/** A message that asks the database something: a text by itself, or the values of a prepared statement. */
export type Asked = { text: string; values?: readonly (string | null)[] }

/** Somebody between a registry and its PostgreSQL who notes what is asked. */
export type Eavesdropper = { port: number; heard: Asked[]; close(): void }

/** Passes everything on between a port of its own and that of the database. */
export async function overhear(databasePort: number): Promise<Eavesdropper> {
  const heard: Asked[] = []
  const sockets: Socket[] = []
  const server = createServer((client) => {
    const database = connect({ port: databasePort, host: '127.0.0.1', noDelay: true })
    sockets.push(client.setNoDelay(true), database)
    for (const socket of [client, database]) socket.on('error', () => undefined)
    const read = messageReader()
    const prepared = new Map<string, string>()
    client.on('data', (bytes) => {
      for (const message of read(bytes)) note(message, prepared, heard)
      database.write(bytes)
    })
    database.pipe(client)
    client.on('close', () => database.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    heard,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** Reads one message of the frontend protocol (PostgreSQL manual, 55.7); one that runs a prepared statement has the text of its `prepare`. */
function note({ kind, bytes }: { kind: string; bytes: Buffer }, prepared: Map<string, string>, heard: Asked[]): void {
  // After the letter and the length.
  let at = 5
  const string = (): string => {
    const end = bytes.indexOf(0, at)
    const text = bytes.toString('utf8', at, end)
    at = end + 1
    return text
  }
  const short = (): number => {
    at += 2
    return bytes.readInt16BE(at - 2)
  }
  const value = (): string | null => {
    const length = bytes.readInt32BE(at)
    at += 4 + Math.max(0, length)
    return length < 0 ? null : bytes.toString('utf8', at - length, at)
  }
  if (kind === 'Q') heard.push({ text: string() })
  if (kind === 'P') prepared.set(string(), string())
  if (kind === 'B') {
    string() // the portal
    const text = prepared.get(string()) ?? ''
    for (let formats = short(); formats > 0; formats -= 1) short()
    heard.push({ text, values: Array.from({ length: short() }, value) })
  }
}

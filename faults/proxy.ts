import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Where a conversation with the database breaks off. `request`: the nth message is not passed on. `reply`: the nth message that PostgreSQL
 * answers is passed on, and the answer is not. Counted over all connections from the moment of arming, as are
 * those `connections`; `cutAt` says at what it happened,
 * `ofChange` that this was
 * the COMMIT of a change, and `elsewhere` that another connection was hit than the one that the change came along: that change was then held back.
 */
export type Cut = {
  side: 'request' | 'reply'
  nth: number
  seen: number
  connections: number
  cutAt?: string
  ofChange?: boolean
  elsewhere?: boolean
}

/** A TCP proxy before PostgreSQL that reads what the client sends, so that it can break off at any message of the protocol. */
export type DatabaseProxy = {
  port: number
  /** How long every piece waits, in both directions. */
  delayMs: number
  /** Lets COMMIT through, and neither its reply nor anything after it: the connection breaks. */
  dropsCommitReplies: boolean
  commits: { passedOn: number; answered: number; dropped: number }
  arm(side: Cut['side'], nth: number): Cut
  disarm(): void
  /** Every connection that there is goes silent for good, as when a cable is cut: nothing is passed on, and nobody is told. */
  freeze(): number
  /** Breaks every connection that there is. */
  breakAll(): void
  close(): Promise<void>
}

/** A connection: the client's and the server's end of it. `wrote`: a change was sent on it. */
type Pair = { client: Socket; server: Socket; frozen: boolean; swallow: boolean; committing: boolean; wrote: boolean }

/** Starts a proxy to the PostgreSQL on a port of this machine. */
export async function startProxy(databasePort: number): Promise<DatabaseProxy> {
  const pairs = new Set<Pair>()
  let cut: Cut | undefined
  const counted = new Set<Pair>()

  const destroy = (pair: Pair, rudely = false): void => {
    pairs.delete(pair)
    // Both ways to go: a reset, and an orderly end.
    for (const socket of [pair.client, pair.server]) rudely ? socket.resetAndDestroy() : socket.destroy()
  }

  /** What becomes of one message of the client: passed on, or the end of its connection. */
  const decide = (pair: Pair, message: Message): boolean => {
    if (message.kind === 'P' && /insert into ledger_payloads/.test(message.bytes.toString('latin1'))) pair.wrote = true
    if (isCommit(message)) {
      pair.committing = true
      proxy.commits.passedOn += 1
    }
    if (cut?.cutAt && isCommit(message) && pair.wrote) {
      cut.elsewhere = true
      proxy.commits.passedOn -= 1
      destroy(pair)
      return false
    }
    if (!cut || cut.cutAt || message.kind === 'X' || (cut.side === 'reply' && !isAnswered(message))) return true
    cut.seen += 1
    counted.add(pair)
    cut.connections = counted.size
    if (cut.seen < cut.nth) return true
    cut.cutAt = tell(message)
    cut.ofChange = isCommit(message) && pair.wrote
    pair.swallow = true
    if (cut.side === 'reply') return true
    if (isCommit(message)) proxy.commits.passedOn -= 1
    destroy(pair, cut.nth % 2 === 0)
    return false
  }

  const server = createServer((client) => {
    const pair: Pair = {
      client,
      server: connect(databasePort, '127.0.0.1'),
      frozen: false,
      swallow: false,
      committing: false,
      wrote: false,
    }
    pairs.add(pair)
    const read = messageReader()
    const toServer = inOrder(() => proxy.delayMs)
    const toClient = inOrder(() => proxy.delayMs)
    client.on('data', (bytes) => {
      if (pair.frozen) return
      for (const message of read(bytes)) {
        if (!decide(pair, message)) return
        toServer(() => pair.frozen || pair.server.write(message.bytes))
      }
    })
    pair.server.on('data', (bytes) => {
      if (pair.frozen) return
      if (pair.swallow || (pair.committing && proxy.dropsCommitReplies)) {
        if (pair.committing) proxy.commits.dropped += 1
        return destroy(pair)
      }
      if (pair.committing) proxy.commits.answered += 1
      pair.committing = false
      toClient(() => pair.frozen || client.write(bytes))
    })
    for (const socket of [client, pair.server]) {
      socket.setNoDelay(true)
      // An error is followed by 'close', and there it ends for both, unless nobody is to be told.
      socket.on('error', () => undefined)
      socket.on('close', () => pair.frozen || destroy(pair))
    }
  })
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done))
  const address = server.address()

  const proxy: DatabaseProxy = {
    port: typeof address === 'object' && address ? address.port : 0,
    delayMs: 0,
    dropsCommitReplies: false,
    commits: { passedOn: 0, answered: 0, dropped: 0 },
    arm: (side, nth) => {
      counted.clear()
      cut = { side, nth, seen: 0, connections: 0 }
      return cut
    },
    disarm: () => {
      cut = undefined
    },
    freeze: () => {
      for (const pair of pairs) pair.frozen = true
      return pairs.size
    },
    breakAll: () => {
      for (const pair of pairs) destroy(pair)
    },
    close: async () => {
      for (const pair of pairs) destroy(pair)
      await new Promise((done) => server.close(done))
    },
  }
  return proxy
}

/** One message of the frontend protocol (PostgreSQL manual, 55.7): the letter of its type, or `startup` for the first, which has none. */
type Message = { kind: string; bytes: Buffer }

/** Takes pieces of a stream, and gives the messages that are whole. */
export function messageReader(): (piece: Buffer) => Message[] {
  let rest: Buffer = Buffer.alloc(0)
  let started = false
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const messages: Message[] = []
    for (;;) {
      // The length counts itself and what follows, and not the letter before it.
      const letter = started ? 1 : 0
      if (rest.length < letter + 4) return messages
      const size = letter + rest.readUInt32BE(letter)
      if (rest.length < size) return messages
      messages.push({ kind: started ? rest.toString('latin1', 0, 1) : 'startup', bytes: rest.subarray(0, size) })
      started = true
      rest = rest.subarray(size)
    }
  }
}

// Startup, a password, a simple query, and the end of an extended one; parse, bind, describe and execute are answered with that end.
const isAnswered = ({ kind }: Message): boolean => ['startup', 'p', 'Q', 'S'].includes(kind)

const textOf = ({ kind, bytes }: Message): string => (kind === 'Q' ? bytes.toString('utf8', 5, bytes.length - 1) : '')

// What is said last of a transaction, also behind something else.
const isCommit = (message: Message): boolean => /(^|;)\s*commit$/i.test(textOf(message))

const tell = (message: Message): string => {
  const text = textOf(message).trim().slice(0, 40).replace(/\s+/g, ' ')
  return text ? `${message.kind} ${text}` : message.kind
}

/** Does things in order, each after a delay; at once where there is neither a delay nor anything before it. */
function inOrder(delayMs: () => number): (act: () => unknown) => void {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    if (waiting === 0 && delayMs() === 0) return void act()
    waiting += 1
    last = last
      .then(() => sleep(delayMs()))
      .then(() => {
        waiting -= 1
        act()
      })
  }
}

import { randomUUID } from 'node:crypto'
import { addDays, type Day, dayOf } from '../domain/time.ts'

/** An answer of the registry. */
export type Told = {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: a story reads any answer of the API, as a person with curl would
  body: any
  etag: string | undefined
}

type Request = { as?: string; body?: unknown; ifMatch?: string | undefined; ifNoneMatch?: string | undefined; expect: number }

/** Tells a story over HTTP: a sentence, the request behind it, and the answer; stops where one answers otherwise than told. */
export class Teller {
  private readonly url: string
  private readonly say: (line: string) => void
  private readonly ask: typeof fetch
  private readonly tokens = new Map<string, string>()
  steps = 0

  constructor(url: string, say: (line: string) => void, ask: typeof fetch = fetch) {
    this.url = url
    this.say = say
    this.ask = ask
  }

  chapter(title: string): void {
    this.say(`\n${title}\n${'─'.repeat(title.length)}`)
  }

  /** A remark between the steps. */
  note(...lines: string[]): void {
    for (const line of lines) this.say(`        ${line}`)
  }

  /** One step of the story. */
  async tell(sentence: string, request: string, options: Request): Promise<Told> {
    this.steps += 1
    this.say(`\n${String(this.steps).padStart(3)}. ${sentence}`)
    const answer = await this.act(request, options)
    this.say(`        ${request} → ${[answer.status, answer.body?.code].filter(Boolean).join(' ')}`)
    return answer
  }

  /** Does something without making a step of it: one of many alike. */
  async act(request: string, options: Request): Promise<Told> {
    const [method = 'GET', path = '/'] = request.split(' ')
    const answer = await this.send(method, path, options)
    if (answer.status !== options.expect)
      throw new Error(
        `step ${this.steps}: ${request} answers ${answer.status}, and not ${options.expect}:\n${JSON.stringify(answer.body, null, 2)}`,
      )
    return answer
  }

  /** Reads without making a step of it. */
  async look(path: string, as?: string): Promise<Told> {
    return this.act(`GET ${path}`, { expect: 200, ...(as && { as }) })
  }

  /** Insists on something that the story claims. */
  sure(claim: string, holds: boolean): void {
    if (!holds) throw new Error(`step ${this.steps}: it is not so that ${claim}`)
    this.say(`        ✓ ${claim}`)
  }

  /** Lets time pass: the clock of a demonstration can be moved on. */
  async daysLater(days: number): Promise<string> {
    const { now = '' } = await this.local('clock', { days })
    this.say(`\n     … ${days} days later: it is ${now.slice(0, 10)}.`)
    return now
  }

  /** The moment that it is in the registry. */
  async now(): Promise<string> {
    return (await this.local('clock', { days: 0 })).now ?? ''
  }

  /** The day that it is in the registry, or one so many days from it. */
  async day(plus = 0): Promise<Day> {
    return addDays(dayOf(await this.now()), plus)
  }

  /** Whether the registry is a demonstration, and so can be told stories on. */
  async isDemonstration(): Promise<boolean> {
    return fetch(`${this.url}/local/people`).then(
      (answer) => answer.ok,
      () => false,
    )
  }

  private async local(path: string, body: unknown): Promise<Record<string, string>> {
    const answer = await fetch(`${this.url}/local/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`POST /local/${path} answers ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, string>
  }

  /** A token for somebody of the demonstration; applications only read. */
  async token(subject: string): Promise<string> {
    const known = this.tokens.get(subject)
    if (known) return known
    const scopes = subject.includes('zaaksysteem') ? ['handslag:read'] : ['handslag:read', 'handslag:write']
    const { access_token = '' } = await this.local('tokens', { subject, scopes })
    this.tokens.set(subject, access_token)
    return access_token
  }

  private async send(method: string, path: string, { as, body, ifMatch, ifNoneMatch }: Request): Promise<Told> {
    const answer = await this.ask(`${this.url}${path}`, {
      method,
      headers: {
        ...(method !== 'GET' && { 'idempotency-key': randomUUID() }),
        ...(as && { authorization: `Bearer ${await this.token(as)}` }),
        ...(body !== undefined && { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
        ...(ifMatch && { 'if-match': ifMatch }),
        ...(ifNoneMatch && { 'if-none-match': ifNoneMatch }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : undefined, etag: answer.headers.get('etag') ?? undefined }
  }
}

import type { Teller, Told } from '../teller.ts'
import type { Person } from './cast.ts'

type Limits = { measure: string; maximum: number }[]

/** One agreement of a story, and the steps that come back at every table. */
export class Table {
  readonly id: string
  /** The address of the agreement. */
  readonly at: string
  private readonly teller: Teller
  private readonly subjects: string[]
  private readonly parties = new Map<string, string>()
  private number = 0

  private constructor(teller: Teller, agreement: Told['body'], subjects: string[]) {
    this.teller = teller
    this.id = agreement.id
    this.at = `/v1/agreements/${agreement.id}`
    this.subjects = subjects
    for (const { organisationId, id } of agreement.parties) this.parties.set(organisationId, id)
  }

  /** Starts an agreement; its mandates are about `subjects`. */
  static async start(teller: Teller, sentence: string, by: Person, subjects: string[], body: object): Promise<Table> {
    const started = await teller.tell(sentence, 'POST /v1/agreements', { as: by.subject, expect: 201, body })
    return new Table(teller, started.body, subjects)
  }

  /** The address of the round that goes on. */
  get round(): string {
    return `${this.at}/rounds/${this.number}`
  }

  partyOf({ organisation, organisationId }: Person): string {
    const id = this.parties.get(organisationId)
    if (!id) throw new Error(`${organisation} does not sit at this table`)
    return id
  }

  /** Something that somebody does at this table, and what comes of it. */
  async does(sentence: string, by: Person, path: string, body: object, expect = 201): Promise<Told['body']> {
    return (await this.teller.tell(sentence, `POST ${this.at}${path}`, { as: by.subject, expect, body })).body
  }

  /** The same, in the round that goes on. */
  inRound(sentence: string, by: Person, path: string, body: object, expect = 201): Promise<Told['body']> {
    return this.does(sentence, by, `/rounds/${this.number}${path}`, body, expect)
  }

  /** What a mandate at this table says. */
  async mandateFor(holder: Person, limits: Limits = []): Promise<object> {
    const validUntil = await this.teller.day(400)
    return { holderId: holder.personId, basis: 'Directiebesluit', subjects: this.subjects, limits, validUntil }
  }

  async grant(grantor: Person, holder: Person, limits: Limits = []): Promise<Told['body']> {
    const atMost = limits[0] ? `, for at most ${limits[0].maximum} ${limits[0].measure}` : ''
    const sentence = `${grantor.name} mandates ${holder.name} to represent ${holder.organisation}${atMost}.`
    return this.does(sentence, grantor, '/mandates', await this.mandateFor(holder, limits))
  }

  renew(
    sentence: string,
    by: Person,
    mandateId: string,
    meetingId: string,
    body: object = { decision: 'confirmed' },
  ): Promise<Told['body']> {
    return this.does(sentence, by, `/mandates/${mandateId}/renewals`, { meetingId, ...body })
  }

  async openRound(sentence: string, by: Person): Promise<void> {
    const { number } = await this.does(sentence, by, '/rounds', {})
    this.number = number
  }

  /** A meeting that began an hour ago. */
  async meet(sentence: string, by: Person, body: object): Promise<Told['body']> {
    const startsAt = new Date(Date.parse(await this.teller.now()) - 3_600_000).toISOString()
    return this.does(sentence, by, '/meetings', { ...body, startsAt })
  }

  /** Records a whole meeting, and closes it. */
  record(sentence: string, by: Person, meetingId: string, present: Person[], body: object): Promise<Told['body']> {
    const attendees = present.map(({ personId }) => ({ personId }))
    return this.does(sentence, by, `/meetings/${meetingId}/record`, { attendees, ...body })
  }

  /** Somebody is heard; without concerns that is said too. */
  hear(sentence: string, by: Person, concerns: string[] = [], rest: object = {}): Promise<Told['body']> {
    return this.inRound(sentence, by, '/hearings', { ...rest, concerns })
  }

  /** Replaces the text, or with `PATCH` a part of it. */
  async write(sentence: string, by: Person, body: object, method: 'PUT' | 'PATCH' = 'PUT'): Promise<Told['body']> {
    const { etag } = await this.teller.look(`${this.at}/text`, by.subject)
    return (await this.teller.tell(sentence, `${method} ${this.at}/text`, { as: by.subject, expect: 200, ifMatch: etag, body })).body
  }

  offer(sentence: string, by: Person, body: object): Promise<Told['body']> {
    return this.does(sentence, by, '/commitments', body)
  }

  accept(by: Person, commitmentId: string): Promise<Told['body']> {
    const sentence = `${by.name} accepts it for ${by.organisation}.`
    return this.does(sentence, by, `/commitments/${commitmentId}/acceptances`, { decision: 'accepted' })
  }

  async digest(by: Person): Promise<string> {
    return (await this.teller.look(`${this.at}/text`, by.subject)).body.textDigest
  }

  async stance(sentence: string, by: Person, body: object = { position: 'accept' }): Promise<Told['body']> {
    return this.inRound(sentence, by, '/stances', { textDigest: await this.digest(by), ...body })
  }

  async adopt(sentence: string, by: Person, expect = 201): Promise<Told['body']> {
    return this.inRound(sentence, by, '/adoption', { textDigest: await this.digest(by) }, expect)
  }
}

import { canonical, digest } from '../domain/digest.ts'
import { DoorProblem, invalidInput } from './problem.ts'

/** The strong ETag of a revision; a suffix tells apart what else the answer depends on, such as the day. */
export const etagOf = (revision: number | string, suffix?: string): string => `"${revision}${suffix === undefined ? '' : `.${suffix}`}"`

/** The strong ETag of an answer that depends on more than its revision: the clock, the caller, the language. 16 hex digits tell these apart. */
export const etagOfBody = (revision: number, body: unknown): string => etagOf(revision, digest('answer', canonical(body)).slice(0, 16))

const tag = /(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"/
const list = new RegExp(`^\\s*${tag.source}(?:\\s*,\\s*${tag.source})*\\s*$`)
const everyTag = new RegExp(tag.source, 'g')
const tagsIn = (header: string): string[] => header.match(everyTag) ?? []

/**
 * The revision that If-Match asks for (RFC 9110, section 13.1.1); undefined for `*` or, where it is not required, no header.
 * Throws 428 when it is required and absent, 412 for tags that never match, 400 for several tags: a change has one base.
 */
export function readIfMatch(header: string | undefined, required: boolean): number | undefined {
  if (header === undefined) {
    if (required) throw new DoorProblem('precondition-required')
    return undefined
  }
  if (header.trim() === '*') return undefined
  if (!list.test(header)) throw invalidInput([{ code: 'one-tag', parameter: 'If-Match' }])
  const strong = tagsIn(header).filter((tag) => !tag.startsWith('W/'))
  if (strong.length > 1) throw invalidInput([{ code: 'one-tag', parameter: 'If-Match' }])
  // 15 digits: the largest whole numbers that a JavaScript number holds exactly.
  const revision = /^"(\d{1,15})(?:\.[^"]*)?"$/.exec(strong[0] ?? '')?.[1]
  if (revision === undefined) throw new DoorProblem('tag-never-matches')
  return Number(revision)
}

/** Whether If-None-Match names this ETag, by weak comparison (RFC 9110, section 13.1.2): the reader has it already. */
export function isNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header === etag) return true
  return header.trim() === '*' || (list.test(header) && tagsIn(header).some((tag) => tag.replace(/^W\//, '') === etag))
}

/** The edition of a version that If-None-Match says the reader has; nothing where it names none, or several. */
export const editionHeld = (header: string | undefined): string =>
  /^(?:W\/)?"([1-9]\d{0,8}(?:\.[0-9a-f]{16})?)"$/.exec(header ?? '')?.[1] ?? ''

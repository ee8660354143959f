import { z } from 'zod'
import { formats } from '../domain/format.ts'
import { type Reason, type RefusalCode, type RefusalKind, Refused, refusals, sentence } from '../domain/refusal.ts'
import type { Language } from './negotiate.ts'

type Sentences = { en: string; nl: string }

/** A code means one thing: none of these lists has a code of the rules. */
type NotOfTheRules = { [Code in RefusalCode]?: never }

/** The closed list of what goes wrong at the door, beside the refusals of the rules. Codes are stable; `{name}` stands for a parameter. */
export const doorProblems = {
  'invalid-input': {
    status: 400,
    en: 'The request does not have the form that this operation asks for: "errors" names every mistake.',
    nl: 'Het verzoek heeft niet de vorm die deze bewerking vraagt: "errors" noemt elke fout.',
  },
  'malformed-request': {
    status: 400,
    en: 'The request cannot be read: its address, headers or length are not well-formed.',
    nl: 'Het verzoek is niet te lezen: het adres, de headers of de lengte kloppen niet.',
  },
  'malformed-body': { status: 400, en: 'The body is not JSON in UTF-8.', nl: 'De inhoud van het verzoek is geen JSON in UTF-8.' },
  'token-missing': {
    status: 401,
    en: 'Send an access token in the header Authorization: Bearer.',
    nl: 'Stuur een toegangstoken mee in de header Authorization: Bearer.',
  },
  'token-malformed': { status: 401, en: 'The access token is not a signed JWT.', nl: 'Het toegangstoken is geen ondertekend JWT.' },
  'token-expired': { status: 401, en: 'The access token has expired.', nl: 'Het toegangstoken is verlopen.' },
  'token-invalid': { status: 401, en: 'The access token is not accepted here.', nl: 'Het toegangstoken wordt hier niet aanvaard.' },
  'scope-missing': { status: 403, en: 'The access token lacks the scope {scope}.', nl: 'In het toegangstoken ontbreekt de scope {scope}.' },
  'caller-unknown': {
    status: 403,
    en: 'The registry knows no person, application or operator for this access token.',
    nl: 'Het register kent geen persoon, applicatie of beheerder bij dit toegangstoken.',
  },
  'for-members': {
    status: 403,
    en: 'This is for the people and applications of an organisation.',
    nl: 'Dit is voor mensen en applicaties van een organisatie.',
  },
  'for-people': { status: 403, en: 'This is for a person of an organisation.', nl: 'Dit is voor een persoon van een organisatie.' },
  'for-operators': { status: 403, en: 'This is for the operator of the registry.', nl: 'Dit is voor de beheerder van het register.' },
  'unknown-route': { status: 404, en: 'There is nothing at this address.', nl: 'Op dit adres is niets.' },
  'method-not-allowed': {
    status: 405,
    en: 'This address does not know the method {method}; it knows {allow}.',
    nl: 'Dit adres kent de methode {method} niet; wel {allow}.',
  },
  'not-acceptable': { status: 406, en: 'This operation answers in {type} only.', nl: 'Deze bewerking antwoordt alleen in {type}.' },
  timeout: { status: 408, en: 'The request took too long to arrive.', nl: 'Het verzoek deed er te lang over om binnen te komen.' },
  'changed-meanwhile': {
    status: 409,
    en: 'Somebody else changed the same at the same moment. Look again, and try again.',
    nl: 'Iemand anders wijzigde hetzelfde op hetzelfde moment. Kijk opnieuw en probeer het nog eens.',
  },
  'tag-never-matches': {
    status: 412,
    en: 'If-Match holds no tag that this resource can have: a weak tag never matches.',
    nl: 'In If-Match staat geen tag die deze bron kan hebben: een zwakke tag past nooit.',
  },
  'answer-erased': {
    status: 410,
    en: 'This was done before, and is not done again. What was answered held data of a person that was erased since.',
    nl: 'Dit is al eerder gedaan en wordt niet opnieuw gedaan. In het antwoord stonden gegevens van een persoon die sindsdien zijn gewist.',
  },
  'body-too-large': {
    status: 413,
    en: 'The body is larger than {limit} bytes.',
    nl: 'De inhoud van het verzoek is groter dan {limit} bytes.',
  },
  'media-type': {
    status: 415,
    en: 'The body must be sent as {type}, in UTF-8 and without compression.',
    nl: 'De inhoud moet verstuurd worden als {type}, in UTF-8 en zonder compressie.',
  },
  'idempotency-key-reused': {
    status: 422,
    en: 'This Idempotency-Key was used for another request. Give every request a key of its own; the same one only to send it again.',
    nl: 'Deze Idempotency-Key is al gebruikt voor een ander verzoek. Geef elk verzoek een eigen sleutel; alleen bij opnieuw versturen dezelfde.',
  },
  'precondition-required': {
    status: 428,
    en: 'Send the ETag of what you read in the header If-Match, so that you overwrite nobody.',
    nl: 'Stuur de ETag van wat u las mee in de header If-Match, zodat u niemand overschrijft.',
  },
  'too-many-requests': {
    status: 429,
    en: 'More than {quota} requests came from you within a minute. Try again in {seconds} seconds.',
    nl: 'Er kwamen binnen een minuut meer dan {quota} verzoeken van u. Probeer het over {seconds} seconden weer.',
  },
  'headers-too-large': { status: 431, en: 'The headers are too large.', nl: 'De headers zijn te groot.' },
  'internal-error': {
    status: 500,
    en: 'Something went wrong at our side. Report it with the number in "instance".',
    nl: 'Er ging bij ons iets mis. Meld het met het nummer in "instance".',
  },
  unavailable: {
    status: 503,
    en: 'The registry cannot answer now. Try again in a moment; it is not certain whether a change was made.',
    nl: 'Het register kan nu niet antwoorden. Probeer het zo weer; het is niet zeker of een wijziging is gedaan.',
  },
  overloaded: {
    status: 503,
    en: 'The registry is too busy to take this request on: nothing was done. Try again in a moment.',
    nl: 'Het register heeft het te druk om dit verzoek aan te nemen: er is niets gedaan. Probeer het zo weer.',
  },
  'keys-unavailable': {
    status: 503,
    en: 'The keys of the token issuer cannot be fetched now, so no token can be checked. Try again in a moment.',
    nl: 'De sleutels van de tokenuitgever zijn nu niet op te halen, dus geen token is te controleren. Probeer het zo weer.',
  },
} as const satisfies Record<string, { status: number } & Sentences> & NotOfTheRules
export type DoorCode = keyof typeof doorProblems

/** The closed list of mistakes in a request: the codes in `errors` of an `invalid-input`. */
export const mistakes = {
  required: { en: 'This is required.', nl: 'Dit is verplicht.' },
  'unknown-field': { en: 'There is no field with this name here.', nl: 'Hier bestaat geen veld met deze naam.' },
  'unknown-parameter': { en: 'There is no parameter with this name here.', nl: 'Hier bestaat geen parameter met deze naam.' },
  'repeated-field': { en: 'This field is given more than once.', nl: 'Dit veld staat er meer dan één keer.' },
  'repeated-parameter': { en: 'This parameter can be given once.', nl: 'Deze parameter mag één keer voorkomen.' },
  'wrong-type': { en: 'This must be of type {expected}.', nl: 'Dit moet van het type {expected} zijn.' },
  'wrong-format': { en: 'This does not have the form of a {format}.', nl: 'Dit heeft niet de vorm van een {format}.' },
  'not-in-list': { en: 'This must be one of: {values}.', nl: 'Dit moet een van deze zijn: {values}.' },
  'no-choice-fits': { en: 'This fits none of the forms that are possible here.', nl: 'Dit past bij geen van de vormen die hier kunnen.' },
  'text-too-short': {
    en: 'This needs visible characters, {minimum} at least.',
    nl: 'Dit moet zichtbare tekens hebben, minstens {minimum}.',
  },
  'text-too-long': { en: 'This can have {maximum} characters at most.', nl: 'Dit mag hoogstens {maximum} tekens hebben.' },
  'too-few-items': { en: 'This needs items, {minimum} at least.', nl: 'Dit moet onderdelen hebben, minstens {minimum}.' },
  'too-many-items': { en: 'This can have {maximum} items at most.', nl: 'Dit mag hoogstens {maximum} onderdelen hebben.' },
  'number-too-small': { en: 'This lies below the minimum of {minimum}.', nl: 'Dit ligt onder het minimum van {minimum}.' },
  'number-too-large': { en: 'This lies above the maximum of {maximum}.', nl: 'Dit ligt boven het maximum van {maximum}.' },
  'unreadable-text': {
    en: 'This text holds control characters, half characters or marks that reverse its direction.',
    nl: 'Deze tekst bevat stuurtekens, halve tekens of tekens die de leesrichting omkeren.',
  },
  'bsn-in-text': {
    en: 'This text holds a citizen service number (BSN). Leave it out: the registry holds nothing about clients or cases.',
    nl: 'In deze tekst staat een burgerservicenummer (BSN). Laat het weg: het register bevat niets over cliënten of casussen.',
  },
  'case-number-in-text': {
    en: 'This text holds the number of a police file, a prosecution or a court case. Leave it out: the registry holds nothing about cases.',
    nl: 'In deze tekst staat het nummer van een politiedossier, een strafzaak of een rechtszaak. Laat het weg: het register bevat niets over casussen.',
  },
  'inexact-number': { en: 'This number cannot be kept exactly.', nl: 'Dit getal is niet precies te bewaren.' },
  'too-deep': { en: 'This is nested more than {maximum} levels deep.', nl: 'Dit is meer dan {maximum} niveaus diep genest.' },
  'wrong-cursor': {
    en: 'This cursor is not from this list with these parameters. Start without a cursor.',
    nl: 'Deze cursor hoort niet bij deze lijst met deze parameters. Begin zonder cursor.',
  },
  'one-tag': { en: 'Send one ETag, as it was given, or *.', nl: 'Stuur één ETag, zoals die gegeven is, of *.' },
  'not-allowed': { en: 'This value is not allowed here.', nl: 'Deze waarde kan hier niet.' },
} as const satisfies Record<string, Sentences> & NotOfTheRules
export type MistakeCode = keyof typeof mistakes

type Params = Readonly<Record<string, string | number>>

/** One mistake: where it is, and a sentence of its own where the schema that found it gives one. */
export type Mistake = { code: MistakeCode; params?: Params; detail?: Sentences } & (
  | { pointer: string; parameter?: never }
  | { parameter: string; pointer?: never }
)

type Extra = { params?: Params; mistakes?: readonly Mistake[]; headers?: Readonly<Record<string, string>>; cause?: unknown }

/** Thrown at the door: a code of its list, the parameters of the sentence, and headers that belong to the answer. */
export class DoorProblem extends Error {
  readonly code: DoorCode
  readonly params: Params
  readonly mistakes: readonly Mistake[]
  readonly headers: Readonly<Record<string, string>>

  constructor(code: DoorCode, { params = {}, mistakes = [], headers = {}, cause }: Extra = {}) {
    super(code, { cause })
    this.name = 'DoorProblem'
    this.code = code
    this.params = params
    this.mistakes = mistakes
    this.headers = headers
  }
}

/** Refuses a request for its form, naming every mistake. */
export const invalidInput = (mistakes: readonly Mistake[]): DoorProblem => new DoorProblem('invalid-input', { mistakes })

/** Several reasons of the rules at once; the status is that of the strongest kind. */
const several = {
  en: 'This is refused for several reasons: "errors" names every one.',
  nl: 'Dit is om meerdere redenen geweigerd: "errors" noemt ze alle.',
}

// The order in which kinds win: what one may not see stays hidden, and who may not act need not hear what else is missing.
const statusOfKind = { unknown: 404, forbidden: 403, stale: 412, conflict: 409 } as const satisfies Record<RefusalKind, number>

/** What `title` says: one short name per status, whatever the code (RFC 9457, section 3.1.4: it does not differ per occurrence). */
export const titles: Readonly<Record<number, Sentences>> = {
  400: { en: 'Invalid request', nl: 'Ongeldig verzoek' },
  401: { en: 'Not authenticated', nl: 'Niet aangemeld' },
  403: { en: 'Not allowed', nl: 'Niet toegestaan' },
  404: { en: 'Not found', nl: 'Niet gevonden' },
  405: { en: 'Method not allowed', nl: 'Methode niet toegestaan' },
  406: { en: 'Not acceptable', nl: 'Niet in de gevraagde vorm' },
  408: { en: 'Request timeout', nl: 'Verzoek duurde te lang' },
  409: { en: 'Not possible in this state', nl: 'Niet mogelijk in deze toestand' },
  410: { en: 'Gone', nl: 'Verdwenen' },
  412: { en: 'Changed in the meantime', nl: 'Intussen gewijzigd' },
  413: { en: 'Too large', nl: 'Te groot' },
  415: { en: 'Unsupported media type', nl: 'Mediatype niet ondersteund' },
  422: { en: 'Key used before', nl: 'Sleutel al gebruikt' },
  428: { en: 'Precondition required', nl: 'Voorwaarde verplicht' },
  429: { en: 'Too many requests', nl: 'Te veel verzoeken' },
  431: { en: 'Headers too large', nl: 'Headers te groot' },
  500: { en: 'Internal error', nl: 'Interne fout' },
  503: { en: 'Unavailable', nl: 'Niet beschikbaar' },
}

/** Every code that a problem can have, with its status and sentences: what `type` points to (routes/problems.ts). */
export const problemTypes: Readonly<Record<string, { status: number } & Sentences>> = {
  ...doorProblems,
  refused: { status: 409, ...several },
  ...Object.fromEntries(Object.entries(refusals).map(([code, { kind, en, nl }]) => [code, { status: statusOfKind[kind], en, nl }])),
}

const codes = (list: Record<string, unknown>) => Object.keys(list) as [string, ...string[]]

/** The body of every error (RFC 9457), media type application/problem+json. */
export const Problem = z
  .strictObject({
    type: z.string().meta({ format: 'uri-reference', description: 'a page about this code' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('what went wrong, in the language of Accept-Language: Dutch or English'),
    instance: z.string().describe('the number of this request: quote it when you ask for help'),
    code: z.enum(codes(problemTypes)),
    errors: z
      .array(
        z.strictObject({
          code: z.enum(codes({ ...mistakes, ...refusals })),
          detail: z.string(),
          pointer: z.string().optional().describe('where: a JSON pointer (RFC 6901) into the body, or into the agreement'),
          parameter: z.string().optional().describe('where: the name of a path or query parameter, or of a header'),
        }),
      )
      .describe('every single reason or mistake, at once'),
  })
  .meta({
    id: 'Problem',
    example: {
      type: '/problems/invalid-input',
      title: 'Invalid request',
      status: 400,
      detail: doorProblems['invalid-input'].en,
      instance: 'urn:uuid:6f1dfd9e-63a4-4a3c-a2f5-9f4b7e7d2a10',
      code: 'invalid-input',
      errors: [{ code: 'required', detail: mistakes.required.en, pointer: '/title' }],
    },
  })
export type Problem = z.output<typeof Problem>

const fill = (template: string, params: Params) => template.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))

/** The problem as it is sent, in the language of the reader. */
export function describeProblem(problem: DoorProblem | Refused, language: Language, requestId: string): Problem {
  const { code, status, detail, errors } = problem instanceof Refused ? ofRules(problem, language) : ofDoor(problem, language)
  const title = titles[status]?.[language] ?? ''
  return { type: `/problems/${code}`, title, status, detail, instance: `urn:uuid:${requestId}`, code, errors }
}

/** The form that a text should have, as the reader calls it. */
const formNamed = (params: Params, language: Language): Params => {
  const { format } = params
  const known = Object.entries(formats).find(([name]) => name === format)
  return known ? { ...params, format: known[1][language] } : params
}

function ofDoor({ code, params, mistakes: found }: DoorProblem, language: Language) {
  const errors = found.map(({ code, params = {}, detail, pointer, parameter }) => ({
    code,
    detail: detail?.[language] ?? fill(mistakes[code][language], formNamed(params, language)),
    ...(pointer !== undefined && { pointer }),
    ...(parameter !== undefined && { parameter }),
  }))
  return { code, status: doorProblems[code].status, detail: fill(doorProblems[code][language], params), errors }
}

function ofRules({ reasons }: Refused, language: Language) {
  const kinds = reasons.map(({ code }) => refusals[code].kind as RefusalKind)
  const kind = (Object.keys(statusOfKind) as RefusalKind[]).find((kind) => kinds.includes(kind)) ?? 'conflict'
  const [first] = reasons
  const alike = reasons.every(({ code }) => code === first.code)
  const errors = reasons.map((reason: Reason) => ({
    code: reason.code,
    detail: sentence(reason, language),
    ...(reason.pointer !== undefined && { pointer: reason.pointer }),
  }))
  const code: RefusalCode | 'refused' = alike ? first.code : 'refused'
  return { code, status: statusOfKind[kind], detail: reasons.length === 1 ? sentence(first, language) : several[language], errors }
}

import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { kinds } from '../domain/adoption.ts'
import { visibilities } from '../domain/agreement.ts'
import { annexKinds } from '../domain/annex.ts'
import { commitmentStates } from '../domain/commitment.ts'
import { contributionKinds } from '../domain/contribution.ts'
import { placementStates } from '../domain/exchange/placement.ts'
import { findingKinds, inquiryStates } from '../domain/inquiry.ts'
import { linkKinds } from '../domain/link.ts'
import { meetingStates } from '../domain/meeting.ts'
import { identifierSchemes } from '../domain/organisation.ts'
import { involvements } from '../domain/party.ts'
import { pulseKinds } from '../domain/pulse.ts'
import { recommendationStatuses } from '../domain/recommendation.ts'
import { recommendationLevels } from '../domain/reflection.ts'
import { agreementStatuses, roundStates } from '../domain/round.ts'
import { positions } from '../domain/stance.ts'
import { transferStates } from '../domain/transfer.ts'

// Milliseconds, like every moment in the program: microseconds would be lost on the way and cursors would skip rows.
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'string' })
const oneOf = (column: string, values: readonly string[]) => sql.raw(`"${column}" in (${values.map((value) => `'${value}'`).join(', ')})`)

/* The ledger: what happened. The application inserts here, and can neither update nor delete (migrations grant no more). */

/** One entry per event. `hash` covers the entry, the hash before it and the salted digest of its payload (docs/architecture.md#ledger). */
export const ledger = pgTable(
  'ledger',
  {
    streamId: uuid('stream_id').notNull(),
    revision: integer('revision').notNull(),
    streamType: text('stream_type').notNull(),
    type: text('type').notNull(),
    recordedAt: moment('recorded_at').notNull(),
    actorId: text('actor_id').notNull(),
    organisationId: uuid('organisation_id'),
    mandateId: uuid('mandate_id'),
    payloadDigest: text('payload_digest').notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.streamId, table.revision] }),
    uniqueIndex('ledger_hash').on(table.hash),
    check('ledger_revision', sql`revision >= 1`),
  ],
)

/** What each entry says, with the salt of its digest. Kept apart, so that personal data can be erased and the chain still verifies. */
export const ledgerPayloads = pgTable(
  'ledger_payloads',
  {
    streamId: uuid('stream_id').notNull(),
    revision: integer('revision').notNull(),
    salt: text('salt').notNull(),
    payload: jsonb('payload').notNull(),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.revision] })],
)

/* The head of each stream: what deciding needs. Everything from here down can be rebuilt from the ledger. */

export const streams = pgTable('streams', {
  id: uuid('id').primaryKey(),
  type: text('type').notNull(),
  revision: integer('revision').notNull(),
  recordedAt: moment('recorded_at').notNull(),
  hash: text('hash').notNull(),
  state: jsonb('state').notNull(),
})

/** The state at the opening of each round: where looking back starts, so that it costs one round and not all. */
export const snapshots = pgTable(
  'snapshots',
  {
    streamId: uuid('stream_id').notNull(),
    revision: integer('revision').notNull(),
    recordedAt: moment('recorded_at').notNull(),
    state: jsonb('state').notNull(),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.revision] }), index('snapshots_recorded').on(table.streamId, table.recordedAt)],
)

/** What was recorded and is not in the log yet: emptied by the sequencer, filled with each entry. */
export const logQueue = pgTable(
  'log_queue',
  { streamId: uuid('stream_id').notNull(), revision: integer('revision').notNull(), hash: text('hash').notNull() },
  (table) => [primaryKey({ columns: [table.streamId, table.revision] })],
)

/**
 * What was answered to a request that carried an Idempotency-Key, kept for seven days: who sends it again gets it again. Written in the
 * transaction of what the request did. `stream_ids` are those that were changed and that the caller could read then.
 */
export const answers = pgTable(
  'answers',
  {
    callerId: text('caller_id').notNull(),
    key: text('key').notNull(),
    requestDigest: text('request_digest').notNull(),
    at: moment('at').notNull(),
    status: integer('status'),
    headers: jsonb('headers'),
    body: text('body'),
    streamIds: uuid('stream_ids').array(),
  },
  (table) => [
    primaryKey({ columns: [table.callerId, table.key] }),
    index('answers_at').on(table.at),
    // By it an erasure finds what was answered.
    index('answers_streams').using('gin', table.streamIds),
  ],
)

/* Tables for reading. `doc` is what the API answers with; the columns beside it are what is filtered, ordered and constrained. */

const doc = jsonb('doc').notNull()

export const organisations = pgTable('organisations', { id: uuid('id').primaryKey(), name: text('name').notNull(), doc }, (table) => [
  index('organisations_name').on(table.name, table.id),
])

export const organisationIdentifiers = pgTable(
  'organisation_identifiers',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    scheme: text('scheme').notNull(),
    value: text('value').notNull(),
    current: boolean('current').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organisationId, table.scheme, table.value] }),
    // Other schemes have no issuer who keeps numbers apart.
    uniqueIndex('organisation_identifiers_once').on(table.scheme, table.value).where(sql`current and scheme <> 'other'`),
    check('organisation_identifiers_scheme', oneOf('scheme', identifierSchemes)),
  ],
)

export const people = pgTable(
  'people',
  {
    id: uuid('id').primaryKey(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    here: boolean('here').notNull(),
    doc,
  },
  (table) => [
    index('people_organisation').on(table.organisationId, table.id),
    index('people_here').on(table.organisationId, table.id).where(sql`here`),
  ],
)

export const applications = pgTable(
  'applications',
  {
    id: uuid('id').primaryKey(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    doc,
  },
  (table) => [index('applications_organisation').on(table.organisationId, table.id)],
)

export const desks = pgTable(
  'desks',
  {
    id: uuid('id').primaryKey(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    open: boolean('open').notNull(),
    doc,
  },
  (table) => [
    index('desks_organisation').on(table.organisationId, table.id),
    index('desks_open').on(table.organisationId, table.id).where(sql`open`),
  ],
)

/** The social map: a row for each organisation, in the order in which it is read. A search looks in `words`. */
export const socialMap = pgTable(
  'social_map',
  {
    organisationId: uuid('organisation_id')
      .primaryKey()
      .references(() => organisations.id),
    name: text('name').notNull(),
    subjects: text('subjects').array().notNull(),
    words: text('words').notNull(),
    doc,
  },
  (table) => [
    index('social_map_name').on(table.name, table.organisationId),
    index('social_map_subjects').using('gin', table.subjects),
    index('social_map_words').using('gin', sql`to_tsvector('dutch', words)`),
  ],
)

/** What organisations are for and not for, as they stated it: a row is never changed. */
export const positionStatements = pgTable(
  'position_statements',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    number: integer('number').notNull(),
    at: moment('at').notNull(),
    doc,
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.number] }), check('position_statements_number', sql`number >= 1`)],
)

/** What an organisation says in private to others at a table: for itself and for those, and in no agreement's history. */
export const messages = pgTable(
  'messages',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    id: uuid('id').notNull(),
    // Of other streams, which may be made anew after this one: no references.
    agreementId: uuid('agreement_id').notNull(),
    toIds: uuid('to_ids').array().notNull(),
    doc,
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.id] }), index('messages_agreement').on(table.agreementId, table.id)],
)

/** What an organisation says back to the position of another: `organisation_id` says it, about the statement of `about_id`. */
export const acknowledgements = pgTable(
  'acknowledgements',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    id: uuid('id').notNull(),
    // Of another stream, which may be made anew after this one: no reference.
    aboutId: uuid('about_id').notNull(),
    number: integer('number').notNull(),
    at: moment('at').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.organisationId, table.id] }),
    index('acknowledgements_about').on(table.aboutId, table.number, table.organisationId, table.at.desc()),
  ],
)

/** What the organisation whose position it is answers. */
export const positionAnswers = pgTable(
  'position_answers',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    acknowledgementId: uuid('acknowledgement_id').notNull(),
    toId: uuid('to_id').notNull(),
    doc,
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.acknowledgementId] })],
)

/** Texts that an organisation starts agreements from. */
export const templates = pgTable(
  'templates',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    id: uuid('id').notNull(),
    kind: text('kind').notNull(),
    open: boolean('open').notNull(),
    doc,
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.id] }), check('templates_kind', oneOf('kind', kinds))],
)

/** Whose token is whose: the account of a person, or of an application (`authorities` or `scopes` tell what it may do). */
export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    organisationId: uuid('organisation_id').notNull(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    active: boolean('active').notNull(),
    authorities: text('authorities').array().notNull(),
    scopes: text('scopes').array().notNull(),
  },
  (table) => [
    uniqueIndex('accounts_once').on(table.issuer, table.subject).where(sql`active`),
    check('accounts_kind', oneOf('kind', ['person', 'application'])),
  ],
)

export const networks = pgTable('networks', { id: uuid('id').primaryKey(), name: text('name').notNull(), doc })

export const networkMembers = pgTable(
  'network_members',
  {
    networkId: uuid('network_id')
      .notNull()
      .references(() => networks.id),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    here: boolean('here').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.networkId, table.organisationId] }),
    index('network_members_organisation').on(table.organisationId),
  ],
)

const networkId = () =>
  uuid('network_id')
    .notNull()
    .references(() => networks.id)

/** Who networks were and are, as their members stated it: a row is never changed. */
export const networkIdentities = pgTable(
  'network_identities',
  { networkId: networkId(), number: integer('number').notNull(), doc },
  (table) => [primaryKey({ columns: [table.networkId, table.number] }), check('network_identities_number', sql`number >= 1`)],
)

export const networkRoles = pgTable(
  'network_roles',
  { networkId: networkId(), id: uuid('id').notNull(), name: text('name').notNull(), ended: boolean('ended').notNull(), doc },
  (table) => [primaryKey({ columns: [table.networkId, table.id] })],
)

/** Everybody who holds or held a role of a network: the role forgets who is no longer, and this does not. */
export const networkRoleHolders = pgTable(
  'network_role_holders',
  {
    networkId: networkId(),
    id: uuid('id').notNull(),
    roleId: uuid('role_id').notNull(),
    personId: uuid('person_id').notNull(),
    fromDate: text('from_date').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.networkId, table.id] }),
    index('network_role_holders_person').on(table.personId),
    index('network_role_holders_role').on(table.networkId, table.roleId, table.fromDate, table.id),
  ],
)

/** Programmes in which people of organisations visit each other; a programme is a stream that hangs under a network. */
export const exchangeProgrammes = pgTable(
  'exchange_programmes',
  {
    id: uuid('id').primaryKey(),
    networkId: uuid('network_id')
      .notNull()
      .references(() => networks.id),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    title: text('title').notNull(),
    doc,
  },
  (table) => [index('exchange_programmes_network').on(table.networkId, table.id)],
)

const programmeId = () =>
  uuid('programme_id')
    .notNull()
    .references(() => exchangeProgrammes.id)

export const exchangeEnrolments = pgTable(
  'exchange_enrolments',
  {
    programmeId: programmeId(),
    id: uuid('id').notNull(),
    roundNumber: integer('round_number').notNull(),
    personId: uuid('person_id').notNull(),
    organisationId: uuid('organisation_id').notNull(),
    withdrawn: boolean('withdrawn').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.programmeId, table.id] }),
    // Each person once in a round.
    uniqueIndex('exchange_enrolments_once').on(table.programmeId, table.roundNumber, table.personId).where(sql`not withdrawn`),
    index('exchange_enrolments_round').on(table.programmeId, table.roundNumber, table.id),
  ],
)

/** Who would visit whom, as it was worked out last for a round. */
export const exchangeMatchings = pgTable(
  'exchange_matchings',
  { programmeId: programmeId(), roundNumber: integer('round_number').notNull(), doc },
  (table) => [primaryKey({ columns: [table.programmeId, table.roundNumber] })],
)

export const exchangePlacements = pgTable(
  'exchange_placements',
  {
    programmeId: programmeId(),
    id: uuid('id').notNull(),
    roundNumber: integer('round_number').notNull(),
    reverseId: uuid('reverse_id').notNull(),
    guestOrganisationId: uuid('guest_organisation_id').notNull(),
    hostOrganisationId: uuid('host_organisation_id').notNull(),
    state: text('state').notNull(),
    // The last day of its week: after it, what was not held did not take place.
    lastOn: text('last_on').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.programmeId, table.id] }),
    index('exchange_placements_round').on(table.programmeId, table.roundNumber, table.id),
    check('exchange_placements_state', oneOf('state', placementStates)),
  ],
)

/** What guest and host contact say of a placement: a row is never changed. */
export const exchangeReflections = pgTable(
  'exchange_reflections',
  {
    programmeId: programmeId(),
    id: uuid('id').notNull(),
    placementId: uuid('placement_id').notNull(),
    personId: uuid('person_id').notNull(),
    followUpOn: text('follow_up_on'),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.programmeId, table.id] }),
    uniqueIndex('exchange_reflections_once').on(table.programmeId, table.placementId, table.personId),
    index('exchange_reflections_follow_up').on(table.personId, table.followUpOn).where(sql`follow_up_on is not null`),
  ],
)

/** The meetings with which rounds of a programme closed, and what came of them: a row is never changed. */
export const exchangeClosings = pgTable(
  'exchange_closings',
  { programmeId: programmeId(), roundNumber: integer('round_number').notNull(), doc },
  (table) => [primaryKey({ columns: [table.programmeId, table.roundNumber] })],
)

/** The appreciative inquiries of networks: each is a stream that hangs under its network. */
export const inquiries = pgTable(
  'inquiries',
  {
    id: uuid('id').primaryKey(),
    networkId: uuid('network_id')
      .notNull()
      .references(() => networks.id),
    state: text('state').notNull(),
    doc,
  },
  (table) => [index('inquiries_network').on(table.networkId, table.id), check('inquiries_state', oneOf('state', inquiryStates))],
)

const inquiryId = () =>
  uuid('inquiry_id')
    .notNull()
    .references(() => inquiries.id)

/** Who sits in an inquiry, or did: one row for a person. */
export const inquirySeats = pgTable(
  'inquiry_seats',
  { inquiryId: inquiryId(), id: uuid('id').notNull(), here: boolean('here').notNull(), doc },
  (table) => [primaryKey({ columns: [table.inquiryId, table.id] })],
)

export const findings = pgTable(
  'findings',
  { inquiryId: inquiryId(), id: uuid('id').notNull(), kind: text('kind').notNull(), doc },
  (table) => [primaryKey({ columns: [table.inquiryId, table.id] }), check('findings_kind', oneOf('kind', findingKinds))],
)

/** The recommendations of networks: each is a stream that hangs under its network. `based_on` is shown by its lineage alone. */
export const recommendations = pgTable(
  'recommendations',
  {
    id: uuid('id').primaryKey(),
    networkId: uuid('network_id')
      .notNull()
      .references(() => networks.id),
    level: text('level').notNull(),
    status: text('status').notNull(),
    addresseeId: uuid('addressee_id').notNull(),
    addresseePersonId: uuid('addressee_person_id'),
    basedOn: jsonb('based_on').notNull(),
    doc,
  },
  (table) => [
    index('recommendations_network').on(table.networkId, table.id),
    // What waits for an organisation or somebody of it.
    index('recommendations_open').on(table.addresseeId, table.id).where(sql`status = 'open'`),
    check('recommendations_level', oneOf('level', recommendationLevels)),
    check('recommendations_status', oneOf('status', recommendationStatuses)),
  ],
)

export const agreements = pgTable(
  'agreements',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    status: text('status').notNull(),
    visibility: text('visibility').notNull(),
    networkId: uuid('network_id').references(() => networks.id),
    underId: uuid('under_id'),
    // Of another stream, which may be made anew after this one: no reference.
    originId: uuid('origin_id'),
    title: text('title').notNull(),
    createdAt: moment('created_at').notNull(),
    doc,
  },
  (table) => [
    check('agreements_kind', oneOf('kind', kinds)),
    check('agreements_status', oneOf('status', agreementStatuses)),
    check('agreements_visibility', oneOf('visibility', visibilities)),
    index('agreements_network').on(table.networkId, table.id),
    index('agreements_under').on(table.underId, table.id),
    index('agreements_origin').on(table.originId, table.id).where(sql`origin_id is not null`),
  ],
)

/** What shows of an agreement to those who are not at its table: whether and to whom its adopted versions do. */
export const publications = pgTable(
  'publications',
  {
    agreementId: uuid('agreement_id')
      .primaryKey()
      .references(() => agreements.id),
    kind: text('kind').notNull(),
    visibility: text('visibility').notNull(),
    networkId: uuid('network_id'),
    // Before the first version there is nothing to show, and nobody outside learns that there is an agreement.
    adopted: boolean('adopted').notNull(),
  },
  (table) => [
    check('publications_kind', oneOf('kind', kinds)),
    check('publications_visibility', oneOf('visibility', visibilities)),
    index('publications_network').on(table.networkId, table.agreementId),
    // What everybody may read, and what the members of a network may, in the order in which it is listed.
    index('publications_public').on(table.agreementId).where(sql`adopted and visibility = 'public'`),
    index('publications_in_network').on(table.networkId, table.agreementId).where(sql`adopted and visibility = 'network'`),
  ],
)

const agreementId = () =>
  uuid('agreement_id')
    .notNull()
    .references(() => agreements.id)

export const parties = pgTable(
  'parties',
  {
    agreementId: agreementId(),
    id: uuid('id').notNull(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    involvement: text('involvement').notNull(),
    here: boolean('here').notNull(),
    // From then on it is here no more, without anybody having to write that.
    leavesAt: moment('leaves_at'),
    // Of its agreement: what the list of an organisation is ordered and filtered by, so that an index gives any page of it in order.
    kind: text('kind').notNull(),
    status: text('status').notNull(),
    title: text('title').notNull(),
    createdAt: moment('created_at').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    // One place per organisation. It also answers first thing of every read: whether the reader sits here.
    uniqueIndex('parties_organisation').on(table.organisationId, table.agreementId).where(sql`here`),
    index('parties_created').on(table.organisationId, table.createdAt, table.agreementId).where(sql`here`),
    index('parties_title').on(table.organisationId, table.title, table.agreementId).where(sql`here`),
    // So that the few covenants or drafts among many agreements are found as fast.
    index('parties_kind_created').on(table.organisationId, table.kind, table.createdAt, table.agreementId).where(sql`here`),
    index('parties_status_created').on(table.organisationId, table.status, table.createdAt, table.agreementId).where(sql`here`),
    check('parties_involvement', oneOf('involvement', involvements)),
    check('parties_kind', oneOf('kind', kinds)),
    check('parties_status', oneOf('status', agreementStatuses)),
  ],
)

export const mandates = pgTable(
  'mandates',
  {
    agreementId: agreementId(),
    id: uuid('id').notNull(),
    partyId: uuid('party_id').notNull(),
    holderId: uuid('holder_id').notNull(),
    grantorId: uuid('grantor_id').notNull(),
    fromAt: moment('from_at').notNull(),
    untilAt: moment('until_at').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('mandates_holder').on(table.holderId, table.agreementId),
    check('mandates_not_to_self', sql`holder_id <> grantor_id`),
    check('mandates_period', sql`from_at < until_at`),
  ],
)

export const roles = pgTable(
  'roles',
  { agreementId: agreementId(), id: uuid('id').notNull(), name: text('name').notNull(), doc },
  (table) => [primaryKey({ columns: [table.agreementId, table.id] })],
)

export const transfers = pgTable(
  'transfers',
  {
    agreementId: agreementId(),
    id: uuid('id').notNull(),
    roleId: uuid('role_id').notNull(),
    toPersonId: uuid('to_person_id').notNull(),
    state: text('state').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('transfers_role').on(table.agreementId, table.roleId, table.id),
    // What waits for a person's answer, wherever it is.
    index('transfers_offered').on(table.toPersonId, table.agreementId).where(sql`state = 'offered'`),
    check('transfers_state', oneOf('state', transferStates)),
  ],
)

export const rounds = pgTable(
  'rounds',
  { agreementId: agreementId(), number: integer('number').notNull(), state: text('state').notNull(), doc },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.number] }),
    uniqueIndex('rounds_one_open').on(table.agreementId).where(sql`state <> 'closed'`),
    check('rounds_state', oneOf('state', roundStates)),
    check('rounds_number', sql`number >= 1`),
  ],
)

/** What changed who is bound by a version, without adopting it anew. */
export const annexes = pgTable(
  'annexes',
  { agreementId: agreementId(), id: uuid('id').notNull(), kind: text('kind').notNull(), partyId: uuid('party_id').notNull(), doc },
  (table) => [primaryKey({ columns: [table.agreementId, table.id] }), check('annexes_kind', oneOf('kind', annexKinds))],
)

/** What one agreement does to another: it is told on both sides, to who sits at both tables. */
export const links = pgTable(
  'links',
  { agreementId: agreementId(), id: uuid('id').notNull(), kind: text('kind').notNull(), toId: uuid('to_id').notNull(), doc },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    // Of another stream, which may be made anew after this one: no reference.
    index('links_to').on(table.toId, table.id),
    check('links_kind', oneOf('kind', linkKinds)),
  ],
)

/** The columns of what lives in one round. */
const inRound = () => ({ agreementId: agreementId(), roundNumber: integer('round_number').notNull(), id: uuid('id').notNull() })

export const impasses = pgTable('impasses', { ...inRound(), doc }, (table) => [primaryKey({ columns: [table.agreementId, table.id] })])

export const contributions = pgTable(
  'contributions',
  // The recommendation is of another stream, which may be made anew after this one: no reference.
  { ...inRound(), kind: text('kind').notNull(), partyId: uuid('party_id').notNull(), recommendationId: uuid('recommendation_id'), doc },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('contributions_recommendation').on(table.recommendationId, table.agreementId).where(sql`recommendation_id is not null`),
    index('contributions_round').on(table.agreementId, table.roundNumber, table.id),
    check('contributions_kind', oneOf('kind', contributionKinds)),
  ],
)

export const hearings = pgTable('hearings', { ...inRound(), partyId: uuid('party_id').notNull(), doc }, (table) => [
  primaryKey({ columns: [table.agreementId, table.id] }),
  index('hearings_round').on(table.agreementId, table.roundNumber, table.id),
])

export const stances = pgTable(
  'stances',
  { ...inRound(), partyId: uuid('party_id').notNull(), position: text('position').notNull(), mandateId: uuid('mandate_id').notNull(), doc },
  (table) => [
    // One stance per party and round, whoever of its representatives takes it.
    primaryKey({ columns: [table.agreementId, table.roundNumber, table.partyId] }),
    check('stances_position', oneOf('position', positions)),
  ],
)

export const meetings = pgTable(
  'meetings',
  { ...inRound(), state: text('state').notNull(), startsAt: moment('starts_at').notNull(), doc },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('meetings_start').on(table.agreementId, table.startsAt, table.id),
    check('meetings_state', oneOf('state', meetingStates)),
  ],
)

export const commitments = pgTable(
  'commitments',
  {
    agreementId: agreementId(),
    version: integer('version').notNull(),
    id: uuid('id').notNull(),
    ownerPartyId: uuid('owner_party_id').notNull(),
    proposalId: uuid('proposal_id'),
    state: text('state').notNull(),
    dueOn: text('due_on'),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.version, table.id] }),
    index('commitments_proposal').on(table.agreementId, table.proposalId).where(sql`proposal_id is not null`),
    check('commitments_state', oneOf('state', commitmentStates)),
  ],
)

export const reflections = pgTable('reflections', { ...inRound(), partyId: uuid('party_id').notNull(), doc }, (table) => [
  primaryKey({ columns: [table.agreementId, table.id] }),
  // Each party reflects once.
  uniqueIndex('reflections_once').on(table.agreementId, table.roundNumber, table.partyId),
])

/** What may be shown of the pulses of closed rounds and meetings: averages, and never an answer (docs/domain.md#pulse). */
export const pulses = pgTable(
  'pulses',
  {
    agreementId: agreementId(),
    id: text('id').notNull(),
    kind: text('kind').notNull(),
    takenAt: moment('taken_at').notNull(),
    shownAt: moment('shown_at').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('pulses_taken').on(table.agreementId, table.takenAt, table.id),
    check('pulses_kind', oneOf('kind', pulseKinds)),
  ],
)

export const versions = pgTable(
  'versions',
  {
    agreementId: agreementId(),
    number: integer('number').notNull(),
    adoptedAt: moment('adopted_at').notNull(),
    textDigest: text('text_digest').notNull(),
    subjects: text('subjects').array().notNull(),
    organisationIds: uuid('organisation_ids').array().notNull(),
    // `json` is kept as text: reading what is in force sends it on as it is, without parsing it.
    doc: json('doc').notNull(),
  },
  (table) => [primaryKey({ columns: [table.agreementId, table.number] }), check('versions_number', sql`number >= 1`)],
)

/** Which organisations take part in an adopted version, found by organisation: a row is never changed. */
export const participants = pgTable(
  'participants',
  {
    agreementId: agreementId(),
    version: integer('version').notNull(),
    organisationId: uuid('organisation_id').notNull(),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    involvement: text('involvement').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.version, table.organisationId] }),
    index('participants_organisation').on(table.organisationId, table.agreementId, table.version),
    check('participants_kind', oneOf('kind', kinds)),
    check('participants_involvement', oneOf('involvement', involvements)),
  ],
)

/**
 * Which version holds when, and since when that was known. A row is never changed but for `replaced_at`, when it was known otherwise.
 * An exclusion constraint (in the migration: Drizzle has no word for it) keeps the periods of one agreement apart on both axes.
 */
export const inForce = pgTable(
  'in_force',
  {
    agreementId: agreementId(),
    id: text('id').notNull(),
    version: integer('version').notNull(),
    fromAt: moment('from_at').notNull(),
    untilAt: moment('until_at').notNull(),
    knownAt: moment('known_at').notNull(),
    replacedAt: moment('replaced_at'),
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    check('in_force_period', sql`from_at < until_at`),
    index('in_force_now').on(table.agreementId, table.fromAt).where(sql`replaced_at is null`),
  ],
)

/*
 * Views of the owner's, which row-level security does not narrow: what its policies look up, and what the one read that carries its own
 * predicate reads (migrations, docs/architecture.md#two-walls).
 */

/** Which organisation sits at which table. */
export const seats = pgView('seats', {
  agreementId: uuid('agreement_id').notNull(),
  organisationId: uuid('organisation_id').notNull(),
}).existing()

/** Which organisation is in which network. */
export const memberships = pgView('memberships', {
  networkId: uuid('network_id').notNull(),
  organisationId: uuid('organisation_id').notNull(),
}).existing()

/** Under which network a stream hangs, for those that do: who is in the network has a part in it. */
export const circles = pgView('circles', { id: uuid('id').notNull(), networkId: uuid('network_id').notNull() }).existing()

/** The social map as it is searched, for everybody whom the registry knows: under a policy PostgreSQL would search without its indexes. */
export const findable = pgView('findable', {
  organisationId: uuid('organisation_id').notNull(),
  name: text('name').notNull(),
  subjects: text('subjects').array().notNull(),
  words: text('words').notNull(),
}).existing()

/** Which organisation said of which statement that it understands it; what they said beside is for those two. */
export const acknowledged = pgView('acknowledged', {
  organisationId: uuid('organisation_id').notNull(),
  id: uuid('id').notNull(),
  aboutId: uuid('about_id').notNull(),
  number: integer('number').notNull(),
  at: moment('at').notNull(),
}).existing()

/** What decides who may read the versions of an agreement: `publications`, for all to see. */
export const publicationsOfAll = pgView('publications_of_all', {
  agreementId: uuid('agreement_id').notNull(),
  visibility: text('visibility').notNull(),
  networkId: uuid('network_id'),
  adopted: boolean('adopted').notNull(),
}).existing()

/** Every period in which an adopted version holds, with the version. */
export const versionPeriods = pgView('version_periods', {
  agreementId: uuid('agreement_id').notNull(),
  fromAt: moment('from_at').notNull(),
  untilAt: moment('until_at').notNull(),
  knownAt: moment('known_at').notNull(),
  replacedAt: moment('replaced_at'),
  number: integer('number').notNull(),
  doc: json('doc').notNull(),
}).existing()

/*
 * The log: a Merkle tree over every entry of the ledger, whatever its stream (docs/architecture.md#proof). The application adds here, and
 * can neither update nor delete.
 */

/** The entries of the ledger in the order in which the log took them, from 0 without gaps. */
export const logEntries = pgTable(
  'log_entries',
  {
    position: bigint('position', { mode: 'number' }).primaryKey(),
    streamId: uuid('stream_id').notNull(),
    revision: integer('revision').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [uniqueIndex('log_entries_entry').on(table.streamId, table.revision), check('log_entries_position', sql`position >= 0`)],
)

/** The hashes of complete subtrees, leaves at level 0: what proofs are made of. A node never changes. */
export const logNodes = pgTable(
  'log_nodes',
  { level: integer('level').notNull(), index: bigint('index', { mode: 'number' }).notNull(), hash: text('hash').notNull() },
  (table) => [primaryKey({ columns: [table.level, table.index] })],
)

/** What the registry signed: so many entries, with this root. */
export const checkpoints = pgTable('checkpoints', {
  size: bigint('size', { mode: 'number' }).primaryKey(),
  root: text('root').notNull(),
  jws: text('jws').notNull(),
  at: moment('at').notNull(),
})

/** What the registry signed when somebody bound a party: the receipt that they were given, for those at the table. */
export const receipts = pgTable(
  'receipts',
  { agreementId: uuid('agreement_id').notNull(), revision: integer('revision').notNull(), jws: text('jws').notNull() },
  (table) => [primaryKey({ columns: [table.agreementId, table.revision] })],
)

import type { Keys } from './routing.ts'

const ofStreams = ['ledger', 'ledger_payloads', 'snapshots']
const ofAgreements = [
  'publications',
  'parties',
  'annexes',
  'links',
  'mandates',
  'roles',
  'transfers',
  'rounds',
  'impasses',
  'contributions',
  'hearings',
  'stances',
  'meetings',
  'commitments',
  'reflections',
  'pulses',
  'versions',
  'participants',
  'in_force',
  'receipts',
]

/** How tables would be distributed by the id of their stream: all rows of one stream are on one server. */
export const keys: Keys = {
  streams: 'id',
  agreements: 'id',
  exchange_programmes: 'id',
  exchange_enrolments: 'programme_id',
  exchange_matchings: 'programme_id',
  exchange_placements: 'programme_id',
  exchange_reflections: 'programme_id',
  exchange_closings: 'programme_id',
  inquiries: 'id',
  inquiry_seats: 'inquiry_id',
  findings: 'inquiry_id',
  recommendations: 'id',
  ...Object.fromEntries(ofStreams.map((table) => [table, 'stream_id'])),
  ...Object.fromEntries(ofAgreements.map((table) => [table, 'agreement_id'])),
}

/** Who is who, which everything names and few change: whole on every server (reference tables). */
export const everywhere = [
  'organisations',
  'organisation_identifiers',
  'people',
  'applications',
  'desks',
  'social_map',
  'templates',
  'accounts',
  'networks',
  'network_members',
  'network_identities',
  'network_roles',
  'network_role_holders',
  'position_statements',
  'acknowledgements',
  'position_answers',
  'messages',
]

/** What is one for the whole registry, or of a caller and no stream: whole on one server (local tables of the coordinator). */
export const inOnePlace = ['log_queue', 'log_entries', 'log_nodes', 'checkpoints', 'answers']

/** An operation with a statement that is not of one stream, or that reads what is in one place with it; why, and what one would do. */
export const crossing: readonly { operation: string; why: string; wayOut: string }[] = [
  {
    operation: 'getCurrent',
    why: 'reads that arrive together are gathered in one statement, which names an agreement for each',
    wayOut: 'gather those of one shard together, or send one statement per agreement',
  },
  {
    operation: 'listAgreements',
    why: 'an organisation sits at tables on every shard',
    wayOut: 'each shard gives its first page in order, and the coordinator merges them: as it is',
  },
  {
    operation: 'listCurrentAgreements',
    why: 'what may be read lies on every shard, and is merged from three sources',
    wayOut: 'ask each shard for its page of all three sources (they are joined by agreement), and merge those',
  },
  {
    operation: 'getNetworkPulse',
    why: 'the agreements of a network lie on every shard',
    wayOut: 'each shard gives the sums of its own agreements by month, and the coordinator adds them up',
  },
  {
    operation: 'getNorms',
    why: 'the agreements of a network lie on every shard',
    wayOut: 'as getNetworkPulse',
  },
  {
    operation: 'getNetworkLeadTimes',
    why: 'the agreements of a network lie on every shard',
    wayOut: 'each shard gives the rounds of its own agreements: a spread needs all of them, and no more than 500 are asked for',
  },
  {
    operation: 'getNetworkContinuity',
    why: 'the agreements of a network lie on every shard',
    wayOut: 'as listAgreements: a page of places from each shard, with what is in them',
  },
  {
    operation: 'getContinuity',
    why: 'an organisation sits at tables on every shard',
    wayOut: 'as getNetworkContinuity',
  },
  {
    operation: 'getHandOverPlan',
    why: 'a person holds roles and mandates on every shard',
    wayOut: 'as listToDo',
  },
  {
    operation: 'handOver',
    why: 'a person holds roles and mandates on every shard, and handing over writes all of them or none',
    wayOut: 'find where on each shard; the transaction that writes is one over shards, as with grantMandates',
  },
  {
    operation: 'listLinks',
    why: 'a link lies with the agreement that it leads from, and is read from both',
    wayOut: 'ask every shard for what leads here, or keep a copy with the agreement that it leads to',
  },
  {
    operation: 'listSocialMap',
    why: 'an organisation takes part in agreements on every shard',
    wayOut: 'each shard gives the last of its own for every organisation of the page, and the coordinator merges them',
  },
  {
    operation: 'getSocialMapEntry',
    why: 'an organisation takes part in agreements on every shard',
    wayOut: 'as listSocialMap',
  },
  {
    operation: 'getNetworkGraph',
    why: 'what is in force in a network lies on every shard',
    wayOut: 'as listCurrentAgreements',
  },
  {
    operation: 'listExchangeProgrammes',
    why: 'the exchange programmes of a network lie on every shard',
    wayOut: 'as listInquiries',
  },
  {
    operation: 'listInquiries',
    why: 'the inquiries of a network lie on every shard',
    wayOut: 'as listAgreements; or lay them with their network, which is whole on every server',
  },
  {
    operation: 'listRecommendations',
    why: 'the recommendations of a network lie on every shard',
    wayOut: 'as listInquiries',
  },
  {
    operation: 'recommend',
    why: 'what it is based on is another stream',
    wayOut: 'look each up on its own shard: they are asked for by their keys, before anything is written',
  },
  {
    operation: 'getLineage',
    why: 'what a recommendation was based on and what came of it are other streams',
    wayOut: 'as recommend; what came of it as listAgreements',
  },
  {
    operation: 'getClosingMeeting',
    why: 'what came of its outcomes are recommendations and agreements: other streams',
    wayOut: 'as getLineage',
  },
  {
    operation: 'listScopeOverlaps',
    why: 'what is in force in a network lies on every shard',
    wayOut: 'as listCurrentAgreements',
  },
  {
    operation: 'getNetworkPhase',
    why: 'what the members of a network may read lies on every shard',
    wayOut: 'each shard gives its first adopted versions, and the coordinator takes the first of those',
  },
  {
    operation: 'listToDo',
    why: 'a person holds mandates on every shard',
    wayOut: 'each shard answers for its own agreements: put the union inside the join by agreement',
  },
  {
    operation: 'getMyData',
    why: 'what names a person lies on every shard',
    wayOut: 'as getPersonData',
  },
  {
    operation: 'getPersonData',
    why: 'what names a person lies on every shard',
    wayOut: 'each shard answers for the tables that it has: join by agreement inside each part of the union; rare, and may take its time',
  },
  {
    operation: 'getExplanation',
    why: 'the log is in one place, the agreement on its shard',
    wayOut: 'look up the places in the log in a second statement: what stands in the log does not move',
  },
  {
    operation: 'exportAgreement',
    why: 'the log is in one place, the agreement on its shard',
    wayOut: 'two statements in one REPEATABLE READ transaction: it says that both are of one moment',
  },
]

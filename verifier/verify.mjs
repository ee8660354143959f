import { canonical, digest } from './canonical.mjs'
import { keysOf, readJws, thumbprint, Wrong } from './jws.mjs'
import { isIncluded, leafOf } from './merkle.mjs'

/*
 * Checks an export of an agreement. Written from docs/architecture.md alone: it shares no code with the registry that wrote it, so that
 * one mistake cannot hide itself.
 */

const exportFields = ['agreementId', 'entries', 'format', 'keys', 'log', 'mandates', 'receipts', 'signature', 'stances', 'versions']
const genesis = '0'.repeat(64)
const same = (a, b) => canonical(a) === canonical(b)
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value) => (Array.isArray(value) ? value : [])

/** Acts by which a party binds itself, or lets somebody bind it: each has a receipt. */
const receipted = ['stance-taken', 'version-adopted', 'mandate-granted', 'mandate-renewed', 'mandate-withdrawn']

/** After this long an entry is in the log: the registry adds to it every second, and a request ends within half a minute. */
const mergedWithinMs = 60_000

/**
 * Everything that is wrong with an export, each with where: `revision` of the history, or `version`. `notes` are what a reader should know
 * and is not wrong.
 *
 * `keys` is the JWK set that is trusted, else that of `seen`, else that of the export itself. `seen` is what a witness keeps. `receipts`
 * are those that one holds.
 */
export function verifyExport(given, { keys: trusted, seen, receipts: held = [] } = {}) {
  const problems = []
  const notes = []
  const agreementId = isObject(given) && typeof given.agreementId === 'string' ? given.agreementId : '?'
  const wrong = (what, where = {}) => problems.push({ agreementId, ...where, what })
  /** What it gives; a problem, and nothing, where it throws. */
  const attempt = (where, subject, work) => {
    try {
      return work()
    } catch (error) {
      wrong(`${subject} ${error instanceof Wrong ? error.message : 'cannot be read'}`, where)
      return undefined
    }
  }

  const found = { entries: 0, versions: 0, receipts: 0, inLog: 0, checkpoint: undefined }
  if (!isObject(given) || given.format !== 'handslag-export/1' || !same(Object.keys(given).sort(), exportFields)) {
    wrong('this is not an export that this program knows (handslag-export/1)')
    return { problems, notes, found }
  }

  const own = attempt({}, 'the export', () => keysOf({ keys: given.keys })) ?? new Map()
  const outside = trusted ?? (seen && { keys: seen.keys })
  const keys = outside ? (attempt({}, 'the set of trusted keys', () => keysOf(outside)) ?? new Map()) : own
  if (!outside)
    notes.push(
      `the keys are those of the export itself: compare their names with what the registry publishes (${[...own.keys()].join(', ')})`,
    )
  else if ([...own.keys()].some((kid) => !keys.has(kid))) wrong('the export comes with a key that is not trusted')

  const context = { given, agreementId, keys, wrong, notes, attempt, found }
  const entries = checkHistory(context)
  // Whatever stands in the export, there is an answer.
  const exportedAt = attempt({}, 'the whole', () => checkWhole(context, entries))
  attempt({}, 'an act that binds', () => checkBinding(context, entries))
  attempt({}, 'what is shown', () => checkShown(context, retold(entries)))
  attempt({}, 'a receipt', () => checkReceipts(context, entries, held))
  attempt({}, 'the log', () => checkLog(context, entries, exportedAt, seen))
  return { problems, notes, found }
}

/** What a party says in its reflection, and a person of how a meeting was: the whole of it is in exports of their own only. */
const own = new Set(['reflection-given', 'reflection-amended', 'pulse-given'])

/** The chain of entries. Gives those that can be read, by revision. */
function checkHistory({ given, agreementId, wrong, notes, found }) {
  const withheld = []
  let before
  const good = new Map()
  for (const [index, entry] of listOf(given.entries).entries()) {
    const at = { revision: index + 1 }
    found.entries += 1
    if (!isObject(entry)) {
      wrong('this entry is not one', at)
      continue
    }
    const { hash, salt, payload, ...said } = entry
    const fields = [
      'actorId',
      'mandateId',
      'organisationId',
      'payloadDigest',
      'previousHash',
      'recordedAt',
      'revision',
      'streamId',
      'streamType',
      'type',
    ]
    if (!same(Object.keys(said).sort(), fields)) wrong('this entry has other fields than an entry has', at)
    if (entry.revision !== index + 1) wrong(`here stands an entry that calls itself revision ${entry.revision}`, at)
    if (entry.streamId !== agreementId || entry.streamType !== 'agreement') wrong('this entry belongs to something else', at)
    if (entry.previousHash !== (before?.hash ?? genesis)) wrong('this entry does not follow the one before it', at)
    if (before && !(entry.recordedAt >= before.recordedAt)) wrong('this entry was recorded before the one before it', at)
    if (hash !== digest('handslag-entry', canonical(said))) wrong('this entry was changed: its hash is another', at)
    if (salt === undefined && payload === undefined && own.has(entry.type)) withheld.push(index + 1)
    else if (
      typeof salt !== 'string' ||
      payload === undefined ||
      entry.payloadDigest !== digest('handslag-payload', salt, canonical(payload))
    )
      wrong('what this entry says was changed', at)
    before = entry
    good.set(index + 1, entry)
  }
  if (withheld.length > 0) notes.push(`what others say in these reflections and pulses is not in here: ${withheld.join(', ')}`)
  return good
}

/** What the registry signed of the export as a whole: where the history ends, and the digest of all of it. Gives when it did. */
function checkWhole({ given, agreementId, keys, wrong, attempt }, entries) {
  const signed = attempt({}, 'the signature of the export', () => readJws(given.signature, 'export', keys))
  if (!signed) return
  const { signature: _, ...rest } = given
  const { payload } = signed
  const end = entries.get(entries.size)
  if (payload.registry !== signed.kid || payload.agreementId !== agreementId) wrong('the signature of the export is of another one')
  if (payload.revision !== entries.size || payload.hash !== (end?.hash ?? genesis))
    wrong(`the history ends here, and not at revision ${payload.revision} as the registry signed`, { revision: entries.size })
  if (payload.digest !== digest('handslag-export', canonical(rest))) wrong('the export was changed after the registry signed it')
  const at = Date.parse(payload.at)
  if (Number.isNaN(at)) throw new Wrong('says not when the registry signed it')
  for (const [revision, { recordedAt }] of entries)
    if (Date.parse(recordedAt) > at + mergedWithinMs)
      wrong('this was recorded after the registry says that it signed the export', { revision })
  return at
}

/** What the history says that versions, mandates and stances are. */
function retold(entries) {
  const versions = new Map()
  const mandates = new Map()
  const stances = new Map()
  let kind
  for (const [revision, { type, payload, recordedAt: at }] of entries) {
    if (!isObject(payload)) continue
    if (type === 'agreement-created') kind = payload.kind
    if (type === 'version-adopted' && isObject(payload.version))
      versions.set(payload.version.number, {
        revision,
        doc: { agreementId: entries.get(1)?.streamId, kind, ...payload.version, adoptedAt: at },
        period: { fromAt: payload.fromAt, untilAt: payload.untilAt },
      })
    if (type === 'stance-taken') stances.set(`${payload.roundNumber}/${payload.partyId}`, { revision, doc: { ...payload, at } })
    if (type === 'mandate-granted') mandates.set(payload.id, { revision, doc: payload })
    const known = mandates.get(payload.mandateId)
    if (known) mandates.set(payload.mandateId, { revision: known.revision, doc: afterMandateAct(known.doc, type, payload, at) })
  }
  return { versions, mandates, stances }
}

/** A mandate after something happened to it (docs/domain.md, mandates). */
function afterMandateAct(mandate, type, payload, at) {
  const { renewal, ...rest } = mandate
  if (type === 'mandate-renewal-due')
    return {
      ...mandate,
      renewal: { dueAt: renewal?.dueAt ?? at, renewByAt: renewal?.renewByAt ?? payload.renewByAt, meetingId: payload.meetingId },
    }
  if (type === 'mandate-renewed' && payload.decision === 'withdrawn')
    return { ...rest, withdrawn: { at, reason: payload.concern ?? '', meetingId: payload.meetingId } }
  if (type === 'mandate-renewed') return { ...rest, subjects: payload.subjects, limits: payload.limits, renewedAt: at }
  if (type === 'mandate-withdrawn') return { ...mandate, withdrawn: { at, reason: payload.reason } }
  return mandate
}

/** Who bound a party had a mandate that was effective at that moment: of this agreement, of this person, for this organisation. */
function checkBinding({ wrong }, entries) {
  const mandates = new Map()
  for (const [revision, entry] of entries) {
    const { type, payload, recordedAt: at, mandateId } = entry
    if (type === 'stance-taken' || type === 'version-adopted') {
      const mandate = mandates.get(mandateId)
      const holds =
        mandate?.holderId === entry.actorId &&
        mandate?.organisationId === entry.organisationId &&
        mandate?.fromAt <= at &&
        at < mandate?.untilAt
      if (!holds || mandate.renewal || mandate.withdrawn)
        wrong('this binds a party without a mandate that was effective then', { revision })
      if (isObject(payload) && type === 'stance-taken' && (payload.mandateId !== mandateId || payload.personId !== entry.actorId))
        wrong('this stance names another mandate or person than the entry', { revision })
    }
    if (!isObject(payload)) continue
    if (type === 'mandate-granted') mandates.set(payload.id, payload)
    const known = mandates.get(payload.mandateId)
    if (known) mandates.set(payload.mandateId, afterMandateAct(known, type, payload, at))
  }
}

/** That the registry shows what its history says. */
function checkShown({ given, keys, wrong, attempt, found, agreementId }, { versions, mandates, stances }) {
  const shown = (what, docs, told, keyOf, where = () => ({})) => compare({ what, docs: listOf(docs), told, keyOf, where }, wrong)
  shown(
    'version',
    given.versions,
    versions,
    (doc) => doc?.number,
    (doc) => ({ version: doc?.number }),
  )
  shown('mandate', given.mandates, mandates, (doc) => doc?.id)
  shown('stance', given.stances, stances, (doc) => `${doc?.roundNumber}/${doc?.partyId}`)
  for (const version of listOf(given.versions)) {
    const at = { version: version?.number }
    found.versions += 1
    attempt(at, 'this version', () => {
      if (version.textDigest !== digest('handslag-text', canonical(version.content)))
        throw new Wrong('has another text than its digest says')
      const { payload } = readJws(version.signature, 'version', keys)
      const { textDigest, adoptedAt } = version
      const period = versions.get(version.number)?.period
      if (
        !same(payload, {
          agreementId,
          version: version.number,
          textDigest,
          adoptedAt,
          ...(period ?? { fromAt: payload.fromAt, untilAt: payload.untilAt }),
        })
      )
        throw new Wrong('is not what the registry signed')
    })
  }
}

/** What is shown beside what the history tells. */
function compare({ what, docs, told, keyOf, where }, wrong) {
  const seen = new Set()
  for (const doc of docs) {
    const key = keyOf(doc)
    const known = told.get(key)
    if (seen.has(key)) wrong(`a ${what} is shown twice`, { ...where(doc), ...(known && { revision: known.revision }) })
    seen.add(key)
    if (!known) wrong(`a ${what} is shown that the history does not know (${key})`, where(doc))
    else if (!same(known.doc, doc))
      wrong(`a ${what} is shown otherwise than the history says (${key})`, { ...where(doc), revision: known.revision })
  }
  for (const [key, { revision, doc }] of told)
    if (!seen.has(key)) wrong(`a ${what} of the history is not shown (${key})`, { ...where(doc), revision })
}

/** That each binding act has its receipt, and each receipt its act; also those that one holds oneself. */
function checkReceipts({ given, agreementId, keys, wrong, notes, attempt, found }, entries, held) {
  const receipts = new Set()
  const read = (jws, whose) => {
    const signed = attempt({}, whose, () => readJws(jws, 'receipt', keys))
    if (!signed) return
    const { payload, kid } = signed
    const entry = entries.get(payload.revision)
    const at = { revision: payload.revision }
    if (payload.agreementId !== agreementId) {
      if (whose === 'a receipt of the export') wrong('a receipt is of another agreement', at)
      else notes.push(`a receipt that you hold is of another agreement (${payload.agreementId})`)
      return
    }
    if (!entry) return wrong(`${whose} is of an entry that is not here`, at)
    const { hash, type, recordedAt, actorId, organisationId, mandateId } = entry
    const { registry, about, ...says } = payload
    const fits = same(says, { agreementId, revision: payload.revision, hash, type, recordedAt, actorId, organisationId, mandateId })
    const acted = type === 'version-adopted' ? entry.payload?.version : entry.payload
    const aboutFits = acted === undefined || Object.entries(about).every(([name, value]) => same(acted[name] ?? null, value))
    if (registry !== kid || !fits || !aboutFits) wrong(`this is not what the registry gave a receipt of: ${whose} says otherwise`, at)
    return payload.revision
  }
  for (const jws of listOf(given.receipts)) {
    const revision = read(jws, 'a receipt of the export')
    if (revision === undefined) continue
    if (receipts.has(revision)) wrong('there are two receipts of this', { revision })
    receipts.add(revision)
    found.receipts += 1
  }
  for (const [revision, { type }] of entries)
    if (receipted.includes(type) && !receipts.has(revision)) wrong('there is no receipt of this act', { revision })
  for (const jws of held) read(jws, 'a receipt that you hold')
}

/** That the entries are in the log, in their order, under what the registry signed and a witness saw. */
function checkLog({ given, keys, wrong, notes, attempt, found }, entries, exportedAt, seen) {
  const { checkpoint, inclusions } = isObject(given.log) ? given.log : {}
  const signed = checkpoint === null ? undefined : attempt({}, 'the checkpoint', () => readJws(checkpoint, 'checkpoint', keys))
  const tree = signed?.payload
  if (tree && tree.registry !== signed.kid) wrong('the checkpoint is of another registry')
  found.checkpoint = tree && { size: tree.size, root: tree.root, at: tree.at }
  const logged = new Set()
  let last = -1
  for (const { revision, position, hash, path } of listOf(inclusions).filter(isObject)) {
    const at = { revision }
    const entry = entries.get(revision)
    if (logged.has(revision)) wrong('this is in the log twice', at)
    logged.add(revision)
    if (!entry) wrong('the log holds an entry that is not in the history', at)
    else if (entry.hash !== hash) wrong('the log holds this entry with another hash', at)
    if (revision !== logged.size || !(position > last)) wrong('the log does not hold this in the order of the history', at)
    last = position
    if (!tree || !isIncluded({ leaf: leafOf(String(hash)), position, size: tree.size, path, root: tree.root }))
      wrong('the proof that this is in the log does not hold', at)
    else found.inLog += 1
  }
  const waiting = [...entries].filter(([revision]) => !logged.has(revision))
  // By what the registry signed last, the export: by the checkpoint alone, nobody would see that the log stopped.
  const now = Math.max(...[exportedAt, Date.parse(tree?.at)].filter(Number.isFinite))
  const late = waiting.filter(([, { recordedAt }]) => Date.parse(recordedAt) + mergedWithinMs < now)
  for (const [revision] of late) wrong('this should long be in the log, and is not', { revision })
  const young = waiting.length - late.length
  if (young > 0) notes.push(`${young} of the newest entries are not in the log yet: only receipts prove them`)
  if (seen) checkSeen(tree, seen, { wrong, notes })
}

/** The checkpoint of an export beside what a witness saw: the same size has one root, and what is signed later is never smaller. */
function checkSeen(tree, seen, { wrong, notes }) {
  const checkpoints = listOf(seen.checkpoints)
  const last = checkpoints.at(-1)
  if (!last) return
  if (!tree) return wrong('rollback: a witness saw a log, and this export has none')
  const equal = checkpoints.find(({ size }) => size === tree.size)
  if (equal && equal.root !== tree.root) wrong(`fork: a witness saw another root of the log of ${tree.size} entries`)
  if (checkpoints.some(({ size, at }) => tree.at > at && tree.size < size))
    wrong('rollback: a witness saw a longer log before this was signed')
  if (!equal) notes.push('the witness did not see exactly this checkpoint: run witness with --export to have it compared with the registry')
}

export { thumbprint }

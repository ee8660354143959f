import { describe, expect, test } from 'vitest'
import { brokenEntry, type Entry, entryHash, erasedRevisions, genesis, type Kept, payloadDigest } from '../../src/domain/ledger.ts'
import { frozen, monday, only, uuid } from '../support/agreement.ts'

/** A chain of three entries, as the ledger keeps them. */
function aChain(): Kept[] {
  const kept: Kept[] = []
  for (const revision of [1, 2, 3]) {
    const [salt, payload] = [`salt ${revision}`, { what: `payload ${revision}` }]
    const entry: Entry = {
      ...entryFields(revision, kept.at(-1)?.hash),
      streamType: 'agreement',
      type: 'text-edited',
      payloadDigest: payloadDigest(salt, payload),
    }
    kept.push({ ...entry, hash: entryHash(entry), salt, payload })
  }
  return frozen(kept)
}

/** The chain with the payload and salt of some entries gone. */
const without = (revision: number, chain: readonly Kept[]): Kept[] =>
  chain.map((entry) => {
    const { salt: _, payload: __, ...bare } = entry
    return entry.revision === revision ? bare : entry
  })

/** A chain of an organisation: somebody came, was changed, a desk opened, and what was known of them was erased. */
function anErasure(over: { streamType?: string; revisions?: unknown } = {}): Kept[] {
  const said: [string, object][] = [
    ['organisation-registered', { id: uuid(1) }],
    ['person-added', { id: uuid(5), name: 'Sanne Vink' }],
    ['person-changed', { id: uuid(5), name: 'Sanne de Vries' }],
    ['desk-opened', { id: uuid(6) }],
    ['person-erased', { personId: uuid(5), leftAt: monday, revisions: over.revisions ?? [2, 3] }],
    ['person-added', { id: uuid(7), name: 'Petra Prins' }],
  ]
  const kept: Kept[] = []
  for (const [index, [type, payload]] of said.entries()) {
    const { streamType = 'organisation' } = over
    const salt = `salt ${index}`
    const entry: Entry = {
      ...entryFields(index + 1, kept.at(-1)?.hash),
      streamType,
      type,
      payloadDigest: payloadDigest(salt, payload),
    }
    kept.push({ ...entry, hash: entryHash(entry), salt, payload })
  }
  return frozen(kept)
}

const entryFields = (revision: number, previousHash = genesis) => ({
  streamId: uuid(1),
  revision,
  recordedAt: new Date(Date.parse(monday) + revision).toISOString(),
  actorId: uuid(2),
  organisationId: null,
  mandateId: null,
  previousHash,
})

/** The chain with one entry altered, and hashed again where that would hide it. */
function altered(revision: number, change: Partial<Kept>, hashAgain = false): Kept[] {
  return aChain().map((entry) => {
    if (entry.revision !== revision) return entry
    const next = { ...entry, ...change }
    const { hash: _, salt: __, payload: ___, ...hashed } = next
    return hashAgain ? { ...next, hash: entryHash(hashed) } : next
  })
}

describe('the chain of a stream', () => {
  test('verifies as it was written, also when nothing was', () => {
    expect(brokenEntry(aChain())).toBeUndefined()
    expect(brokenEntry([])).toBeUndefined()
  })

  test('does not verify when the payload of an entry is gone and nothing says that it was erased', () => {
    expect(brokenEntry(without(2, aChain()))).toEqual({ revision: 2, why: 'payload' })
  })

  test.each<[string, Kept[], ReturnType<typeof brokenEntry>]>([
    ['an entry is missing', aChain().filter(({ revision }) => revision !== 2), { revision: 3, why: 'order' }],
    ['the first entry is missing', aChain().slice(1), { revision: 2, why: 'order' }],
    ['two changed places', [...aChain()].reverse(), { revision: 3, why: 'order' }],
    ['a payload was changed', altered(2, { payload: { what: 'else' } }), { revision: 2, why: 'payload' }],
    ['a salt was changed', altered(2, { salt: 'else' }), { revision: 2, why: 'payload' }],
    ['who did it was changed', altered(2, { actorId: uuid(9) }), { revision: 2, why: 'hash' }],
    ['who did it was changed, and the entry hashed again', altered(2, { actorId: uuid(9) }, true), { revision: 3, why: 'link' }],
    ['an entry comes from another stream', altered(2, { streamId: uuid(9) }, true), { revision: 2, why: 'link' }],
    ['an entry begins from another hash', altered(1, { previousHash: '1'.repeat(64) }, true), { revision: 1, why: 'link' }],
    ['time runs backwards', altered(3, { recordedAt: monday }, true), { revision: 3, why: 'time' }],
  ])('does not verify when %s', (_, chain, expected) => expect(brokenEntry(chain)).toEqual(expected))

  test('every field that an entry has is in its hash', () => {
    const { hash, salt: _, payload: __, ...entry } = only(aChain()[0])
    for (const field of Object.keys(entry) as (keyof Entry)[])
      expect(entryHash({ ...entry, [field]: field === 'revision' ? 9 : 'else' }), field).not.toBe(hash)
  })
})

describe('a person who was erased', () => {
  const erased = (chain: readonly Kept[] = anErasure()) => without(3, without(2, chain))

  test('leaves a chain that verifies, with and without the payloads that said who they were', () => {
    expect(brokenEntry(anErasure())).toBeUndefined()
    expect(brokenEntry(erased())).toBeUndefined()
    expect([...erasedRevisions(erased())]).toEqual([2, 3])
  })

  test.each<[string, Kept[], number]>([
    ['that is about somebody else', without(6, erased()), 6],
    ['that is about no person, though an erasure names it', without(4, anErasure({ revisions: [2, 3, 4] })), 4],
    ['that no erasure names', erased(anErasure({ revisions: [2] })), 3],
    ['that comes after the erasure that names it', without(6, anErasure({ revisions: [2, 3, 6] })), 6],
    ['in a stream that has no people', erased(anErasure({ streamType: 'agreement' })), 2],
    ['of the erasure itself', without(5, anErasure({ revisions: [2, 3, 5] })), 5],
    ['while the erasure says nothing that can be read', erased(anErasure({ revisions: 'all' })), 2],
  ])('is no excuse for a payload %s', (_, chain, revision) => expect(brokenEntry(chain)).toEqual({ revision, why: 'payload' }))
})

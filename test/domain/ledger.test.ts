import { describe, expect, test } from 'vitest'
import { brokenEntry, type Entry, entryHash, genesis, type Kept, payloadDigest } from '../../src/domain/ledger.ts'
import { frozen, monday, only, uuid } from '../support/agreement.ts'

/** A chain of three entries, as the ledger keeps them. */
function aChain(): Kept[] {
  const kept: Kept[] = []
  for (const revision of [1, 2, 3]) {
    const [salt, payload] = [`salt ${revision}`, { what: `payload ${revision}` }]
    const entry: Entry = {
      streamId: uuid(1),
      revision,
      streamType: 'agreement',
      type: 'text-edited',
      recordedAt: new Date(Date.parse(monday) + revision).toISOString(),
      actorId: uuid(2),
      organisationId: null,
      mandateId: null,
      payloadDigest: payloadDigest(salt, payload),
      previousHash: kept.at(-1)?.hash ?? genesis,
    }
    kept.push({ ...entry, hash: entryHash(entry), salt, payload })
  }
  return frozen(kept)
}

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

  test('still verifies when the payload of an entry was erased', () => {
    const { salt: _, payload: __, ...erased } = only(aChain()[1])
    expect(brokenEntry(aChain().map((entry) => (entry.revision === 2 ? erased : entry)))).toBeUndefined()
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

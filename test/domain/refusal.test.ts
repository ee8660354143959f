import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { kinds } from '../../src/domain/adoption.ts'
import { elements } from '../../src/domain/agreement-text.ts'
import { annexMachine } from '../../src/domain/annex.ts'
import { commitmentMachine } from '../../src/domain/commitment.ts'
import { contributionKinds } from '../../src/domain/contribution.ts'
import { placementStates } from '../../src/domain/exchange/placement.ts'
import { ExchangeRound } from '../../src/domain/exchange/round.ts'
import { inquiryMachine } from '../../src/domain/inquiry.ts'
import { linkKinds } from '../../src/domain/link.ts'
import { mandateStatuses } from '../../src/domain/mandate.ts'
import { meetingMachine } from '../../src/domain/meeting/meeting.ts'
import { recommendationMachine } from '../../src/domain/recommendation.ts'
import { type RefusalCode, Refused, refusals, refuse, refuseAll, sentence } from '../../src/domain/refusal.ts'
import { inWords, wordsOf } from '../../src/domain/refusal-words.ts'
import { agreementMachine, phases, roundMachine, tableActions } from '../../src/domain/round.ts'
import { Basis, Origin } from '../../src/domain/source.ts'
import { transferStates } from '../../src/domain/transfer.ts'
import { annexKinds } from '../../src/domain/version.ts'
import { reasons } from '../support/agreement.ts'

const src = fileURLToPath(new URL('../../src', import.meta.url))
const all = Object.keys(refusals) as RefusalCode[]
const isCode = (value: string): value is RefusalCode => value in refusals

/** Codes that are chosen by a table or a call: who supplies their parameters is tested where that is (guard.test.ts, adoption.test.ts). */
const chosenElsewhere: RefusalCode[] = ['mandate-renewal-due']

type Thrown = { code: RefusalCode; params: string[]; where: string }

/** Every place in the sources where a reason is made: as an object with a code, or as a call that takes one. */
function thrown(): { made: Thrown[]; named: Set<string> } {
  const made: Thrown[] = []
  const named = new Set<string>()
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && name !== 'domain/refusal.ts',
  )
  for (const name of files) {
    const source = ts.createSourceFile(name, readFileSync(join(src, name), 'utf8'), ts.ScriptTarget.Latest, true)
    const where = (node: ts.Node) => `${name}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteral(node) && isCode(node.text)) named.add(node.text)
      if (ts.isCallExpression(node) && ['refuse', 'when'].includes(node.expression.getText())) {
        const at = node.arguments.findIndex((argument) => ts.isStringLiteral(argument) && isCode(argument.text))
        const code = node.arguments[at]
        const params = node.arguments.slice(at + 1).find(ts.isObjectLiteralExpression)
        if (code && ts.isStringLiteral(code)) made.push({ code: code.text as RefusalCode, params: keysOf(params), where: where(node) })
      }
      if (ts.isObjectLiteralExpression(node)) {
        const code = withoutAs(property(node, 'code'))
        const params = property(node, 'params')
        if (code && ts.isStringLiteral(code) && isCode(code.text))
          made.push({
            code: code.text,
            params: keysOf(params && ts.isObjectLiteralExpression(params) ? params : undefined),
            where: where(node),
          })
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return { made, named }
}

const withoutAs = (node: ts.Expression | undefined): ts.Expression | undefined =>
  node && (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) ? withoutAs(node.expression) : node

function property(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = node.properties.find((one) => one.name?.getText() === name)
  return found && ts.isPropertyAssignment(found) ? found.initializer : undefined
}

const keysOf = (node: ts.ObjectLiteralExpression | undefined): string[] => node?.properties.map((one) => one.name?.getText() ?? '') ?? []

const asks = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()

describe('the closed list of refusals', () => {
  const { made, named } = thrown()

  test('the sources are found: most codes are made in them', () => expect(made.length).toBeGreaterThan(100))

  test('every code is used, and no other is', () => {
    expect(all.filter((code) => !named.has(code))).toEqual([])
  })

  test.each(all)('%s: says the same in both languages, in whole sentences', (code) => {
    const { en, nl } = refusals[code]
    expect(asks(nl)).toEqual(asks(en))
    for (const text of [en, nl]) expect(text).toMatch(/^[A-Z0-9"`{].*[.}]$/s)
    expect(nl).not.toBe(en)
  })

  test.each(all.filter((code) => !chosenElsewhere.includes(code)))('%s: every parameter is supplied wherever it is made', (code) => {
    const wanted = asks(refusals[code].en)
    for (const { params, where } of made.filter((one) => one.code === code)) expect(params, where).toEqual(expect.arrayContaining(wanted))
  })

  test('a code is small letters and hyphens: it stands in addresses', () => {
    for (const code of all) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })
})

type Spoken = { name: string; word: string; where: string }

const literals = (node: ts.Expression): string[] => {
  if (ts.isStringLiteral(node)) return [node.text]
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)]
  return []
}

/** The words that stand in the sources where a refusal is made, per parameter: as a property, or as an argument of what asks for one. */
function spoken(): Spoken[] {
  const sources = ['domain', 'actions', 'store', 'http'].flatMap((folder) =>
    readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ts.createSourceFile(`${folder}/${name}`, readFileSync(join(src, folder, name), 'utf8'), ts.ScriptTarget.Latest, true)),
  )
  const nodes = sources.flatMap((source) => {
    const all: ts.Node[] = []
    const visit = (node: ts.Node): void => {
      all.push(node)
      ts.forEachChild(node, visit)
    }
    visit(source)
    return all
  })
  // Of each function, which of its arguments are a word.
  const asked = new Map<string, Map<number, string>>()
  for (const node of nodes) {
    if (!ts.isFunctionDeclaration(node) && !ts.isArrowFunction(node)) continue
    const name = (ts.isVariableDeclaration(node.parent) ? node.parent : node).name?.getText() ?? ''
    node.parameters.forEach((parameter, nth) => {
      const word = parameter.name.getText()
      if (['what', 'action'].includes(word)) asked.set(name, (asked.get(name) ?? new Map()).set(nth, word))
    })
  }
  const inRefusal = (node: ts.Node): boolean => ts.isCallExpression(node.parent) && node.parent.expression.getText() === 'refuse'
  return nodes.flatMap((node) => {
    const file = node.getSourceFile()
    const where = () => `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    const said = (name: string, value: ts.Expression) => literals(value).map((word) => ({ name, word, where: where() }))
    if (ts.isPropertyAssignment(node)) {
      // A stream that is not there is said by its type.
      const owner = node.parent.parent
      if (ts.isVariableDeclaration(owner) && owner.type?.getText().startsWith('Stream<') && node.name.getText() === 'type')
        return said('what', node.initializer)
      // Examples of bodies have such properties too.
      if (file.fileName.startsWith('http') && !inRefusal(node.parent)) return []
      return ['what', 'action', 'state'].includes(node.name.getText()) ? said(node.name.getText(), node.initializer) : []
    }
    if (!ts.isCallExpression(node)) return []
    const places = asked.get(node.expression.getText())
    return node.arguments.flatMap((argument, nth) => said(places?.get(nth) ?? '', argument)).filter(({ name }) => name !== '')
  })
}

describe('the words in refusals', () => {
  const machines = {
    agreementMachine,
    annexMachine,
    commitmentMachine,
    inquiryMachine,
    meetingMachine,
    recommendationMachine,
    roundMachine,
  }
  const sources = [...Basis.options, ...Origin.options].map((one) => one.shape.kind.value)
  // What is chosen while deciding, from lists.
  const chosen: [name: string, words: readonly string[]][] = [
    ['state', Object.values(machines).flatMap((machine) => Object.keys(machine))],
    ['state', [...transferStates, ...placementStates, ...ExchangeRound.shape.state.options]],
    ['status', mandateStatuses],
    ['phase', phases],
    ['phases', phases],
    ['action', Object.keys(tableActions)],
    // Answering a transfer is said by its answer.
    ['action', ['accepted', 'declined']],
    ['action', Object.values(machines).flatMap((machine) => Object.values(machine).flatMap((moves) => Object.keys(moves)))],
    ['what', [...contributionKinds, ...annexKinds, ...linkKinds, ...sources, 'held', 'resolved', 'accepted', 'declined']],
    ['kind', kinds],
    ['element', Object.keys(elements)],
    ['why', all.filter((code) => code === 'mandate-missing' || mandateStatuses.some((status) => code === `mandate-${status}`))],
  ]

  test('are said in both languages, whatever list or machine they come from', () => {
    const lacking = chosen.flatMap(([name, words]) => words.filter((word) => !wordsOf[name]?.[word]).map((word) => `${name} ${word}`))
    expect(lacking).toEqual([])
  })

  test('are said in both languages wherever the sources name one', () => {
    const words = spoken()
    expect(words.length).toBeGreaterThan(100)
    expect(words.filter(({ name, word }) => !wordsOf[name]?.[word]).map(({ word, where }) => `${word} at ${where}`)).toEqual([])
  })

  test('are no more than the sources and their lists and machines name', () => {
    const named = new Set(
      [...chosen, ...spoken().map(({ name, word }) => [name, [word]] as const)].flatMap(([name, words]) =>
        words.map((word) => `${name === 'kind' ? 'what' : name === 'status' || name.startsWith('phase') ? 'state' : name} ${word}`),
      ),
    )
    const dead = ['what', 'state', 'action'].flatMap((name) =>
      Object.keys(wordsOf[name] ?? {}).filter((word) => !named.has(`${name} ${word}`)),
    )
    expect(dead).toEqual([])
  })

  test('are none of the machine’s: no hyphens or capitals in a word that people read', () => {
    for (const words of Object.values(wordsOf)) {
      for (const { en, nl } of Object.values(words)) for (const said of [en, nl]) expect(said).toMatch(/^[a-zë() ]+$/)
    }
  })

  test('stand in the sentence; what is no word of the machine stays as it is', () => {
    const phase = { action: 'add-party', phase: 'acting', phases: 'draft, deliberating' }
    expect(sentence({ code: 'wrong-phase', params: phase }, 'nl')).toBe(
      'In de fase handelen kan een partij toevoegen niet; wel in: concept, overleggen.',
    )
    const state = { what: 'exchange round', state: 'placing', action: 'match' }
    expect(sentence({ code: 'wrong-state', params: state }, 'nl')).toBe(
      'Dit (ronde van een wisselstage) is geplaatst: koppelen kan dan niet.',
    )
    expect(sentence({ code: 'wrong-state', params: state }, 'en')).toBe('This exchange round is placed: matching is not possible then.')
    expect(sentence({ code: 'already-done', params: { what: 'accession' } }, 'nl')).toBe('Dit is al gedaan: toetreding.')
    expect(inWords('party', 'accession', 'nl')).toBe('accession')
    expect(inWords('what', 'toString', 'nl')).toBe('toString')
  })
})

describe('refusing', () => {
  test('for one reason, or for all of them at once', () => {
    expect(reasons(() => refuse('reason-required'))).toEqual([{ code: 'reason-required' }])
    expect(reasons(() => refuse('not-found', { what: 'role' }, '/roleId'))).toEqual([
      { code: 'not-found', params: { what: 'role' }, pointer: '/roleId' },
    ])
    const two = [{ code: 'answer-own' } as const, { code: 'reason-required' } as const]
    expect(reasons(() => refuseAll(two))).toEqual(two)
    expect(() => refuseAll(two)).toThrow('answer-own, reason-required')
    refuseAll([])
  })

  test('points into a part of a larger request', () => {
    const refused = new Refused([{ code: 'answer-own' }, { code: 'not-a-party', pointer: '/toPartyIds/1' }])
    expect(refused.at('/contributions/3').reasons.map(({ pointer }) => pointer)).toEqual([
      '/contributions/3',
      '/contributions/3/toPartyIds/1',
    ])
    expect(refused.at('/x').name).toBe('Refused')
  })

  test('says so in the language of the reader', () => {
    const reason = { code: 'rule-fixed', params: { rule: 3 } } as const
    expect(sentence(reason, 'en')).toBe('Ground rule 3 cannot be dropped.')
    expect(sentence(reason, 'nl')).toBe('Spelregel 3 kan niet vervallen.')
  })

  test('writes a moment as the clock in the Netherlands shows it, and a text that only looks like one as it is', () => {
    const over = (before: string) => sentence({ code: 'enrolment-over', params: { before } }, 'nl')
    // The first moment after 23 September: in UTC that is still the day itself.
    expect(over('2027-09-23T22:00:00.000Z')).toBe('Aanmelden kon tot 2027-09-24 00:00.')
    expect(over('2027-12-01T08:30:59.999Z')).toBe('Aanmelden kon tot 2027-12-01 09:30.')
    for (const other of ['2027-09-23', '2027-02-30T22:00:00.000Z', '9999-99-99T99:99:99.999Z'])
      expect(over(other)).toBe(`Aanmelden kon tot ${other}.`)
  })

  test('leaves out a value that it was not given', () =>
    expect(sentence({ code: 'rule-fixed' }, 'en')).toBe('Ground rule  cannot be dropped.'))
})

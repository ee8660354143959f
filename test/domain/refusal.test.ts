import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { type RefusalCode, Refused, refusals, refuse, refuseAll, sentence } from '../../src/domain/refusal.ts'
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

  test('leaves out a value that it was not given', () =>
    expect(sentence({ code: 'rule-fixed' }, 'en')).toBe('Ground rule  cannot be dropped.'))
})

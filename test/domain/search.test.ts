import { describe, expect, test } from 'vitest'
import { endsOf, plainWords, quoted, spoken } from '../../src/domain/search.ts'

describe('what the words of a text end with', () => {
  test.each([
    ['Vrouwenopvang', ['uwenopvang', 'wenopvang', 'enopvang', 'nopvang', 'opvang', 'pvang', 'vang']],
    ['thuis', []],
    ['loket', []],
    ['ggzhulp', ['hulp']],
    ['De Haven', []],
    ['Jeugd-zorg', []],
    ['jeugdzorg, JEUGDZORG; zorg24', ['gdzorg', 'dzorg', 'zorg']],
    ['Zorgécole', ['gécole', 'école', 'cole']],
    ['𠀀𠀁𠀂𠀃𠀄𠀅𠀆', ['𠀃𠀄𠀅𠀆']],
    ['  ', []],
    ['', []],
  ])('of "%s" are %j', (text, ends) => expect(endsOf(text)).toEqual(ends))

  test('stay few: nobody writes a compound of more than forty letters', () => {
    expect(endsOf('a'.repeat(40))).toHaveLength(34)
    expect(endsOf('a'.repeat(41))).toEqual([])
  })
})

test.each([
  ['Crèche één façade', 'Creche een facade'],
  ['cre\u0300che', 'creche'],
  ['Ñandú, ß, ø, 漢字, 한', 'Nandu ß ø 漢字 한'],
  ['Wmo/Jeugd-loket, 24/7', 'Wmo Jeugd loket 24 7'],
  ['loket@kogerveen.nl', 'loket kogerveen nl'],
  ['Súdwest-Fryslân', 'Sudwest Fryslan'],
])('the words of the text %s are %s, whatever stands between them', (text, words) => expect(spoken(text)).toBe(words))

test.each([
  ['"zorg/welzijn" -jeugd-zorg', '"zorg welzijn" -jeugd zorg'],
  ['"covid-19" & x', '"covid 19"   x'],
])('the query %s is searched as %s', (query, searched) => expect(quoted(query)).toBe(searched))

test.each([
  ['Opvang voor  vrouwen', ['opvang', 'voor', 'vrouwen']],
  ['crèche-hulp, 24/7', ['creche', 'hulp', '24', '7']],
  ["o'reilly\\ :* & (x)", ['o', 'reilly', 'x']],
  ['"de haven"', undefined],
  ['opvang -haven', undefined],
  ['-haven', undefined],
  ['& | !', undefined],
])('the words of the query %s are %j', (query, words) => expect(plainWords(query)).toEqual(words))

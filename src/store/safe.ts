import { getTableName } from 'drizzle-orm'
import { applicationRole, type Database } from './database.ts'
import { writtenOnce } from './projections/upsert.ts'

/** What is only ever added to. */
export const history = [
  'ledger',
  'ledger_payloads',
  'log_entries',
  'log_nodes',
  'checkpoints',
  'receipts',
  ...[...writtenOnce].map((table) => getTableName(table)),
]

/** Without these an answered request can be lost in a power cut; what each does is in the manual of PostgreSQL, "Write Ahead Log". */
const durable = ['fsync', 'full_page_writes', 'synchronous_commit']

/** A role that a connection of the application acts as, or could step into, and what it could then do. */
type Role = { name: string; acts: boolean; superuser: boolean; passes: boolean; makes: boolean; owns: boolean; rewrites: string[] }

/**
 * Refuses a database that could lose what it confirmed, or on which the application could rewrite history: whoever broke into it would
 * be able to. Looks at the settings in force for this very connection, and at every role that its login can take on. Throws an Error
 * whose sentences say everything that is wrong, and what to do.
 */
export async function refuseUnsafe({ pool }: Pick<Database, 'pool'>): Promise<void> {
  const wrong = [...(await lossy(pool)), ...(await mighty(pool, 'DATABASE_URL'))]
  if (wrong.length > 0) throw new Error(`Handslag does not start on this database:\n${wrong.map((sentence) => `- ${sentence}`).join('\n')}`)
}

async function lossy(pool: Database['pool']): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; setting: string; source: string }>(
    `select name, setting, source from pg_settings where name = any($1) and setting = 'off' order by name`,
    [durable],
  )
  return rows.map(
    ({ name, source }) =>
      `${name} is off (set by: ${source}), so a crash could lose or damage what was confirmed. ` +
      `Set ${name} = on${source === 'default' || source === 'configuration file' || source === 'command line' ? ' and reload PostgreSQL' : ''}.`,
  )
}

/** What the login of a URL could do beyond what the application may, in sentences; `setting` is what the URL is called. */
export async function mighty(pool: Database['pool'], setting: string): Promise<string[]> {
  const { rows } = await pool.query<Role>(
    `select r.rolname as name, r.rolname = current_user as acts, r.rolsuper as superuser, r.rolbypassrls as passes,
        r.rolcreaterole or r.rolcreatedb or r.rolreplication as makes,
        exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm') and c.relowner = r.oid)
        or exists (select from pg_database d where d.datname = current_database() and d.datdba = r.oid) as owns,
        array(select h from unnest($1::text[]) h where to_regclass('public.' || h) is not null
          and (has_table_privilege(r.oid, 'public.' || h, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
            or has_any_column_privilege(r.oid, 'public.' || h, 'UPDATE'))) as rewrites
      from pg_roles r
      where pg_has_role(session_user, r.oid, 'MEMBER')
      order by r.rolname = session_user desc, r.rolname`,
    [history],
  )
  // A superuser is a member of every role: what those could do as well says nothing more.
  const [first] = rows
  if (!first || first.superuser) return first ? mightOf(first, setting) : []
  // What other roles can do nobody can list: PostgreSQL's own, such as pg_execute_server_program, amount to a superuser.
  const others = rows.filter(({ name }) => name !== first.name && name !== applicationRole)
  return [
    ...rows.flatMap((role) => mightOf(role, setting)),
    ...others.map(
      ({ name }) =>
        `The login of ${setting} is a member of "${name}" as well as of ${applicationRole}. Run: REVOKE "${name}" FROM "${first.name}".`,
    ),
  ]
}

function mightOf({ name, acts, superuser, passes, makes, owns, rewrites }: Role, setting: string): string[] {
  const role = `"${name}"`
  const useOther = acts
    ? ''
    : ` Give ${setting} a user that is a member of handslag_app and of nothing else, and keep this one for DATABASE_OWNER_URL (docs/operations.md#the-database-and-its-roles).`
  const who = acts ? `The role ${role}, as which the application acts,` : `The login of ${setting} can act as ${role}, which`
  if (superuser) return [`${who} is a superuser.${acts ? ` Run: ALTER ROLE ${role} NOSUPERUSER.` : useOther}`]
  return [
    passes && `${who} passes by row-level security. Run: ALTER ROLE ${role} NOBYPASSRLS.`,
    makes &&
      `${who} may make roles or databases, or read all by replication. Run: ALTER ROLE ${role} NOCREATEROLE NOCREATEDB NOREPLICATION.`,
    owns &&
      `${who} owns the database or its tables, and so can alter history.${useOther || ` Give them to another: REASSIGN OWNED BY ${role} TO …`}`,
    !owns &&
      rewrites.length > 0 &&
      `${who} can change what was recorded in ${rewrites.join(', ')}. Run: REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON ${rewrites.join(', ')} FROM ${role}.`,
  ].filter((sentence) => sentence !== false)
}

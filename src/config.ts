import { isIP } from 'node:net'
import { availableParallelism, homedir } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'

const optional = z
  .string()
  .trim()
  .optional()
  .transform((value) => value || undefined)

const requests = (usual: number) => optional.transform((value) => Number(value ?? usual)).pipe(z.number().int().min(1))

const isNetwork = (range: string): boolean => {
  const [address = '', length, ...rest] = range.split('/')
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  return bits > 0 && rest.length === 0 && (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits))
}

/** Every setting of the process, from its environment. This file is the only reader of it; docs/operations.md lists them. */
const Settings = z
  .object({
    HOST: optional.transform((value) => value ?? '127.0.0.1'),
    PORT: optional.transform((value) => Number(value ?? 3000)).pipe(z.number().int().min(1).max(65535)),
    DATABASE_URL: optional,
    DATABASE_OWNER_URL: optional,
    DATABASE_REPLICA_URL: optional,
    // With 10 connections each, 8 processes and the first fit in the 97 that PostgreSQL gives when it is not told otherwise; 128 are more than
    // any gives: whoever writes more has made a mistake.
    PROCESSES: optional
      .transform((value) => (value === 'auto' ? Math.min(availableParallelism(), 8) : Number(value ?? 1)))
      .pipe(z.number('write a number, or auto').int().min(1).max(128)),
    HANDSLAG_DATA: optional.transform((value) => resolve(value?.replace(/^~(?=\/)/, homedir()) ?? 'data')),
    HANDSLAG_DEMO: optional.transform((value) => value === '1'),
    HANDSLAG_URL: optional.transform((value) => value?.replace(/\/$/, '')),
    OIDC_ISSUER: optional,
    OIDC_AUDIENCE: optional,
    // 50 a second, all day: a case system with hundreds of people behind one account. Well below what one process answers.
    RATE_LIMIT_ACCOUNT: requests(3_000),
    // 10 a second: an office behind one address that reads what is public; nobody guesses a token at that pace.
    RATE_LIMIT_ADDRESS: requests(600),
    TRUSTED_PROXIES: optional
      .transform((value) => value?.split(',').map((one) => one.trim()) ?? [])
      .refine((proxies) => proxies.every(isNetwork), 'write addresses or ranges with commas between them, such as 10.0.0.5,192.168.0.0/24'),
    SECURITY_CONTACT: optional.refine(
      (value) => value === undefined || /^(https:\/\/|mailto:)\S+$/.test(value),
      'write an address that starts with https:// or mailto:',
    ),
    REPLACED_KEY: optional,
    LOG_LEVEL: optional.transform((value) => value ?? 'info').pipe(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])),
    CONTACT_NAME: optional.transform((value) => value ?? 'Handslag'),
    CONTACT_URL: optional.transform((value) => value ?? 'https://example.org/handslag'),
    CONTACT_EMAIL: optional.transform((value) => value ?? 'handslag@example.org'),
  })
  .superRefine((settings, context) => {
    if (settings.OIDC_ISSUER && !settings.OIDC_AUDIENCE)
      context.addIssue({
        code: 'custom',
        path: ['OIDC_AUDIENCE'],
        message: 'name the audience that tokens for this registry carry, beside OIDC_ISSUER',
      })
    if (settings.DATABASE_URL && !settings.OIDC_ISSUER && !settings.HANDSLAG_DEMO)
      context.addIssue({
        code: 'custom',
        path: ['OIDC_ISSUER'],
        message: 'name the issuer of tokens for the registry on this database, or set HANDSLAG_DEMO=1 to fill it with a demonstration',
      })
    if (settings.DATABASE_REPLICA_URL && !settings.DATABASE_URL)
      context.addIssue({
        code: 'custom',
        path: ['DATABASE_REPLICA_URL'],
        message: 'name the server that it is a standby of in DATABASE_URL: the PostgreSQL in HANDSLAG_DATA has none',
      })
    if (settings.DATABASE_OWNER_URL && !settings.DATABASE_URL)
      context.addIssue({
        code: 'custom',
        path: ['DATABASE_OWNER_URL'],
        message: 'name DATABASE_URL beside it: what the registry uses, and whose tables it is to be, have to be one database',
      })
    if (!settings.OIDC_ISSUER && !isLoopback(settings.HOST))
      context.addIssue({
        code: 'custom',
        path: ['OIDC_ISSUER'],
        message: `without an issuer of tokens the registry listens on loopback only: name one, or leave HOST (${settings.HOST}) out`,
      })
  })

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

export type Config = Readonly<z.output<typeof Settings>>

/** Reads the settings; throws an error whose sentences name each setting that is wrong and what to write. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const result = Settings.safeParse(environment)
  if (result.success) return Object.freeze(result.data)
  throw new Error(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
}

/** The environment of this process with some settings otherwise, for a process that is started beside it. */
export const environmentWith = (settings: Partial<Record<keyof z.input<typeof Settings>, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...settings,
})

/** Where these settings say that the data is. */
export const placeOf = ({ DATABASE_URL, DATABASE_OWNER_URL, HANDSLAG_DATA }: Config) => ({
  url: DATABASE_URL,
  ownerUrl: DATABASE_OWNER_URL,
  directory: HANDSLAG_DATA,
})

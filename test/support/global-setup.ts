import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../../src/store/embedded.ts'
import { migrate } from '../../src/store/migrate.ts'
import { asSuperuser, databaseUrl, testName } from './server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The run's PostgreSQL, by the URL of its superuser, and the migrated database that tests clone. */
    testServer: { url: string; template: string }
  }
}

const template = testName('handslag_test_template')

/**
 * One PostgreSQL for the whole run, with durable settings: TEST_DATABASE_URL (a superuser's, version 15 to 18), or a container when
 * TEST_DATABASE=testcontainers, or the bundled one in a temporary directory.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer()
  try {
    await asSuperuser(server.url, async (client) => {
      await client.query(`drop database if exists ${template} with (force)`)
      await client.query(`create database ${template} encoding 'UTF8' template template0`)
    })
    await migrate(databaseUrl(server.url, template))
  } catch (error) {
    await server.stop()
    throw error
  }
  project.provide('testServer', { url: server.url, template })
  return async () => {
    await asSuperuser(server.url, (client) => client.query(`drop database if exists ${template} with (force)`))
    await server.stop()
  }
}

async function startServer(): Promise<{ url: string; stop(): Promise<unknown> }> {
  const url = process.env.TEST_DATABASE_URL
  if (url) return { url, stop: async () => undefined }
  if (process.env.TEST_DATABASE === 'testcontainers') {
    const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
    const container = await new PostgreSqlContainer('postgres:15-bookworm').start() // 15: the oldest version that we promise
    return { url: container.getConnectionUri(), stop: () => container.stop() }
  }
  const directory = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  await chmod(directory, 0o755) // for root: PostgreSQL's own user has to pass through
  const server = await startEmbedded({ directory, log: () => undefined })
  return {
    url: server.url,
    async stop() {
      await server.stop()
      await Promise.all([directory, server.directory].map((place) => rm(place, { recursive: true, force: true })))
    },
  }
}

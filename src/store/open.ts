import { type Database, openDatabase } from './database.ts'
import { startEmbedded } from './embedded.ts'
import { applicationLogin } from './login.ts'
import { migrate } from './migrate.ts'
import { refuseUnsafe } from './safe.ts'

/** Where the data of the registry is: on a server of one's own, or in a directory, where PostgreSQL from npm then runs. */
export type Place = { url: string | undefined; ownerUrl: string | undefined; directory: string; log: (line: string) => void }

/** The registry's database, up to date; `url` opens it for another process, as the application. `directory` is where the keys are kept. */
export type Store = { database: Database; url: string; ownerUrl: string; directory: string; close: () => Promise<void> }

/**
 * Opens the database: starts the embedded PostgreSQL where no other is named, and runs the migrations that are missing. Refuses one that
 * is not safe to rely upon. On the embedded server the application gets a login of its own, as on any other: no connection of it can
 * become its superuser again.
 */
export async function openStore({ url, ownerUrl, directory, log }: Place): Promise<Store> {
  const embedded = url === undefined ? await startEmbedded({ directory, log }) : undefined
  const own = url ?? embedded?.url ?? ''
  const owner = ownerUrl ?? own
  let database: Database | undefined
  let applicationUrl: string
  try {
    await migrate(owner)
    applicationUrl = embedded ? await applicationLogin(owner) : own
    database = openDatabase(applicationUrl)
    await refuseUnsafe(database)
  } catch (error) {
    await database?.close()
    await embedded?.stop()
    throw error
  }
  const opened = database
  return {
    database: opened,
    url: applicationUrl,
    ownerUrl: owner,
    directory: embedded?.directory ?? directory,
    close: async () => {
      await opened.close()
      await embedded?.stop()
    },
  }
}

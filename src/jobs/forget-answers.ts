import { forgetAnswers } from '../store/answers.ts'
import type { Database } from '../store/database.ts'
import { registryItself, within } from '../store/transaction.ts'

// An hour: what is kept for seven days may be kept an hour more.
const everyMs = 3_600_000

/** Forgets the answers that were kept long enough, now and every hour. What goes wrong is told, and tried again the next time. */
export function startForgetting(database: Database, failed: (error: unknown) => void): { stop: () => void } {
  const some = () => within(database.pool, registryItself, () => forgetAnswers(database))
  const forget = async () => {
    try {
      while ((await some()) > 0);
    } catch (error) {
      failed(error)
    }
  }
  const timer = setInterval(forget, everyMs)
  void forget()
  return { stop: () => clearInterval(timer) }
}

import type { HttpDeps } from '../../src/http/app.ts'

/** Limits that nothing reaches: for tests of something else. */
export const unlimited: HttpDeps['limits'] = { account: 1_000_000_000, address: 1_000_000_000, eventLoopDelayMs: 0, heapBytes: 0 }

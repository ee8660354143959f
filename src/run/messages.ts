/** What the first process tells one that serves: how to begin, what the clock is now, that it moved, and that it is over. */
export type ToWorker =
  | { type: 'begin'; url: string; directory: string; aheadMs: number }
  | { type: 'clock'; aheadMs: number }
  | { type: 'moved' }
  | { type: 'end' }

/** What a process that serves tells the first: that it listens to messages, to requests, why it cannot, and what is asked of the clock. */
export type FromWorker =
  | { type: 'hello' }
  | { type: 'open'; address: string }
  | { type: 'failed'; why: string }
  | { type: 'clock-set' }
  | { type: 'move'; days: number }

import closeWithGrace, { type Options } from 'close-with-grace'

/** Closes in order before the process ends: by Ctrl-C, SIGTERM, a mistake that nobody caught, or `close`. `skip` leaves some of these out. */
export const closeBeforeEnd = (close: () => Promise<void>, skip: NonNullable<Options['skip']> = []) =>
  // 10 s: what a service manager or a container gives before it kills.
  closeWithGrace({ delay: 10_000, skip }, async ({ err }) => {
    if (err) console.error(err)
    await close()
  })

import type { Log } from '#spi'

const nothing = (): void => undefined

/** For commands: what they have to say they say themselves. */
export const silentLog: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  with: () => silentLog,
}

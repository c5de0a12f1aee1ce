// A log that says nothing.

import type { Log } from '#spi'

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLog,
}

// A message as lines of the log: for trying rules out, and for places whose log is watched anyway.

import type { Log } from '#spi'
import type { Channel } from './channel.ts'

export const logLine = (name: string, log: Log): Channel => ({
  name,
  send: async ({ document }) => {
    for (const { event, state, pipeline, connection, code, count } of document.notices)
      log.warn(`alert.${event}`, {
        ...(pipeline === null ? {} : { pipeline }),
        ...(connection === null ? {} : { connection }),
        ...(code === null ? {} : { code }),
        count,
        value: state !== 'over',
      })
  },
  close: () => undefined,
})

// A session that is opened by the first call, once, however many callers come at the same time. An opening that failed
// is tried again by the next call, so that a connection mended meanwhile works without a restart.

import type { Session } from '#spi'

export function lazySession(open: () => Promise<Session>): Session {
  let opening: Promise<Session> | null = null

  async function opened(): Promise<Session> {
    opening ??= open()
    const mine = opening
    try {
      return await mine
    } catch (error) {
      if (opening === mine) opening = null
      throw error
    }
  }

  return {
    probe: async (kinds, signal) => (await opened()).probe(kinds, signal),
    changes: async function* (shapes, since, signal) {
      yield* (await opened()).changes(shapes, since, signal)
    },
    find: async (questions, signal) => (await opened()).find(questions, signal),
    write: async (batch, signal) => (await opened()).write(batch, signal),
    close: async () => {
      const mine = opening
      opening = null
      // What never opened has nothing to close.
      const session = await mine?.catch(() => null)
      await session?.close()
    },
  }
}

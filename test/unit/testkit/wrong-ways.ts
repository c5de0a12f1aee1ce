// How a sound connector is made wrong: something stands between it and its host, or between it and us.

import { type Host, type Page, type Receipt, RetryLater, type Session, type Write } from '#spi'
import type { Flaw } from '../../contract/subjects/card-index.ts'

export interface Wrong extends Flaw {
  readonly does: string
  /** How the checks that find it begin. */
  readonly found: readonly string[]
}

type Pages = (pages: AsyncIterable<Page>, since: string | null) => AsyncIterable<Page>

export const reading = (change: Pages): Flaw => ({
  session: (session) => ({
    ...session,
    changes: (shapes, since, signal) => change(session.changes(shapes, since, signal), since),
  }),
})

export const writing = (change: (session: Session) => Session['write']): Flaw => ({
  session: (session) => ({ ...session, write: change(session) }),
})

/** Each receipt as another one. */
export const told = (change: (receipt: Receipt, write: Write) => Receipt): Flaw =>
  writing((session) => async (batch, signal) => {
    const receipts = await session.write(batch, signal)
    return batch.flatMap((write, n) => receipts.slice(n, n + 1).map((receipt) => change(receipt, write)))
  })

/** Each write as another one. */
export const asked = (change: (write: Write) => Write): Flaw =>
  writing((session) => async (batch, signal) => await session.write(batch.map(change), signal))

export const sending = (change: (host: Host) => Host['http']['send']): Flaw => ({
  host: (host) => ({ ...host, http: { send: change(host) } }),
})

export const error = new RetryLater('Later.', { code: 'DB-1602', scope: 'record' })
/** Another number each time. */
export const another = (): number => (turns += 1)
let turns = 0

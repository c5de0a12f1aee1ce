// The example connector of the guide for the connector suite: small enough to be made wrong on purpose.

import { connector } from '../../../docs/examples/toy-connector.ts'
import { company, deal, toyKey, ToyVendor } from '../../../docs/examples/toy-vendor.ts'
import { type Host, linkKey, type Session } from '#spi'
import type { ConnectorSubject } from '#testkit/connector-suite'
import { serve } from '#testkit/serve'
import { handClock, testHost, type TestHost } from '../../support/host.ts'

/** What makes a sound connector wrong. */
export interface Flaw {
  readonly session?: (session: Session) => Session
  readonly host?: (host: TestHost) => Host
}

export async function cardIndexSubject(flaw: Flaw = {}): Promise<ConnectorSubject> {
  const clock = handClock()
  const vendor = new ToyVendor(() => clock.now())
  const served = await serve(() => vendor)
  const settings = connector.settings.parse({ url: served.url, key: 'env:CARDS_KEY' })
  const host = testHost({ origins: connector.origins(settings), clock, env: { CARDS_KEY: toyKey } })
  const open = async (): Promise<Session> => {
    const session = await connector.open(settings, flaw.host?.(host) ?? host)
    return flaw.session?.(session) ?? session
  }
  return {
    connector,
    session: await open(),
    open,
    shape: { kind: deal, fields: ['id', 'referral', 'title', 'stage'] },
    ours: 'title',
    theirs: 'stage',
    desk: vendor.desk,
    sample: (n) => ({ title: `Deal ${n}` }),
    unfit: { id: 'mine' },
    now: () => clock.now(),
    passes: (ms) => clock.turn(ms),
    close: () => served.close(),
    create: (n) => ({
      do: 'create',
      kind: deal,
      key: linkKey(`r-${n}`),
      keyField: 'referral',
      fields: { referral: `r-${n}`, title: `New ${n}` },
    }),
    ground: {
      create: { do: 'create', kind: company, key: linkKey('c-1'), keyField: null, fields: { name: 'Contoso' } },
      unfit: { id: 'mine' },
      field: 'company',
    },
    wire: {
      served,
      isWrite: ({ method, url }) => method === 'PATCH' || (method === 'POST' && url.pathname === '/cards'),
      isRead: ({ method, url }) => (method === 'GET' && url.pathname === '/cards') || url.pathname === '/search',
      throttled: (seconds) => ({
        status: 429,
        headers: { 'content-type': 'application/json', 'retry-after': String(seconds) },
        body: '{}',
      }),
      secrets: [toyKey],
      logLines: () => host.logLines,
    },
  }
}

// Dynamics 365 for the connector suite: with change tracking, as Microsoft ships it, or without, by time of change.

import { connector } from '../../../connectors/dynamics/index.ts'
import { type Client, people } from '../../../connectors/dynamics/simulator/index.ts'
import type { SimulatedCall } from '#spi'
import type { ConnectorSubject } from '#testkit/connector-suite'
import { connect, create, dealFor, shape } from '../../unit/connectors/dynamics/session.ts'

const app: Client = { id: 'app', secret: 'the-secret-of-nobody', user: people.application }
const auth = { flow: 'clientSecret', clientId: 'app', clientSecret: 'env:SECRET' }

export async function dynamicsSubject(of: { readonly tracked: boolean }): Promise<ConnectorSubject> {
  const there = await connect({ clients: [app], company: 'empty' }, () => ({ tenant: 'fabrikam.example', auth }), {
    SECRET: 'the-secret-of-nobody',
  })
  const { vendor, clock, served, host, session, url } = there
  if (!of.tracked) vendor.setTracking('opportunity', false)
  const settings = connector.settings.parse({ endpoint: url, authority: url, tenant: 'fabrikam.example', auth })
  return {
    connector,
    session,
    open: async () => await connector.open(settings, host),
    shape: shape('opportunity', 'name', 'description', 'fab_pcreferralid', 'estimatedvalue', 'statecode'),
    ours: 'name',
    theirs: 'description',
    desk: vendor.desk,
    sample: (n) => ({ name: `Deal ${n}` }),
    unfit: { estimatedvalue: '99999999999999999999' },
    now: () => clock.now(),
    passes: (ms) => clock.turn(ms),
    close: () => there.close(),
    create: (n) => dealFor(`00000000-0000-4000-8000-00000000000${n}`, { name: `New ${n}` }),
    ground: {
      create: create('account', 'r-1/account', { name: 'Contoso AG' }),
      unfit: { revenue: '99999999999999999999' },
      field: 'customerid',
    },
    wire: {
      served,
      isWrite: (call) => isData(call) && writes(call),
      isRead: (call) => isData(call) && !writes(call),
      throttled: (seconds) => ({
        status: 429,
        headers: { 'content-type': 'application/json', 'retry-after': String(seconds) },
        body: JSON.stringify({
          error: { code: '0x80072322', message: 'Number of requests exceeded the limit of 6000.' },
        }),
      }),
      secrets: ['the-secret-of-nobody'],
      logLines: () => host.logLines,
    },
  }
}

const isData = ({ url }: SimulatedCall): boolean =>
  url.pathname.startsWith('/api/data/') && !url.pathname.includes('EntityDefinitions')

const writes = ({ method, url, body }: SimulatedCall): boolean =>
  url.pathname.endsWith('/$batch') ? /^(?:POST|PATCH) /m.test(body) : method !== 'GET'

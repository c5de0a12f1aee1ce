// Partner Center for the connector suite: the one source of referrals.

import { connector } from '../../../connectors/partner-center/index.ts'
import { type CreateWrite, linkKey, REFERRAL, type SimulatedCall } from '#spi'
import type { ConnectorSubject } from '#testkit/connector-suite'
import { accepted, openWorld } from '../../unit/connectors/partner-center/world.ts'

const lateMs = 60_000

export async function partnerCenterSubject(): Promise<ConnectorSubject> {
  const world = await openWorld({ pretend: { auth: 'required', pageSize: 3 } })
  const { pc, clock, served, host, session, settings } = world
  return {
    connector,
    session,
    open: () => connector.open(settings, host),
    // A referral is small and comes whole.
    shape: { kind: REFERRAL, fields: [] },
    ours: 'name',
    theirs: 'details.notes',
    desk: pc.desk,
    sample: (n) => accepted({ name: `Deal ${n}` }),
    unfit: { 'details.currency': 'nonsense' },
    now: () => clock.now(),
    passes: (ms) => clock.turn(ms),
    close: () => world.close(),
    create,
    editLate: (id, fields) => {
      pc.setListLag(lateMs)
      pc.desk.edit(REFERRAL, id, fields)
      pc.setListLag(0)
      return () => clock.turn(lateMs)
    },
    wire: {
      served,
      isWrite: (call) => isData(call) && call.method !== 'GET',
      isRead: (call) => isData(call) && call.method === 'GET',
      throttled: (seconds) => ({
        status: 429,
        headers: { 'content-type': 'application/json', 'retry-after': String(seconds) },
        body: JSON.stringify({ error: { code: 'tooManyRequests', message: 'Too many requests.' } }),
      }),
      secrets: ['pretend-secret', 'pretend-refresh-token'],
      logLines: () => host.logLines,
    },
  }
}

const create = (n: number): CreateWrite => ({
  do: 'create',
  kind: REFERRAL,
  key: linkKey(`006qy00000abf9${n}`),
  keyField: 'externalReferenceId',
  fields: {
    externalReferenceId: `006Qy00000Abf9${n}`,
    name: `New ${n}`,
    'customerProfile.name': 'Contoso AG',
    'customerProfile.address.country': 'DE',
    'details.dealValue': '84000',
    'details.currency': 'EUR',
    'details.closingDateTime': '2026-12-18',
  },
})

const isData = ({ url }: SimulatedCall): boolean => /\/referrals(?:\/|$)/.test(url.pathname)

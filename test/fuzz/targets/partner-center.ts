// What Partner Center may answer: lists of referrals, single ones, and what it says to patches and new deals.

import { connector } from '../../../connectors/partner-center/index.ts'
import { partnerCenterSimulator } from '../../../connectors/partner-center/simulator/index.ts'
import { instantFromMs, linkKey, recordId, REFERRAL } from '#spi'
import { seededRandom } from '../../support/host.ts'
import { accepted, cosell, update } from '../../unit/connectors/partner-center/world.ts'
import { baseUrl, vendorTarget } from './vendor.ts'

const now = instantFromMs(Date.UTC(2026, 10, 20, 14))
const settings = connector.settings.parse({
  tenant: 'fabrikam.example',
  endpoint: baseUrl,
  authority: baseUrl,
  webhookEndpoint: baseUrl,
  auth: { flow: 'none' },
})
const shape = { kind: REFERRAL, fields: [] }
const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`

function pretend() {
  const random = seededRandom(7)
  const pc = partnerCenterSimulator({
    auth: 'off',
    now: () => now,
    random: () => random.next(),
    baseUrl: () => baseUrl,
  })
  pc.desk.add(REFERRAL, accepted({ id: id(1) }))
  pc.desk.add(REFERRAL, cosell({ id: id(2), direction: 'Outgoing' }))
  return pc
}

export const target = vendorTarget({
  name: 'partner-center',
  covers: ['connectors/partner-center'],
  pretend,
  open: async (host) => await connector.open(settings, host),
  standing: null,
  shapes: [shape],
  questions: [
    { shape, by: { id: recordId(id(1)) } },
    { shape, by: { key: { field: 'id', value: id(2) } } },
  ],
  writes: [
    update(recordId(id(1)), null, { 'details.dealValue': '84000.10', team: [{ email: 'anna@fabrikam.example' }] }),
    update(recordId(id(2)), null, { status: 'Closed', substatus: 'Won' }),
    {
      do: 'create',
      kind: REFERRAL,
      key: linkKey('006Qy0000000001'),
      keyField: 'externalReferenceId',
      fields: {
        name: 'Azure',
        type: 'Shared',
        'customerProfile.name': 'Contoso AG',
        'details.dealValue': '12',
        'details.currency': 'EUR',
        'details.closingDateTime': '2026-12-18',
        externalReferenceId: '006Qy0000000001',
      },
    },
  ],
  burst: 250,
})

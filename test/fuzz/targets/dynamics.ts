// What Dynamics may answer, `$batch` included, to a poll, a search, a batch of writes and the look at the environment.

import { connector } from '../../../connectors/dynamics/index.ts'
import { dynamicsSimulator } from '../../../connectors/dynamics/simulator/index.ts'
import { instantFromMs, kind, recordId } from '#spi'
import { seededRandom } from '../../support/host.ts'
import { create, deal, dealFor, shape, to, update } from '../../unit/connectors/dynamics/session.ts'
import { baseUrl, vendorTarget } from './vendor.ts'

const now = instantFromMs(Date.UTC(2026, 10, 20, 14))
const settings = connector.settings.parse({ endpoint: baseUrl, authority: baseUrl, auth: { flow: 'none' } })
const key = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`

function pretend() {
  const random = seededRandom(7)
  const vendor = dynamicsSimulator({
    now: () => now,
    random: () => random.next(),
    baseUrl: () => baseUrl,
    company: 'empty',
  })
  for (const n of [1, 2])
    vendor.desk.add(kind('opportunity'), { name: `Deal ${n}`, fab_pcreferralid: key(n), estimatedvalue: '84000.10' })
  return vendor
}

export const target = vendorTarget({
  name: 'dynamics',
  covers: ['connectors/dynamics'],
  pretend,
  open: async (host) => await connector.open(settings, host),
  standing: /EntityDefinitions|RelationshipDefinitions|GlobalOptionSet/,
  shapes: [deal, shape('account', 'name', 'websiteurl')],
  questions: [
    { shape: deal, by: { key: { field: 'fab_pcreferralid', value: key(1) } } },
    { shape: deal, by: { id: recordId(key(2)) } },
    {
      shape: shape('account', 'name'),
      by: { match: [{ field: 'name', value: 'Contoso AG', compare: 'companyName' }] },
    },
  ],
  writes: [
    create('account', `${key(7)}/account`, { name: 'Contoso AG' }),
    dealFor(key(7), { name: 'New', customerid: to(`${key(7)}/account`) }),
    update('opportunity', key(2), { name: 'Another', estimatedvalue: '12.5' }, 'W/"1"'),
    update('opportunity', key(1), { statecode: 'Won' }),
  ],
  burst: 200,
})

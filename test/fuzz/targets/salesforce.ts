// What Salesforce may answer to a poll, a search, a batch of writes and the look at the org before them.

import { connector } from '../../../connectors/salesforce/index.ts'
import { salesforceSimulator } from '../../../connectors/salesforce/simulator/index.ts'
import { instantFromMs, recordId } from '#spi'
import {
  accountShape,
  allShapes,
  dealShape,
  newDeal,
  Opportunity,
  referral,
  update,
  wholeDeal,
} from '../../unit/connectors/salesforce/org.ts'
import { seededRandom } from '../../support/host.ts'
import { baseUrl, vendorTarget } from './vendor.ts'

const now = instantFromMs(Date.UTC(2026, 10, 20, 14))
const settings = connector.settings.parse({
  url: baseUrl,
  auth: { flow: 'none' },
  limits: { shareOfDailyLimit: '100%' },
})

function pretend() {
  const random = seededRandom(7)
  const org = salesforceSimulator({
    now: () => now,
    random: () => random.next(),
    baseUrl: () => baseUrl,
    company: 'empty',
    signIn: 'open',
  })
  for (const n of [1, 2])
    org.desk.add(Opportunity, {
      Name: `Deal ${n}`,
      StageName: 'Qualification',
      CloseDate: '2026-12-18',
      PC_Referral_Id__c: referral(n),
    })
  return org
}

export const target = vendorTarget({
  name: 'salesforce',
  covers: ['connectors/salesforce'],
  pretend,
  open: async (host) => await connector.open(settings, host),
  standing: /^\/services\/data$|\/describe\/?$/,
  shapes: allShapes,
  questions: [
    { shape: dealShape, by: { key: { field: 'PC_Referral_Id__c', value: referral(1) } } },
    { shape: dealShape, by: { id: recordId('006000000000001AAA') } },
    { shape: accountShape, by: { match: [{ field: 'Name', value: 'Contoso AG', compare: 'companyName' }] } },
  ],
  writes: [...wholeDeal(7), newDeal(8), update('006000000000001AAA', null, { Name: 'Another' })],
  burst: 100,
})

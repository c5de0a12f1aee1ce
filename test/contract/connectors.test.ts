// The connector contract, kept by all: the three connectors over real HTTP against their pretended vendors, the example
// of the guide, and the vendors that other tests pretend in memory.

import { describe, test } from 'vitest'
import { connectorChecks, type ConnectorSubject, type Need } from '#testkit/connector-suite'
import { cardIndexSubject } from './subjects/card-index.ts'
import { dynamicsSubject } from './subjects/dynamics.ts'
import { partnerCenterSubject } from './subjects/partner-center.ts'
import { pretendedCrm, pretendedSource } from './subjects/pretended.ts'
import { salesforceSubject } from './subjects/salesforce.ts'

interface Row {
  readonly name: string
  readonly meets: readonly Need[]
  readonly open: () => Promise<ConnectorSubject>
}

// Left out: nobody can remove a referral; and where changes are tracked by the database itself, none comes late.
const crm: readonly Need[] = ['creates', 'pointers', 'removal', 'wire']
const rows: readonly Row[] = [
  { name: 'partner-center', meets: ['creates', 'late commits', 'wire'], open: partnerCenterSubject },
  { name: 'salesforce', meets: [...crm, 'late commits'], open: salesforceSubject },
  { name: 'dynamics', meets: crm, open: () => dynamicsSubject({ tracked: true }) },
  { name: 'dynamics without change tracking', meets: crm, open: () => dynamicsSubject({ tracked: false }) },
  { name: 'the example of the guide', meets: crm, open: () => cardIndexSubject() },
  { name: 'the pretended source', meets: ['removal'], open: async () => pretendedSource() },
  { name: 'the pretended CRM', meets: ['creates', 'pointers', 'removal'], open: async () => pretendedCrm() },
]

for (const { name, meets, open } of rows)
  describe(name, () => {
    for (const check of connectorChecks(meets)) test(check.name, () => check.run(open))
  })

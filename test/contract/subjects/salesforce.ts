// Salesforce for the connector suite.

import { connector } from '../../../connectors/salesforce/index.ts'
import { sandboxClient } from '../../../connectors/salesforce/simulator/index.ts'
import { linkKey, type SimulatedCall } from '#spi'
import type { ConnectorSubject } from '#testkit/connector-suite'
import { Account, newDeal, Opportunity, testOrg } from '../../unit/connectors/salesforce/org.ts'

const lateMs = 20_000

export async function salesforceSubject(): Promise<ConnectorSubject> {
  const org = await testOrg()
  const { simulator, clock, served, host, session } = org
  return {
    connector,
    session,
    open: () => org.open(),
    shape: { kind: Opportunity, fields: ['Name', 'NextStep', 'StageName', 'CloseDate', 'PC_Referral_Id__c'] },
    ours: 'Name',
    theirs: 'NextStep',
    desk: simulator.desk,
    sample: (n) => ({ Name: `Deal ${n}`, StageName: 'Qualification', CloseDate: '2026-12-18' }),
    unfit: { CloseDate: 'the day after tomorrow' },
    now: () => clock.now(),
    passes: (ms) => clock.turn(ms),
    close: () => org.close(),
    create: (n) => newDeal(n),
    ground: {
      create: {
        do: 'create',
        kind: Account,
        key: linkKey('r-1/account'),
        keyField: null,
        fields: { Name: 'Contoso AG' },
      },
      unfit: { NumberOfEmployees: 'many' },
      field: 'AccountId',
    },
    editLate: (id, fields) => {
      simulator.knobs.commitDelayMs = lateMs
      simulator.desk.edit(Opportunity, id, fields)
      simulator.knobs.commitDelayMs = 0
      return () => clock.turn(lateMs)
    },
    wire: {
      served,
      isWrite: (call) => isData(call) && writes(call),
      isRead: (call) => isData(call) && !writes(call),
      throttled: (seconds) => ({
        status: 429,
        headers: { 'content-type': 'application/json', 'retry-after': String(seconds) },
        body: JSON.stringify([{ errorCode: 'TOO_MANY_REQUESTS', message: 'Slow down.' }]),
      }),
      secrets: [sandboxClient.secret],
      logLines: () => host.logLines,
    },
  }
}

const isData = ({ url }: SimulatedCall): boolean =>
  url.pathname.startsWith('/services/data/v') && !/\/(?:describe|sobjects|limits)\/?$/.test(url.pathname)

const writes = ({ method, url, body }: SimulatedCall): boolean =>
  url.pathname.endsWith('/composite') ? /"method":"(?:POST|PATCH)"/.test(body) : method !== 'GET'

// What `check` says of a connection to Salesforce, line by line. Pure: everything it rests on has been read.

import type { Finding, Who } from '#spi'
import type { Usage } from './budget.ts'
import type { ObjectFacts } from './describe.ts'
import type { OrgFacts } from './setup-queries.ts'

const who: Who = 'Salesforce admin'

/** The fields of the package that ships with this connector, on Opportunity. */
export const packageFields = [
  'PC_Referral_Id__c',
  'PC_Sync_State__c',
  'PC_Sync_Message__c',
  'PC_Answer_By__c',
  'PC_Referral_Link__c',
] as const
const keyField = packageFields[0]

export interface Looked {
  readonly account: string
  readonly flow: string
  readonly objects: readonly ObjectFacts[]
  readonly org: OrgFacts
  readonly usage: Usage
  readonly share: number
  readonly movedTo: string | null
}

export function findingsOf(looked: Looked): readonly Finding[] {
  const deal = looked.objects.find(({ name }) => name === 'Opportunity')
  const account = looked.objects.find(({ name }) => name === 'Account')
  return [
    signedIn(looked),
    ...moved(looked),
    ...rights(looked.objects),
    ...(deal ? packageFindings(deal) : []),
    ...(account?.fields.has('IsPersonAccount') ? [personAccounts] : []),
    ...(looked.org.stages === null || looked.org.users === null ? [partly] : []),
    calls(looked),
  ]
}

function signedIn({ account, flow }: Looked): Finding {
  if (flow === 'none') return { level: 'warning', what: 'no sign-in: a loopback endpoint' }
  return { level: 'ok', what: `signed in as ${account} through an External Client App` }
}

function moved({ movedTo }: Looked): readonly Finding[] {
  if (movedTo === null) return []
  return [
    {
      level: 'warning',
      code: 'DB-1305',
      what: `Salesforce says that this org is at ${movedTo}`,
      consequence: 'The configured address may stop answering.',
      fix: `set url: ${movedTo}`,
      who,
    },
  ]
}

function rights(objects: readonly ObjectFacts[]): readonly Finding[] {
  const both = objects.filter(({ createable, updateable }) => createable && updateable).map(({ name }) => name)
  const lacking = objects.filter(({ createable, updateable }) => !createable || !updateable)
  return [
    ...(both.length > 0 ? [{ level: 'ok', what: `may create and edit ${both.join(', ')}` } as const] : []),
    ...lacking.map(({ name, createable }): Finding => ({
      level: 'error',
      code: 'DB-1312',
      what: `can't ${createable ? 'edit' : 'create'} ${name}`,
      consequence: 'Everything that would be written to it is held.',
      fix: 'assign the permission set "dealbridge" to the account',
      who,
    })),
  ]
}

function packageFindings({ fields }: ObjectFacts): readonly Finding[] {
  const missing = packageFields.filter((name) => !fields.has(name))
  const key = fields.get(keyField)
  const found: Finding[] = []
  if (missing.length > 0)
    found.push({
      level: missing.includes(keyField) ? 'error' : 'warning',
      code: 'DB-1314',
      what: `fields of the dealbridge package are missing on Opportunity: ${missing.join(', ')}`,
      consequence: missing.includes(keyField)
        ? 'Without the referral’s id in the deal, a repeated creation could make a second one.'
        : 'Sellers do not see the state of the sync.',
      fix: 'sf project deploy start, in connectors/salesforce/package',
      who,
    })
  if (key && !(key.externalId && key.unique))
    found.push({
      level: 'error',
      code: 'DB-1313',
      what: `${keyField} is not marked External ID and Unique`,
      consequence: 'Nothing is created: two deals could carry one referral.',
      fix: 'tick both marks in Setup, or deploy the field package',
      who,
    })
  if (found.length === 0) found.push({ level: 'ok', what: 'the dealbridge fields are in place' })
  return found
}

const personAccounts: Finding = {
  level: 'warning',
  code: 'DB-1320',
  what: 'the org uses person accounts',
  consequence: 'A person account takes no contacts.',
  fix: 'set RecordTypeId in the account lookup of the mapping',
  who,
}

const partly: Finding = {
  level: 'warning',
  code: 'DB-1319',
  what: 'stages or users of the org can’t be read',
  consequence: 'The stage table and the owners of the mapping are not checked.',
  fix: 'give the account "View Setup and Configuration"',
  who,
}

function calls({ usage, share }: Looked): Finding {
  const most = percent(share)
  if (usage.used === null || usage.limit === null || usage.limit === 0)
    return { level: 'ok', what: `API calls: our share at most ${most}` }
  const org = percent(usage.used / usage.limit)
  const ours = percent(usage.ours / usage.limit)
  const limit = usage.limit.toLocaleString('en-US')
  return {
    level: usage.used >= usage.limit * warnAt ? 'warning' : 'ok',
    what: `API calls today: org at ${org} of ${limit}; our share ${ours} of at most ${most}`,
  }
}

const warnAt = 0.9
const percent = (share: number): string => `${Math.round(share * 100)} %`

// What Fabrikam's sellers do with deals on Salesforce's own screens, for stories that need no field names.

import {
  kind,
  recordId,
  textOf,
  type Desk,
  type DeskRecord,
  type RecordId,
  type SellersHands,
  type ShownDeal,
} from '#spi'

const Opportunity = kind('Opportunity')
const Account = kind('Account')
const Contact = kind('Contact')
const Role = kind('OpportunityContactRole')

/** The hands that work at this desk. */
export function sellersHands(desk: Desk): SellersHands {
  const deals = (): readonly DeskRecord[] => desk.all(Opportunity)
  const edit = (deal: RecordId, fields: DeskRecord['fields']): void => desk.edit(Opportunity, deal, fields)
  return {
    kind: Opportunity,
    count: () => deals().length,
    dealOf: (referral) =>
      deals().find(({ fields }) => textOf(fields['PC_Referral_Id__c']).toLowerCase() === referral.toLowerCase())?.id ??
      null,
    show: (deal) => show(desk, deal),
    setAmount: (deal, amount) => edit(deal, { Amount: Number(amount) }),
    setCloseDate: (deal, date) => edit(deal, { CloseDate: date }),
    takeUp: (deal) => edit(deal, { StageName: 'Qualification' }),
    win: (deal) => edit(deal, { StageName: 'Closed Won' }),
    lose: (deal) => edit(deal, { StageName: 'Closed Lost', Loss_Reason__c: 'Budget' }),
    decline: (deal) => edit(deal, { StageName: 'Declined', Decline_Reason__c: 'No capacity' }),
    reopen: (deal) => edit(deal, { StageName: 'Qualification' }),
    mark: () => markOf(desk),
    accountOf: (deal) => accountOf(desk, deal),
    doubleAccount: (deal) => {
      const id = accountOf(desk, deal)
      const account = id ? desk.read(Account, id) : undefined
      const { Name = null, Website = null, BillingCountryCode = null } = account?.fields ?? {}
      desk.add(Account, { Name, Website, BillingCountryCode })
    },
  }
}

function accountOf(desk: Desk, deal: RecordId): RecordId | null {
  const id = textOf(desk.read(Opportunity, deal)?.fields['AccountId'])
  return id === '' ? null : recordId(id)
}

function show(desk: Desk, deal: RecordId): ShownDeal {
  const fields = desk.read(Opportunity, deal)?.fields ?? {}
  const role = desk.all(Role).find((record) => record.fields['OpportunityId'] === deal)
  const named = (of: typeof Account, id: unknown): string | null => {
    const found = typeof id === 'string' ? desk.read(of, recordId(id)) : undefined
    return found ? textOf(found.fields['Name']) || textOf(found.fields['LastName']) : null
  }
  return {
    title: textOf(fields['Name']),
    account: named(Account, fields['AccountId']),
    contact: named(Contact, role?.fields['ContactId']),
    amount: textOf(fields['Amount']) || null,
    closeDate: textOf(fields['CloseDate']) || null,
    stage: textOf(fields['StageName']),
    isOpen: fields['IsClosed'] !== true,
    state: textOf(fields['PC_Sync_State__c']) || null,
    message: textOf(fields['PC_Sync_Message__c']) || null,
  }
}

function markOf(desk: Desk): string {
  const records = [Opportunity, Account, Contact, Role].flatMap((of) => desk.all(of))
  return `${records.length}@${records.reduce((last, { changedAt }) => (changedAt > last ? changedAt : last), '')}`
}

// What the sellers do with deals in the app itself, for stories that need no column names.

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

const opportunity = kind('opportunity')
const account = kind('account')
const contact = kind('contact')

/** The hands that work at this desk. */
export function sellersHands(desk: Desk): SellersHands {
  const deals = (): readonly DeskRecord[] => desk.all(opportunity)
  const edit = (deal: RecordId, fields: DeskRecord['fields']): void => desk.edit(opportunity, deal, fields)
  return {
    kind: opportunity,
    count: () => deals().length,
    dealOf: (referral) =>
      deals().find(({ fields }) => textOf(fields['fab_pcreferralid']).toLowerCase() === referral.toLowerCase())?.id ??
      null,
    show: (deal) => show(desk, deal),
    setAmount: (deal, amount) => edit(deal, { estimatedvalue: amount }),
    setCloseDate: (deal, date) => edit(deal, { estimatedclosedate: date }),
    takeUp: (deal) => edit(deal, { statuscode: 'In Progress', salesstage: 'Qualify' }),
    win: (deal) => edit(deal, { statecode: 'Won', statuscode: 'Won' }),
    lose: (deal) =>
      edit(deal, {
        statecode: 'Lost',
        statuscode: 'Out-Sold',
        'opportunityclose.description': 'The customer chose another vendor.',
        'opportunityclose.fab_lossreason': 'Customer chose another vendor',
      }),
    decline: (deal) =>
      edit(deal, {
        statecode: 'Lost',
        statuscode: 'Canceled',
        'opportunityclose.description': 'We have no capacity for this deal.',
      }),
    reopen: (deal) => edit(deal, { statecode: 'Open', statuscode: 'In Progress' }),
    mark: () => markOf(desk),
    accountOf: (deal) => accountOf(desk, deal),
    doubleAccount: (deal) => {
      const id = accountOf(desk, deal)
      const found = id ? desk.read(account, id) : undefined
      const { name = null, websiteurl = null, address1_country = null } = found?.fields ?? {}
      desk.add(account, { name, websiteurl, address1_country })
    },
  }
}

function accountOf(desk: Desk, deal: RecordId): RecordId | null {
  const id = textOf(desk.read(opportunity, deal)?.fields['parentaccountid'])
  return id === '' ? null : recordId(id)
}

function show(desk: Desk, deal: RecordId): ShownDeal {
  const fields = desk.read(opportunity, deal)?.fields ?? {}
  const named = (of: typeof account, id: unknown, column: string): string | null => {
    const found = typeof id === 'string' ? desk.read(of, recordId(id)) : undefined
    return found ? textOf(found.fields[column]) : null
  }
  return {
    title: textOf(fields['name']),
    account: named(account, fields['parentaccountid'], 'name'),
    contact:
      named(contact, fields['parentcontactid'], 'fullname') ?? named(contact, fields['parentcontactid'], 'lastname'),
    amount: textOf(fields['estimatedvalue']) || null,
    closeDate: textOf(fields['estimatedclosedate']) || null,
    stage: [textOf(fields['statecode']), textOf(fields['statuscode']), textOf(fields['salesstage'])]
      .filter(Boolean)
      .join(', '),
    isOpen: fields['statecode'] === 'Open',
    state: textOf(fields['fab_pcsyncstate']) || null,
    message: textOf(fields['fab_pcsyncmessage']) || null,
  }
}

function markOf(desk: Desk): string {
  const records = [opportunity, account, contact].flatMap((of) => desk.all(of))
  return `${records.length}@${records.reduce((last, { changedAt }) => (changedAt > last ? changedAt : last), '')}`
}

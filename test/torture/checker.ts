// Holds what the vendors show against what may be. It knows nothing of the program: it reads records, requests and what
// people did, all as the vendors' process tells them, and it is told when the program says that it is done.

import { isWrite } from './requests.ts'
import type { Deed, Shown, ShownCall, ShownRecord } from './told.ts'

interface CrmWords {
  readonly system: 'salesforce' | 'dynamics'
  readonly deal: string
  readonly key: string
  readonly amount: string
  readonly isOpen: (deal: ShownRecord) => boolean
  readonly account: { readonly kind: string; readonly name: string; readonly of: (deal: ShownRecord) => unknown }
  /** The contacts that a deal leads to. */
  readonly contacts: (deal: ShownRecord, all: readonly ShownRecord[]) => readonly unknown[]
  readonly contact: string
}

const words: readonly CrmWords[] = [
  {
    system: 'salesforce',
    deal: 'Opportunity',
    key: 'PC_Referral_Id__c',
    amount: 'Amount',
    isOpen: ({ fields }) => fields['IsClosed'] !== true,
    account: { kind: 'Account', name: 'Name', of: ({ fields }) => fields['AccountId'] },
    contacts: ({ id }, all) =>
      all
        .filter(({ kind, fields }) => kind === 'OpportunityContactRole' && fields['OpportunityId'] === id)
        .map(({ fields }) => fields['ContactId']),
    contact: 'Contact',
  },
  {
    system: 'dynamics',
    deal: 'opportunity',
    key: 'fab_pcreferralid',
    amount: 'estimatedvalue',
    isOpen: ({ fields }) => fields['statecode'] === 'Open',
    account: { kind: 'account', name: 'name', of: ({ fields }) => fields['parentaccountid'] },
    contacts: ({ fields }) => [fields['parentcontactid']],
    contact: 'contact',
  },
]

/** A pair that is not in step, though the program says that everything is done. It may wait for a person, or for time. */
export interface Apart {
  readonly referral: string
  readonly what: string
}

export class Checker {
  readonly violations: string[] = []
  /** Closes that were applied, by referral. */
  readonly closes = new Map<string, number>()
  readonly #seeded: ReadonlySet<string>
  readonly #closed = new Set<string>()
  readonly #amounts = new Map<string, string[]>()

  constructor(before: Shown) {
    this.#seeded = new Set([...before.salesforce, ...before.dynamics].map(({ id }) => id))
    this.#rememberClosed(before)
  }

  /** An edit that was made while both sides agreed leaves nothing else to be right; one beside another leaves either. */
  note(deeds: readonly Deed[]): void {
    for (const { referral, value, isEven } of deeds)
      if (value !== undefined)
        this.#amounts.set(referral, isEven ? [value] : [...(this.#amounts.get(referral) ?? []), value])
  }

  /** After the program was killed, or has ended: holds at every moment. */
  see(shown: Shown): void {
    for (const call of shown.calls) this.#seeCall(call)
    for (const crm of words) {
      const records = shown[crm.system]
      const deals = records.filter(({ kind, fields }) => kind === crm.deal && typeof fields[crm.key] === 'string')
      this.#none('I1: a second opportunity', twice(deals.map(({ fields }) => String(fields[crm.key]).toLowerCase())))
      for (const deal of deals)
        if (crm.contacts(deal, records).length > 1) this.#violated('a second contact role', deal.id)
    }
  }

  /** The program says that everything is done: nothing is left over, and whatever is apart has to have its reason. */
  end(shown: Shown): readonly Apart[] {
    this.see(shown)
    this.#rememberClosed(shown)
    return words.flatMap((crm) => {
      const records = shown[crm.system]
      const deals = records.filter(({ kind }) => kind === crm.deal)
      this.#leftOver(crm, deals, records)
      return deals.flatMap((deal) => this.#pair(crm, deal, shown))
    })
  }

  /** Apart, and nobody is told why. */
  unexplained({ referral, what }: Apart): void {
    this.#violated(what, referral)
  }

  /** The program has nothing to do: whatever it still writes is too much. */
  quiet(shown: Shown): void {
    const calls = shown.calls.filter(({ method, path, body }) => isWrite(method, path, body))
    for (const { system, method, path } of calls) this.#violated('I16: written at rest', `${system} ${method} ${path}`)
  }

  #seeCall({ system, method, path, body, status }: ShownCall): void {
    if (method === 'DELETE' || /^DELETE /m.test(body)) this.#violated('I3: a deletion', `${system} ${path}`)
    const [, referral] = /\/referrals\/([^/]+)$/.exec(path) ?? []
    if (system !== 'partner-center' || method !== 'PATCH' || referral === undefined) return
    if (this.#closed.has(referral)) this.#violated('I6: an attempt to change what is closed', `${referral} ${body}`)
    const closes = /"path":"\/status","value":"Closed"/.test(body)
    if (closes && status !== 'cut' && status < 300) this.closes.set(referral, (this.closes.get(referral) ?? 0) + 1)
    if ((this.closes.get(referral) ?? 0) > 1) this.#violated('I5: closed twice', referral)
  }

  /** Accounts and contacts that were made and that no deal leads to: somebody made them twice. */
  #leftOver(crm: CrmWords, deals: readonly ShownRecord[], records: readonly ShownRecord[]): void {
    const made = records.filter(({ id }) => !this.#seeded.has(id))
    const accounts = made.filter(({ kind }) => kind === crm.account.kind)
    const contacts = made.filter(({ kind }) => kind === crm.contact)
    const used = new Set(deals.flatMap((deal) => [crm.account.of(deal), ...crm.contacts(deal, records)]))
    for (const { kind, id } of [...accounts, ...contacts])
      if (!used.has(id)) this.#violated(`${crm.system}: made for nobody`, `${kind} ${id}`)
    this.#none('a second account', twice(accounts.map(({ fields }) => String(fields[crm.account.name]))))
  }

  #pair(crm: CrmWords, deal: ShownRecord, { referrals }: Shown): readonly Apart[] {
    const referral = referrals.find(({ id }) => id === deal.fields[crm.key])
    if (!referral || referral.fields['status'] === 'Closed' || !crm.isOpen(deal)) return []
    const ours = Number(deal.fields[crm.amount])
    const theirs = Number((referral.fields['details'] as Record<string, unknown> | undefined)?.['dealValue'])
    const apart = (what: string): Apart => ({ referral: referral.id, what })
    const may = this.#amounts.get(referral.id)
    const isLost = may && !may.some((value) => Number(value) === ours)
    return [
      ...(ours === theirs ? [] : [apart(`I15: the sides differ, ${theirs} and ${ours}`)]),
      ...(isLost ? [apart(`I9: an edit was lost, ${may.join(' or ')} became ${ours}`)] : []),
    ]
  }

  #rememberClosed({ referrals }: Shown): void {
    for (const { id, fields } of referrals) if (fields['status'] === 'Closed') this.#closed.add(id)
  }

  #none(what: string, found: readonly string[]): void {
    for (const one of found) this.#violated(what, one)
  }

  #violated(what: string, which: string): void {
    const line = `${what}: ${which}`
    if (!this.violations.includes(line)) this.violations.push(line)
  }
}

const twice = (values: readonly string[]): readonly string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
]

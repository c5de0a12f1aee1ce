// Deals that begin in the CRM: a mapping by which a mark on an opportunity shares it, with its account's name, and a
// source that makes deals and finds them again by the partner's own id.

import { recordId, type Fields } from '#spi'
import type { Mapping, Share, SharedField } from '#core/mapping/mapping'
import type { FakeState } from '#testkit/fake-vendor'
import { fakeAccount, fakeOpportunity } from '#testkit/fake-crm'
import { fakeReferral } from '#testkit/fake-source'
import { dealMapping, dealRows, rule, type DealMappingOptions } from './deal-mapping.ts'
import { DealWorld, type DealWorldOptions } from './deal-world.ts'

const given = (path: string, from: string, read: SharedField['read']): SharedField => ({
  path,
  from,
  rule: rule(`share.${path}`),
  read,
})

export const dealShare: Share = {
  mark: { Share: 'yes' },
  holdMs: 0,
  rows: dealRows().filter(({ toReferral }) => toReferral),
  fields: [
    given('name', 'Name', (record) => ({ ok: true, fields: { name: record['Name'] ?? null } })),
    given('customer.name', 'account.Name', (_, pointed) => {
      const name = pointed.get('account')?.['Name']
      const refusal = { code: 'DB-2202', message: 'The account has no name.', who: 'the seller' } as const
      return typeof name === 'string' ? { ok: true, fields: { 'customer.name': name } } : { ok: false, refusal }
    }),
  ],
  pointed: [{ lookup: 'account', shape: { kind: fakeAccount, fields: ['Name'] }, fills: { field: 'AccountId' } }],
  rule: rule('share'),
}

export function sharingMapping(share: Partial<Share> = {}, options: DealMappingOptions = {}): Mapping {
  const mapping = dealMapping(options)
  const [own] = mapping.shapes
  return {
    ...mapping,
    shapes: [{ kind: fakeOpportunity, fields: [...(own?.fields ?? []), 'Share', 'AccountId'] }],
    share: { ...dealShare, ...share },
  }
}

export class SharingWorld extends DealWorld {
  constructor({ mapping = sharingMapping(), ...options }: DealWorldOptions = {}) {
    // What the connector does for a vendor without keys: a deal is looked for by its reference before it is made.
    const source = { unique: { [fakeReferral]: 'externalReferenceId' }, ...options.source }
    super({ ...options, mapping, source })
    this.crm.add(fakeAccount, { Name: 'Contoso' }, { id: recordId('acc-1') })
  }

  /** An opportunity that a seller made. */
  opportunity(id: string, fields: Fields = {}): void {
    const own = { Stage: 'Qualification', Name: 'Our own', Amount: '5000', Currency: 'EUR', CloseDate: '2026-12-31' }
    this.crm.add(fakeOpportunity, { ...own, AccountId: 'acc-1', ...fields }, { id: recordId(id) })
  }

  edit(id: string, fields: Fields): void {
    this.clock.turn(1_000)
    this.crm.edit(fakeOpportunity, recordId(id), fields)
  }

  opportunityOf(id: string): FakeState | undefined {
    return this.crm.read(fakeOpportunity, recordId(id))
  }

  /** What there is at the source under an opportunity's id. */
  madeFor(id: string): readonly FakeState[] {
    return this.source.live(fakeReferral).filter(({ fields }) => fields['externalReferenceId'] === id)
  }

  async links() {
    const links = []
    for await (const link of this.ledger.all('link')) links.push(link)
    return links
  }

  async openIntents(): Promise<number> {
    return await this.ledger.count('intent')
  }
}

// Which field of a CRM is probably meant for a property of a referral: by what fields of CRMs are usually called, in
// words without capitals, spaces or marks of custom fields. A guess is written into a draft; a person decides.

import type { FieldSchema } from '../../model/schema.ts'
import { slips } from '../../nearest.ts'

export interface Wish {
  /** The referral path it is for. */
  readonly path: string
  /** What the field is usually called, best first. */
  readonly names: readonly string[]
  readonly types: readonly FieldSchema['type'][]
  /** The row without its `crm:`. */
  readonly row: string
  /** Fields that only exist once somebody makes them: what to call them, and why they are wanted. */
  readonly make?: string
}

/** In the order rows are usually written. */
export const wishes: readonly Wish[] = [
  {
    path: 'name',
    names: ['name', 'topic', 'title', 'dealname'],
    types: ['text'],
    row: 'formula: LEFT(customerProfile.name & " – " & name, 120), direction: toCrm, write: once',
  },
  {
    path: 'details.dealValue',
    names: ['amount', 'estimatedvalue', 'estrevenue', 'estimatedrevenue', 'value', 'dealvalue'],
    types: ['money', 'decimal'],
    row: 'referral: details.dealValue, direction: both, transform: [round2], required: true',
  },
  {
    path: 'details.currency',
    names: ['currencyisocode', 'currency'],
    types: ['text'],
    row: 'referral: details.currency, direction: toCrm',
  },
  {
    path: 'details.closingDateTime',
    names: ['closedate', 'estimatedclosedate', 'estclosedate', 'expectedclosedate'],
    types: ['date', 'instant'],
    row: 'referral: details.closingDateTime, direction: both, as: date, conflict: ask, required: true',
  },
  {
    path: 'details.notes',
    names: ['description', 'notes', 'details'],
    types: ['text'],
    row: 'referral: details.notes, direction: toCrm, transform: [stripHtml, trim], write: once',
  },
  {
    path: 'details.notes (back)',
    names: ['partnerupdate', 'updateformicrosoft', 'pcupdate', 'microsoftupdate'],
    types: ['text'],
    row: 'referral: details.notes, direction: toReferral, combine: appendDated',
    make: 'Partner Update',
  },
  {
    path: 'customerProfile.size',
    names: ['companysize', 'customersize', 'employees', 'numberofemployees'],
    types: ['text'],
    row: 'referral: customerProfile.size, direction: toCrm',
  },
  {
    path: 'ref.solutionAreas',
    names: ['solutionarea', 'solutionareas', 'productinterest'],
    types: ['text', 'list'],
    row: 'formula: JOIN(ref.solutionAreas, ";"), direction: toCrm',
  },
  {
    path: 'ref.microsoftTeam',
    names: ['microsoftseller', 'microsoftcontact', 'msseller'],
    types: ['text'],
    row: 'formula: COALESCE(FIRST(ref.microsoftTeam).email, "Microsoft"), direction: toCrm',
  },
  {
    path: 'campaignId',
    names: ['campaignid', 'campaigncode', 'microsoftcampaign'],
    types: ['text'],
    row: 'referral: campaignId, direction: toCrm',
  },
  {
    path: 'the source of the lead',
    names: ['leadsource', 'source', 'leadsourcecode'],
    types: ['text'],
    row: 'set: Microsoft Partner Center, direction: toCrm, write: once',
  },
]

/** The fields that tie the record to its referral and show the seller where things stand. */
export const linkWishes: readonly Wish[] = [
  {
    path: 'id',
    names: ['pcreferralid', 'referralid', 'partnercenterreferralid'],
    types: ['text'],
    row: '',
    make: 'PC Referral Id',
  },
  {
    path: 'state',
    names: ['pcsyncstate', 'syncstate', 'partnercentersyncstate'],
    types: ['text'],
    row: '',
    make: 'PC Sync State',
  },
  { path: 'message', names: ['pcsyncmessage', 'syncmessage'], types: ['text'], row: '', make: 'PC Sync Message' },
  { path: 'answerBy', names: ['pcanswerby', 'answerby'], types: ['instant'], row: '', make: 'PC Answer By' },
  {
    path: 'link',
    names: ['pcreferrallink', 'referrallink', 'partnercenterlink'],
    types: ['text'],
    row: '',
    make: 'PC Referral Link',
  },
  {
    path: 'lossReason',
    names: ['lossreason', 'lostreason', 'reasonlost'],
    types: ['text'],
    row: '',
    make: 'Loss Reason',
  },
]

/** Names without capitals, joints, and the marks that CRMs put on custom fields. */
export const plainName = (name: string): string =>
  name
    .replace(/__c$/i, '')
    .replace(/^[a-z]{2,8}_(?=[a-z])/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')

/** The field that fits a wish best, by name or by label; undefined when none is near enough to be worth proposing. */
export function fieldFor(
  { names, types }: Wish,
  fields: readonly FieldSchema[],
  taken: ReadonlySet<string>,
): FieldSchema | undefined {
  const usable = fields.filter((field) => types.includes(field.type) && field.updatable && !taken.has(field.name))
  for (const name of names) {
    const exact = usable.find((field) => plainName(field.name) === name || plainName(field.label) === name)
    if (exact) return exact
  }
  return usable.find((field) => names.some((name) => name.length > 6 && slips(plainName(field.name), name, 3) < 3))
}

/** The API name a new field would get in this org, in the manner of those it has. */
export function nameToMake(label: string, fields: readonly FieldSchema[]): string {
  const marked = fields.some(({ name }) => name.endsWith('__c'))
  if (marked) return `${label.replaceAll(' ', '_')}__c`
  const prefix = fields
    .map(({ name }) => /^([a-z]{2,8})_[a-z]/.exec(name)?.[1])
    .find((found) => found !== undefined && found !== 'address')
  return `${prefix ?? 'new'}_${label.replaceAll(' ', '').toLowerCase()}`
}

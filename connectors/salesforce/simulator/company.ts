// The pretended company: Fabrikam's Salesforce, with its people, its customers and eighteen deals in every stage.
// None of these deals came from Microsoft; those arrive while the story runs.

import { dateIn, type Instant, type JsonObject, later } from '#spi'
import type { Org } from './org.ts'
import { Saves } from './save.ts'

export interface Person {
  readonly first: string
  readonly last: string
  readonly login: string
  readonly active: boolean
}

/** Whoever sells, the account that the connection acts as, and one who has left. */
export const people = {
  dealbridge: { first: 'Deal', last: 'Bridge', login: 'dealbridge', active: true },
  lukas: { first: 'Lukas', last: 'Weber', login: 'lukas.weber', active: true },
  anna: { first: 'Anna', last: 'Meier', login: 'anna.meier', active: true },
  mei: { first: 'Mei', last: 'Tan', login: 'mei.tan', active: true },
  desk: { first: 'Co-sell', last: 'Desk', login: 'cosell-desk', active: true },
  priya: { first: 'Priya', last: 'Nair', login: 'priya.nair', active: true },
  former: { first: 'Former', last: 'Colleague', login: 'former.colleague', active: false },
} as const satisfies Readonly<Record<string, Person>>

export type PersonName = keyof typeof people

export interface Staff {
  readonly organizationId: string
  readonly ids: Readonly<Record<PersonName, string>>
}

/** What every org has before the first deal: its name, its people, its stages, its currencies. */
export function furnish(org: Org): Staff {
  const setup = new Saves(org, { userId: '', rights: 'setup' })
  const add = (kind: string, fields: JsonObject): string => {
    const object = org.objects.get(kind)
    const saved = object && setup.insert(object, fields)
    if (!saved?.success) throw new Error(`the company cannot be furnished with ${kind}`)
    return saved.id
  }
  const organizationId = add('Organization', {
    Name: 'Fabrikam',
    OrganizationType: 'Enterprise Edition',
    InstanceName: 'DEU42',
    IsSandbox: false,
  })
  const ids = Object.fromEntries(Object.entries(people).map(([name, person]) => [name, add('User', userOf(person))]))
  for (const [index, stage] of org.stages.entries()) add('OpportunityStage', stageRow(stage, index))
  const process = add('BusinessProcess', { Name: 'Default', IsActive: true, TableEnumOrId: 'Opportunity' })
  add('RecordType', recordType('Standard', 'Standard', process))
  add('RecordType', recordType('Co-sell', 'Cosell', process))
  if (org.objects.has('CurrencyType')) {
    for (const IsoCode of ['EUR', 'USD', 'CHF', 'GBP'])
      add('CurrencyType', { IsoCode, IsActive: true, IsCorporate: IsoCode === 'EUR', DecimalPlaces: 2 })
  }
  return { organizationId, ids: ids as Readonly<Record<PersonName, string>> }
}

const recordType = (Name: string, DeveloperName: string, BusinessProcessId: string): JsonObject => ({
  Name,
  DeveloperName,
  SobjectType: 'Opportunity',
  IsActive: true,
  BusinessProcessId,
})

const stageRow = (stage: Org['stages'][number], index: number): JsonObject => ({
  MasterLabel: stage.name,
  ApiName: stage.name,
  IsActive: true,
  SortOrder: index + 1,
  IsClosed: stage.isClosed,
  IsWon: stage.isWon,
  ForecastCategory: stage.forecastCategory,
  ForecastCategoryName: stage.forecastCategoryName,
  DefaultProbability: stage.probability,
})

const userOf = (person: Person): JsonObject => ({
  Username: `${person.login}@fabrikam.example`,
  Email: `${person.login}@fabrikam.example`,
  FirstName: person.first,
  LastName: person.last,
  Name: `${person.first} ${person.last}`,
  IsActive: person.active,
  UserType: 'Standard',
  LanguageLocaleKey: 'en_US',
  TimeZoneSidKey: 'Europe/Berlin',
})

/** Company, country, city, web site, D-U-N-S number. */
const customers = [
  ['Adventure Works AG', 'CH', 'Zürich', 'https://www.adventure-works.example', '480000017'],
  ['Alpine Ski House', 'AT', 'Innsbruck', 'https://alpineskihouse.example', '480000025'],
  ['Blue Yonder Airlines', 'US', 'Seattle', 'https://www.blueyonder.example', '080000033'],
  ['City Power & Light', 'US', 'Chicago', 'https://cpandl.example', '080000041'],
  ['Coho Winery', 'FR', 'Bordeaux', 'https://cohowinery.example', '260000058'],
  ['Fourth Coffee GmbH', 'DE', 'Berlin', 'https://fourthcoffee.example', '310000066'],
  ['Graphic Design Institute', 'GB', 'London', 'https://gdi.example', '210000074'],
  ['Humongous Insurance', 'DE', 'München', 'https://humongousinsurance.example', '310000082'],
  ['Litware Oy', 'SE', 'Stockholm', 'https://litware.example', '350000090'],
  ['Northwind Traders', 'US', 'Portland', 'https://northwind.example', '080000108'],
  ['Proseware GmbH', 'DE', 'Hamburg', 'https://www.proseware.example', '310000116'],
  ['Tailspin Toys', 'DK', 'Billund', 'https://tailspintoys.example', '300000124'],
  ['Trey Research', 'CH', 'Basel', 'https://treyresearch.example', '480000132'],
  ['Wide World Importers', 'NL', 'Rotterdam', 'https://wideworldimporters.example', '400000140'],
] as const

/** First and last name of one contact for each customer, in the same order. */
const contacts = [
  ['Sara', 'Keller'],
  ['Max', 'Huber'],
  ['Dana', 'Brooks'],
  ['Lee', 'Grant'],
  ['Claire', 'Martin'],
  ['Jonas', 'Becker'],
  ['Ava', 'Hughes'],
  ['Petra', 'Schuster'],
  ['Elin', 'Lind'],
  ['Chris', 'Young'],
  ['Nina', 'Vogt'],
  ['Mads', 'Holm'],
  ['Luca', 'Frei'],
  ['Tess', 'Visser'],
] as const

/** Customer (by its place above), name, stage, amount, days until it closes, seller. */
const deals = [
  [0, 'Copilot pilot', 'Negotiation/Review', '60000', 19, 'anna'],
  [0, 'Support renewal', 'Closed Won', '24000', -12, 'anna'],
  [1, 'Teams Phone', 'Qualification', '18000', 45, 'mei'],
  [1, 'Season pass portal', 'Closed Lost', '33500', -30, 'mei'],
  [2, 'Crew planning', 'Proposal/Price Quote', '240000', 60, 'lukas'],
  [3, 'Grid telemetry', 'Needs Analysis', '128750.5', 75, 'lukas'],
  [4, 'Harvest forecast', 'Qualification', '9900', 38, 'anna'],
  [5, 'Fabric PoC', 'Value Proposition', '18000', 27, 'lukas'],
  [5, 'Store Wi-Fi', 'Closed Won', '7450', -3, 'lukas'],
  [6, 'Rendering farm', 'Qualification', '52000', 90, 'mei'],
  [7, 'Claims archive', 'Negotiation/Review', '310000', 22, 'lukas'],
  [8, 'SAP on Azure', 'Proposal/Price Quote', '145000', 41, 'mei'],
  [9, 'D365 rollout', 'Value Proposition', '50000', 33, 'desk'],
  [10, 'Defender', 'Needs Analysis', '27000', 29, 'lukas'],
  [11, 'Web shop', 'Qualification', '61000', 55, 'desk'],
  [12, 'Lab notebooks', 'Declined', '15000', -6, 'anna'],
  [13, 'Container tracking', 'Proposal/Price Quote', '88000', 48, 'desk'],
  [13, 'Customs gateway', 'Needs Analysis', '46000', 64, 'desk'],
] as const

/** Eighteen deals with their customers, contacts and roles, made by the sellers who own them. */
export function moveIn(org: Org, staff: Staff, now: Instant): void {
  const setup = new Saves(org, { userId: staff.ids.priya, rights: 'person' })
  const add = (saves: Saves, kind: string, fields: JsonObject): string => {
    const object = org.objects.get(kind)
    const saved = object && saves.insert(object, fields)
    if (!saved?.success) throw new Error(`the company cannot be given a ${kind}`)
    return saved.id
  }
  const accounts = customers.map(([Name, BillingCountryCode, BillingCity, Website, DUNS__c]) =>
    add(setup, 'Account', { Name, BillingCountryCode, BillingCity, Website, DUNS__c, OwnerId: staff.ids.lukas }),
  )
  const persons = contacts.map(([FirstName, LastName], index) => {
    const host = new URL(customers[index]?.[3] ?? '').host.replace('www.', '')
    const Email = `${FirstName}.${LastName}@${host}`.toLowerCase()
    return add(setup, 'Contact', { FirstName, LastName, Email, AccountId: accounts[index] ?? null })
  })
  for (const [customer, what, StageName, Amount, days, seller] of deals) {
    const saves = new Saves(org, { userId: staff.ids[seller], rights: 'person' })
    const deal = add(saves, 'Opportunity', {
      Name: `${customers[customer][0]} – ${what}`,
      AccountId: accounts[customer] ?? null,
      StageName,
      Amount: Number(Amount),
      CloseDate: dateIn(later(now, days * 86_400_000), 'UTC'),
    })
    add(saves, 'OpportunityContactRole', {
      OpportunityId: deal,
      ContactId: persons[customer] ?? null,
      Role: 'Decision Maker',
      IsPrimary: true,
    })
  }
}

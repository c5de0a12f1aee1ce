// Fabrikam's environment, Americas and Asia: its people, teams and currencies, some customers, and eleven deals on
// which sellers were already working before anything was connected.

import type { Access } from './access.ts'
import { privilegeName, verbs } from './access.ts'
import type { Cells } from './cells.ts'
import { addOurColumns } from './our-columns.ts'
import type { Engine } from './engine.ts'
import { finish } from './closing.ts'
import type { World } from './world.ts'
import { accounts, contacts, currencies, deals, leads, teams, users } from './company-data.ts'

export type CompanySize = 'seeded' | 'empty' | 'bare'

/** Ids are fixed, so that stories and tests can name them. */
export const seedId = (kind: number, number: number): string =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`

export const people = {
  /** The application user of whoever signs in. */
  application: seedId(1, 1),
  /** Whose hands work at the desk. */
  seller: seedId(1, 2),
  administrator: seedId(1, 9),
  role: seedId(4, 1),
} as const

export interface Seeding {
  readonly world: World
  readonly engine: Engine
  readonly access: Access
  readonly size: CompanySize
}

export function seedCompany(seeding: Seeding): void {
  seedOrganization(seeding)
  if (seeding.size !== 'bare') addOurColumns(seeding.world)
  seedRoles(seeding)
  if (seeding.size === 'seeded') seedCustomers(seeding)
}

function put({ engine }: Seeding, kind: string, id: string, cells: Cells): void {
  engine.create(engine.world.table(kind), cells, people.seller, id)
}

const ref = (kind: string, id: string) => ({ kind, id })

function seedOrganization(seeding: Seeding): void {
  put(seeding, 'organization', seedId(3, 1), { name: 'fabrikam', expirechangetrackingindays: 7, languagecode: 1033 })
  put(seeding, 'businessunit', seedId(3, 2), { name: 'Fabrikam' })
  const businessunitid = ref('businessunit', seedId(3, 2))
  for (const [index, user] of users.entries())
    put(seeding, 'systemuser', seedId(1, index + 1), {
      fullname: user.name,
      domainname: user.mail,
      internalemailaddress: user.mail,
      isdisabled: user.disabled ?? false,
      applicationid: user.application ? seedId(9, 1) : null,
      businessunitid,
    })
  for (const [index, team] of teams.entries())
    put(seeding, 'team', seedId(2, index + 1), {
      name: team.name,
      emailaddress: team.mail,
      isdefault: false,
      teamtype: team.access === true ? 1 : 0,
      businessunitid,
    })
  for (const [index, [isocurrencycode, currencyname, exchangerate, currencyprecision]] of currencies.entries())
    put(seeding, 'transactioncurrency', seedId(5, index + 1), {
      isocurrencycode,
      currencyname,
      exchangerate,
      currencyprecision,
    })
  for (const [index, message] of ['CreateMultiple', 'UpdateMultiple', 'UpsertMultiple'].entries())
    put(seeding, 'sdkmessage', seedId(8, index + 1), { name: message })
  put(seeding, 'entitymap', seedId(8, 100), { sourceentityname: 'lead', targetentityname: 'opportunity' })
  put(seeding, 'competitor', seedId(7, 1), { name: 'Northwind Traders' })
  put(seeding, 'competitor', seedId(7, 2), { name: 'Tailspin Toys' })
  put(seeding, 'campaign', seedId(7, 10), { name: 'Cloud migration spring' })
}

const written = ['opportunity', 'lead', 'account', 'contact', 'opportunityclose']
const onlyRead = ['transactioncurrency', 'systemuser', 'team', 'competitor', 'campaign', 'pricelevel']

function seedRoles({ world, engine, access }: Seeding): void {
  const role = (id: string, name: string): void => {
    engine.create(world.table('role'), { name }, people.seller, id)
  }
  role(people.role, 'dealbridge')
  role(seedId(4, 2), 'Salesperson')
  role(seedId(4, 9), 'System Administrator')
  const privileges = [...world.tables.keys()].flatMap((kind) => verbs.map((verb) => privilegeName(verb, kind)))
  for (const [index, name] of [...privileges, 'prvCreateAttribute'].entries())
    engine.create(world.table('privilege'), { name }, people.seller, seedId(6, index + 1))
  const work = written.flatMap((kind) =>
    verbs.filter((verb) => verb !== 'Delete').map((verb) => privilegeName(verb, kind)),
  )
  access.addRole(people.role, [...work, ...onlyRead.map((kind) => privilegeName('Read', kind))])
  access.addAdministrator(seedId(4, 9))
  access.assign(people.application, people.role)
  access.assign(people.administrator, seedId(4, 9))
}

function seedCustomers(seeding: Seeding): void {
  for (const [index, account] of accounts.entries()) put(seeding, 'account', seedId(10, index + 1), account)
  for (const [index, { account, ...contact }] of contacts.entries())
    put(seeding, 'contact', seedId(11, index + 1), {
      ...contact,
      parentcustomerid: ref('account', seedId(10, account)),
    })
  for (const [index, lead] of leads.entries()) put(seeding, 'lead', seedId(12, index + 1), lead)
  for (const [index, deal] of deals.entries()) seedDeal(seeding, seedId(13, index + 1), deal)
}

function seedDeal(seeding: Seeding, id: string, deal: (typeof deals)[number]): void {
  const { account, contact, currency, team, owner, closed, ...cells } = deal
  put(seeding, 'opportunity', id, {
    ...cells,
    parentaccountid: ref('account', seedId(10, account)),
    parentcontactid: contact === null ? null : ref('contact', seedId(11, contact)),
    transactioncurrencyid: ref('transactioncurrency', seedId(5, currency)),
    ownerid: team === null ? ref('systemuser', seedId(1, owner)) : ref('team', seedId(2, team)),
  })
  if (!closed) return
  const { world, engine } = seeding
  const call = { engine, caller: people.seller, resolve: () => ref('opportunity', id) }
  finish(call, world.must(world.table('opportunity'), id), {
    outcome: closed.outcome,
    status: closed.status,
    cells: {
      subject: `Opportunity ${closed.outcome.toLowerCase()}`,
      opportunityid: ref('opportunity', id),
      actualend: `${closed.on}T00:00:00Z`,
      ...(closed.revenue === null ? {} : { actualrevenue: closed.revenue }),
      description: closed.words,
    },
  })
}

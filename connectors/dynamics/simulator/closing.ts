// WinOpportunity, LoseOpportunity, QualifyLead: how a deal ends, and how a lead becomes one.

import { isRef, isWireObject, type Cell, type Cells, Digits, type Wire } from './cells.ts'
import { objectBody, readPayload } from './payload.ts'
import { parseTarget, findTarget, localPart } from './addresses.ts'
import type { Engine } from './engine.ts'
import { refusals } from './refusals.ts'
import { assertPair, defaultStatus } from './states.ts'
import type { Row } from './world.ts'

export interface ActionCall {
  readonly engine: Engine
  readonly caller: string
  readonly resolve: (reference: string) => { readonly kind: string; readonly id: string }
}

/** `{ Status, OpportunityClose }`, as both actions take it. */
export function closeOpportunity(call: ActionCall, outcome: 'Won' | 'Lost', body: Wire): void {
  const parameters = objectBody(body)
  const close = objectBody(parameters['OpportunityClose'] ?? null)
  const status = parameters['Status']
  if (!(status instanceof Digits)) throw refusals.payload('opportunityclose', "the parameter 'Status' is missing.")
  const table = call.engine.world.table('opportunityclose')
  const bound = { ...close }
  if (typeof bound['opportunityid@odata.bind'] !== 'string')
    throw refusals.payload('opportunityclose', "'opportunityid' must be bound.")
  const cells = readPayload({ world: call.engine.world, table, resolve: lenient(call) }, bound)
  const ref = cells['opportunityid']
  const opportunity = isRef(ref) ? call.engine.world.get(call.engine.world.table('opportunity'), ref.id) : undefined
  if (!opportunity) throw refusals.noOpportunity()
  finish(call, opportunity, { outcome, status: Number(status.text), cells })
}

/** An opportunity that does not exist has its own words here. */
function lenient({ engine, resolve }: ActionCall): ActionCall['resolve'] {
  return (reference) => {
    if (reference.startsWith('$')) return resolve(reference)
    const target = parseTarget(engine.world, decodeURIComponent(localPart(reference)))
    if (target.table.kind === 'opportunity' && !findTarget(engine.world, target)) throw refusals.noOpportunity()
    return resolve(reference)
  }
}

export function finish(
  { engine, caller }: ActionCall,
  opportunity: Row,
  close: {
    readonly outcome: 'Won' | 'Lost'
    readonly status: number
    readonly cells: Cells
    /** The day as the person who closes it sees it, where that is not the day in UTC. */
    readonly day?: string
  },
): void {
  const { world } = engine
  const state = close.outcome === 'Won' ? 1 : 2
  if (opportunity.cells['statecode'] !== 0) throw refusals.alreadyClosed()
  const status = close.status === -1 ? defaultStatus(opportunity.table, state) : close.status
  assertPair(opportunity.table, state, status)
  const revenue = close.cells['actualrevenue'] ?? (state === 1 ? (opportunity.cells['estimatedvalue'] ?? null) : null)
  const ended = close.cells['actualend'] ?? world.stamp()
  world.atomically(() => {
    engine.force(
      opportunity,
      { statecode: state, statuscode: status, actualvalue: revenue, actualclosedate: close.day ?? dayOf(ended) },
      caller,
      close.outcome === 'Won' ? 'Win' : 'Lose',
    )
    const table = world.table('opportunityclose')
    const activity = engine.create(table, { ...close.cells, actualrevenue: revenue, actualend: ended }, caller)
    engine.force(
      activity,
      { statecode: 1, statuscode: 2, opportunitystatecode: state, opportunitystatuscode: status },
      caller,
    )
  })
}

const dayOf = (cell: Cell): Cell => (typeof cell === 'string' ? cell.slice(0, 10) : null)

/** What of a lead an opportunity takes over by itself; customers add their own pairs as attribute maps. */
const standardMap: Readonly<Record<string, string>> = {
  subject: 'name',
  description: 'description',
  estimatedamount: 'estimatedvalue',
  estimatedclosedate: 'estimatedclosedate',
  campaignid: 'campaignid',
}

export function qualifyLead(call: ActionCall, lead: Row, body: Wire): readonly Row[] {
  const wants = objectBody(body)
  const flag = (name: string): boolean => {
    const value = wants[name]
    if (typeof value !== 'boolean') throw refusals.payload('lead', `the parameter '${name}' is missing.`)
    return value
  }
  const status = wants['Status']
  if (!(status instanceof Digits)) throw refusals.payload('lead', "the parameter 'Status' is missing.")
  if (lead.cells['statecode'] !== 0) throw refusals.stateStatus('lead')
  const reason = status.text === '-1' ? defaultStatus(lead.table, 1) : Number(status.text)
  assertPair(lead.table, 1, reason)
  const make = {
    account: flag('CreateAccount'),
    contact: flag('CreateContact'),
    opportunity: flag('CreateOpportunity'),
  }
  const currency = entityParameter(wants['OpportunityCurrencyId'], 'transactioncurrencyid')
  return call.engine.world.atomically(() => qualify(call, lead, { make, reason, currency }))
}

function entityParameter(value: Wire | undefined, idColumn: string): string | null {
  if (value === undefined || value === null) return null
  if (!isWireObject(value) || value['@odata.type'] === undefined) throw refusals.unexpected()
  const id = value[idColumn]
  return typeof id === 'string' ? id : null
}

export interface Qualification {
  readonly make: { readonly account: boolean; readonly contact: boolean; readonly opportunity: boolean }
  readonly reason: number
  readonly currency: string | null
}

export function qualify({ engine, caller }: ActionCall, lead: Row, wanted: Qualification): readonly Row[] {
  const { world } = engine
  const made: Row[] = []
  const make = (kind: string, cells: Cells): Row => {
    const row = engine.create(world.table(kind), withoutNulls(cells), caller)
    made.push(row)
    return row
  }
  const { cells } = lead
  let account = refOf(cells['parentaccountid'])
  let contact = refOf(cells['parentcontactid'])
  if (wanted.make.account) {
    account = {
      kind: 'account',
      id: make('account', { name: cells['companyname'] ?? null, ...pick(cells, addressColumns) }).id,
    }
  }
  if (wanted.make.contact) {
    const person = pick(cells, ['firstname', 'lastname', 'emailaddress1', 'telephone1', 'jobtitle'])
    contact = { kind: 'contact', id: make('contact', { ...person, parentcustomerid: account }).id }
  }
  const changes: Cells = { statecode: 1, statuscode: wanted.reason }
  if (wanted.make.opportunity) {
    const currency = wanted.currency === null ? null : { kind: 'transactioncurrency', id: wanted.currency }
    const deal: Cells = {
      ...mapped(engine, cells),
      originatingleadid: { kind: 'lead', id: lead.id },
      parentaccountid: account,
      parentcontactid: contact,
      ...(currency ? { transactioncurrencyid: currency } : {}),
    }
    changes['qualifyingopportunityid'] = { kind: 'opportunity', id: make('opportunity', deal).id }
  }
  engine.force(lead, changes, caller, 'QualifyLead')
  return made
}

const addressColumns = ['address1_line1', 'address1_city', 'address1_postalcode', 'address1_country', 'websiteurl']
const refOf = (cell: Cell | undefined) => (isRef(cell) ? cell : null)
const pick = (cells: Cells, names: readonly string[]): Cells =>
  Object.fromEntries(names.map((name) => [name, cells[name] ?? null]))
const withoutNulls = (cells: Cells): Cells =>
  Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== null))

function mapped({ world }: Engine, lead: Cells): Cells {
  const opportunity = world.table('opportunity')
  const custom = [...world.rows(world.table('attributemap')).values()].map(
    ({ cells }) => [cells['sourceattributename'], cells['targetattributename']] as const,
  )
  const cells: Cells = {}
  for (const [from, to] of [...Object.entries(standardMap), ...custom])
    if (typeof from === 'string' && typeof to === 'string' && opportunity.columns.has(to))
      cells[to] = lead[from] ?? null
  return cells
}

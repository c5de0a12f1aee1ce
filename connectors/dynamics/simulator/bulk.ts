// CreateMultiple, UpdateMultiple, UpsertMultiple: all rows or none, and no word about which row was wrong.

import { findTarget, localPart, parseTarget } from './addresses.ts'
import { isWireObject, parseGuid, type Wire, type WireObject } from './cells.ts'
import type { Table } from './columns.ts'
import { objectBody } from './payload.ts'
import { refusals } from './refusals.ts'
import { cellsOf } from './rows.ts'
import type { Reply, RequestContext } from './context.ts'

interface Bulk {
  readonly action: string
  readonly table: Table
  readonly body: Wire
}

export function bulkAction(context: RequestContext, bulk: Bulk): Reply {
  const { table, action } = bulk
  const targets = targetsOf(bulk)
  const { world } = context.service.engine
  if (action === 'CreateMultiple') {
    const ids = world.atomically(() => targets.map((target) => createTarget(context, table, target)))
    return {
      status: 200,
      body: { '@odata.context': `${context.root}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`, Ids: ids },
    }
  }
  if (action === 'UpdateMultiple' || action === 'UpsertMultiple') {
    const apply = action === 'UpdateMultiple' ? updateTarget : upsertTarget
    world.atomically(() => {
      for (const target of targets) apply(context, table, target)
    })
    return { status: 204 }
  }
  if (action === 'DeleteMultiple') throw refusals.parser('DeleteMultiple has not yet been implemented.')
  throw refusals.unknownSegment(`Microsoft.Dynamics.CRM.${action}`)
}

function targetsOf({ body, table }: Bulk): readonly WireObject[] {
  const targets = objectBody(body)['Targets']
  if (!Array.isArray(targets) || targets.length === 0) throw refusals.parser("The parameter 'Targets' is missing.")
  const rows = targets as readonly Wire[]
  return rows.map((target) => {
    const typed = isWireObject(target) ? target['@odata.type'] : undefined
    if (!isWireObject(target) || typed !== `Microsoft.Dynamics.CRM.${table.kind}`)
      throw refusals.parser('Every target must have an @odata.type of the table.')
    return target
  })
}

function createTarget(context: RequestContext, table: Table, target: WireObject): string {
  context.service.access.must(context.caller, 'Create', table)
  return context.service.engine.create(table, cellsOf(context, table, target), context.caller).id
}

function updateTarget(context: RequestContext, table: Table, target: WireObject): void {
  const id = target[table.id]
  const guid = typeof id === 'string' ? parseGuid(id) : undefined
  if (guid === undefined) throw refusals.parser(`Every target must have a value for '${table.id}'.`)
  context.service.access.must(context.caller, 'Write', table)
  const { engine } = context.service
  engine.update(engine.world.must(table, guid), cellsOf(context, table, target), context.caller)
}

function upsertTarget(context: RequestContext, table: Table, target: WireObject): void {
  const address = target['@odata.id']
  const { engine, access } = context.service
  if (typeof address !== 'string') throw refusals.parser("Every target must have an '@odata.id'.")
  const meant = parseTarget(engine.world, decodeURIComponent(localPart(address)))
  const row = findTarget(engine.world, meant)
  const cells = cellsOf(context, table, target)
  if (row) {
    access.must(context.caller, 'Write', table)
    for (const name of meant.key?.key.columns ?? []) delete cells[name]
    return engine.update(row, cells, context.caller)
  }
  access.must(context.caller, 'Create', table)
  // A key that stands in the address and in the body too is an error of its own here, when a row has to be made.
  if (meant.key?.key.columns.some((name) => cells[name] !== undefined) === true) throw refusals.unexpected()
  engine.create(table, { ...meant.key?.values, ...cells }, context.caller, meant.id ?? undefined)
}

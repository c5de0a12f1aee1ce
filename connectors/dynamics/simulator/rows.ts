// Rows over HTTP: read, create, update, upsert, delete, with every condition a header can set.

import { findTarget, mustFind, parseTarget, resolveReference, splitSet, type Target } from './addresses.ts'
import { parseWire, type Cells, type Wire, type WireObject } from './cells.ts'
import type { Table } from './columns.ts'
import { objectBody, readPayload } from './payload.ts'
import { countOf, pageMax, parseOptions, readMany, readOne, type Query } from './query.ts'
import { refusals } from './refusals.ts'
import { etagOf, render } from './render.ts'
import type { ParsedRequest, Reply, RequestContext } from './context.ts'
import { isTrackedPage, readDelta, readTracked } from './tracking.ts'
import type { Row } from './world.ts'

export function answerRows(context: RequestContext, request: ParsedRequest): Reply {
  const { segments, method } = request
  const [head = '', second] = segments
  const { inside } = splitSet(head)
  if (inside === null) return onSet(context, request, head, second)
  const target = parseTarget(context.service.engine.world, head)
  if (second !== undefined) return onProperty(context, request, target)
  switch (method) {
    case 'GET':
      return read(context, request, target)
    case 'PATCH':
      return upsert(context, request, target)
    case 'DELETE':
      return remove(context, request, target)
    default:
      throw refusals.parser(`The HTTP verb ${method} is not supported here.`)
  }
}

function onSet(context: RequestContext, request: ParsedRequest, set: string, second: string | undefined): Reply {
  const { world } = context.service.engine
  const table = world.tableOfSet(set)
  if (request.method === 'POST' && second === undefined) return createOne(context, request, table)
  if (request.method !== 'GET') throw refusals.parser(`The HTTP verb ${request.method} is not supported here.`)
  context.service.access.must(context.caller, 'Read', table)
  const query = queryOf(context, request, table)
  if (second === '$count') return { status: 200, body: countOf(query) }
  if (query.options.has('$deltatoken')) return { status: 200, body: readDelta(query, context.service.tracking) }
  const tracked = request.prefer.has('odata.track-changes')
  const applied = appliedPreferences(request)
  if (tracked || isTrackedPage(query)) return { status: 200, body: readTracked(query), headers: applied }
  return { status: 200, body: readMany(query), headers: applied }
}

function queryOf(context: RequestContext, request: ParsedRequest, table: Table): Query {
  const asked = Number(request.prefer.get('odata.maxpagesize') ?? pageMax)
  return {
    world: context.service.engine.world,
    table,
    options: parseOptions(request.search),
    annotations: request.prefer.has('odata.include-annotations'),
    isPaged: request.prefer.has('odata.maxpagesize'),
    pageSize: Math.min(Number.isInteger(asked) && asked > 0 ? asked : pageMax, pageMax),
    root: context.root,
    path: request.segments.join('/'),
  }
}

function appliedPreferences({ prefer }: ParsedRequest): Record<string, string> {
  const applied = ['odata.maxpagesize', 'odata.track-changes', 'odata.include-annotations']
    .filter((name) => prefer.has(name))
    .map((name) => (prefer.get(name) === '' ? name : `${name}=${prefer.get(name)}`))
  return applied.length > 0 ? { 'preference-applied': applied.join(',') } : {}
}

function read(context: RequestContext, request: ParsedRequest, target: Target): Reply {
  const { world } = context.service.engine
  context.service.access.must(context.caller, 'Read', target.table)
  const row = mustFind(world, target)
  const query = queryOf(context, request, target.table)
  const conditional = request.headers['if-none-match']
  if (conditional === etagOf(row) && !query.annotations && !query.options.has('$expand')) return { status: 304 }
  return { status: 200, body: readOne(query, row), headers: { etag: etagOf(row) } }
}

// ── writes ───────────────────────────────────────────────────────────────────────────────────────────────────

export function cellsOf(context: RequestContext, table: Table, body: WireObject): Cells {
  const { world } = context.service.engine
  const resolve = (reference: string) => resolveReference(world, reference, context.declared)
  return readPayload({ world, table, resolve }, body)
}

function createOne(context: RequestContext, request: ParsedRequest, table: Table): Reply {
  const { engine, access } = context.service
  access.must(context.caller, 'Create', table)
  const cells = cellsOf(context, table, objectBody(parseWire(request.body)))
  const row = engine.world.atomically(() => engine.create(table, cells, context.caller))
  return createdReply(context, request, row, `${table.set}(${row.id})`)
}

function createdReply(context: RequestContext, request: ParsedRequest, row: Row, address: string): Reply {
  const url = `${context.root}/${address}`
  const contentId = request.headers['content-id']
  if (contentId !== undefined) context.declared.set(contentId, `${row.table.set}(${row.id})`)
  if (!wantsRow(request)) return { status: 204, headers: locations(context, url) }
  return {
    status: 201,
    body: readOne(queryOf(context, request, row.table), row),
    headers: { etag: etagOf(row), 'preference-applied': 'return=representation' },
  }
}

const locations = ({ inBatch }: RequestContext, url: string): Record<string, string> =>
  inBatch ? { location: url, 'odata-entityid': url } : { 'odata-entityid': url }

const wantsRow = ({ prefer }: ParsedRequest): boolean => prefer.get('return') === 'representation'

function upsert(context: RequestContext, request: ParsedRequest, target: Target): Reply {
  const { engine, access } = context.service
  const row = findTarget(engine.world, target)
  const ifMatch = request.headers['if-match']
  const ifNoneMatch = request.headers['if-none-match']
  const body = objectBody(parseWire(request.body))
  if (row) {
    if (ifNoneMatch === '*') throw refusals.duplicate()
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(row)) throw refusals.stale()
    return updateOne(context, request, { row, target, body })
  }
  if (ifMatch !== undefined)
    throw target.id === null ? refusals.missingByKey(target.table.kind) : refusals.missing(target.table.kind, target.id)
  access.must(context.caller, 'Create', target.table)
  // What the address says is copied into the row, unless the body says otherwise: the body wins.
  const cells = { ...target.key?.values, ...cellsOf(context, target.table, body) }
  const made = engine.world.atomically(() => engine.create(target.table, cells, context.caller, target.id ?? undefined))
  return createdReply(context, request, made, target.text)
}

interface Update {
  readonly row: Row
  readonly target: Target
  readonly body: WireObject
}

function updateOne(context: RequestContext, request: ParsedRequest, { row, target, body }: Update): Reply {
  const { engine, access } = context.service
  access.must(context.caller, 'Write', row.table)
  const cells = cellsOf(context, row.table, body)
  for (const name of target.key?.key.columns ?? []) delete cells[name]
  if (cells['ownerid'] !== undefined) access.must(context.caller, 'Assign', row.table)
  engine.world.atomically(() => engine.update(row, cells, context.caller))
  const contentId = request.headers['content-id']
  if (contentId !== undefined) context.declared.set(contentId, `${row.table.set}(${row.id})`)
  if (!wantsRow(request)) return { status: 204, headers: locations(context, `${context.root}/${target.text}`) }
  return {
    status: 200,
    body: readOne(queryOf(context, request, row.table), row),
    headers: { etag: etagOf(row), 'preference-applied': 'return=representation' },
  }
}

function remove(context: RequestContext, request: ParsedRequest, target: Target): Reply {
  const { engine, access } = context.service
  access.must(context.caller, 'Delete', target.table)
  const row = mustFind(engine.world, target)
  const ifMatch = request.headers['if-match']
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(row)) throw refusals.stale()
  engine.count()
  engine.world.remove(row)
  return { status: 204 }
}

/** `accounts(id)/name`, `accounts(id)/primarycontactid/$ref`, `opportunities(id)/Opportunity_OpportunityClose`. */
function onProperty(context: RequestContext, request: ParsedRequest, target: Target): Reply {
  const { engine, access } = context.service
  const row = mustFind(engine.world, target)
  const [, property = '', last] = request.segments
  const { table } = row
  const column = [...table.columns.values()].find((one) => Object.values(one.navigation ?? {}).includes(property))
  if (last === '$ref' && column) {
    access.must(context.caller, 'Write', table)
    const cells =
      request.method === 'DELETE'
        ? { [column.name]: null }
        : cellsOf(context, table, {
            [`${property}@odata.bind`]: objectBody(parseWire(request.body))['@odata.id'] ?? null,
          })
    engine.world.atomically(() => engine.update(row, cells, context.caller))
    return { status: 204 }
  }
  access.must(context.caller, 'Read', table)
  const related = relatedRows(context, request, { row, property })
  if (related) return related
  const value = render(engine.world, row, { select: [property], annotations: false })[property] ?? null
  return value === null
    ? { status: 204 }
    : { status: 200, body: { '@odata.context': `${context.root}/$metadata#${request.segments.join('/')}`, value } }
}

function relatedRows(
  context: RequestContext,
  request: ParsedRequest,
  { row, property }: { readonly row: Row; readonly property: string },
): Reply | undefined {
  const { engine, access } = context.service
  if (row.table.kind === 'systemuser' && property === 'systemuserroles_association') {
    const role = engine.world.table('role')
    const rows = access.rolesOf(row.id).flatMap((id) => engine.world.get(role, id) ?? [])
    const value: Wire = rows.map((one) => render(engine.world, one, { select: ['name'], annotations: false }))
    return { status: 200, body: { '@odata.context': `${context.root}/$metadata#roles`, value } }
  }
  const collection = row.table.collections.find((one) => one.name === property)
  if (!collection) return undefined
  const query = queryOf(context, request, row.table)
  const expand = new Map([
    ['$expand', `${property}(${[...query.options].map(([name, value]) => `${name}=${value}`).join(';')})`],
  ])
  const body = readOne({ ...query, options: expand }, row)
  return {
    status: 200,
    body: { '@odata.context': `${context.root}/$metadata#${collection.kind}`, value: body[property] ?? [] },
  }
}

// Functions and actions: what is asked of the service rather than of one row.

import { resolveReference, parseTarget, mustFind, splitSet } from './addresses.ts'
import { bulkAction } from './bulk.ts'
import { parseWire, type Wire } from './cells.ts'
import { closeOpportunity, qualifyLead, type ActionCall } from './closing.ts'
import { changeRole } from './customize.ts'
import { parseOptions } from './query.ts'
import { refusals } from './refusals.ts'
import { render } from './render.ts'
import type { ParsedRequest, Reply, RequestContext } from './context.ts'

const bound = 'Microsoft.Dynamics.CRM.'

/** Undefined when the request names no function or action. */
export function callAction(context: RequestContext, request: ParsedRequest): Reply | undefined {
  const { segments, method } = request
  const name = (segments[0] ?? '').replace(/\(\)$/, '')
  if (method === 'GET' && name === 'WhoAmI') return whoAmI(context)
  if (method === 'GET' && name === 'RetrieveVersion')
    return { status: 200, body: { '@odata.context': `${context.root}/$metadata`, Version: '9.2.26103.00152' } }
  if (method === 'POST' && (name === 'WinOpportunity' || name === 'LoseOpportunity')) {
    const { engine, access } = context.service
    access.must(context.caller, 'Write', engine.world.table('opportunity'))
    closeOpportunity(callOf(context), name === 'WinOpportunity' ? 'Won' : 'Lost', parseWire(request.body))
    return { status: 204 }
  }
  if (method === 'POST' && (name === 'PublishXml' || name === 'PublishAllXml')) return { status: 204 }
  const action = segments.at(-1) ?? ''
  return action.startsWith(bound) ? boundAction(context, request, action.slice(bound.length)) : undefined
}

function boundAction(context: RequestContext, request: ParsedRequest, action: string): Reply {
  const { engine, access } = context.service
  const head = request.segments[0] ?? ''
  if (splitSet(head).inside === null) {
    const table = engine.world.tableOfSet(head)
    if (!table.bulk) throw refusals.unknownSegment(`${bound}${action}`)
    return bulkAction(context, { action, table, body: parseWire(request.body) })
  }
  const row = mustFind(engine.world, parseTarget(engine.world, head))
  if (action === 'QualifyLead' && row.table.kind === 'lead') {
    access.must(context.caller, 'Write', row.table)
    const made = qualifyLead(callOf(context), row, parseWire(request.body))
    const value: Wire = made.map((one) => ({
      '@odata.type': `#${bound}${one.table.kind}`,
      ...render(engine.world, one, { select: [], annotations: false }),
    }))
    return { status: 200, body: { '@odata.context': `${context.root}/$metadata#Collection(crmbaseentity)`, value } }
  }
  const name = action.split('(')[0]
  if (row.table.kind === 'systemuser' && name === 'RetrieveUserSetOfPrivilegesByNames')
    return privileges(context, row.id, request)
  if (row.table.kind === 'role') return changeRole(context, row, action, parseWire(request.body))
  throw refusals.unknownSegment(`${bound}${action}`)
}

const callOf = (context: RequestContext): ActionCall => ({
  engine: context.service.engine,
  caller: context.caller,
  resolve: (reference) => resolveReference(context.service.engine.world, reference, context.declared),
})

function whoAmI({ service, caller, root }: RequestContext): Reply {
  const { world } = service.engine
  const first = (kind: string): string => [...world.rows(world.table(kind)).keys()][0] ?? ''
  return {
    status: 200,
    body: {
      '@odata.context': `${root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
      BusinessUnitId: first('businessunit'),
      UserId: caller,
      OrganizationId: first('organization'),
    },
  }
}

/** Which of the privileges it was asked about this user holds. */
function privileges({ service, root }: RequestContext, user: string, request: ParsedRequest): Reply {
  const names = JSON.parse(parseOptions(request.search).get('@p') ?? '[]') as readonly string[]
  const held: Wire = names
    .filter((name) => service.access.may(user, name))
    .map((name) => ({ PrivilegeName: name, Depth: 'Global', PrivilegeId: '00000000-0000-0000-0000-000000000000' }))
  return { status: 200, body: { '@odata.context': `${root}/$metadata`, RolePrivileges: held } }
}

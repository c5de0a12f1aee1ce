// Each connection's own settings, checked by its connector: found by `type`, its schema applied to the rest of the
// keys, its origins looked at. All problems of all connections at once.

import type { z } from 'zod'
import { connectionName } from '#core/model/ids'
import { isObject, type Json } from '#core/model/json'
import { isOrigin, isSecureEnough } from '#core/origin'
import type { Problem } from '#core/problem'
import type { MapNode, SourceNode } from '#core/source'
import type { Connector } from '#spi'
import { keyVault, problemsOf, spelled } from './issues.ts'
import { keyAt, type Layers, nodeAt, type Path, placeOf, saidBy } from './layers.ts'
import { requestsOf, withRequestLimits } from './request-limits.ts'
import type { Document } from './schema.ts'
import type { ConnectionSettings } from './settings.ts'
import { shapeOf } from './shape.ts'
import { type UseOptions, useConnector } from './use.ts'

export interface Connections {
  readonly connections: readonly Omit<ConnectionSettings, 'requests'>[]
  readonly problems: readonly Problem[]
}

const roles = { sources: 'source', targets: 'target' } as const

/** Looks at the tree, not at a checked document, so that one wrong setting elsewhere hides nothing here. */
export async function readConnections(layers: Layers, options: UseOptions): Promise<Connections> {
  const named = (['sources', 'targets'] as const).flatMap((group) => {
    const node = nodeAt(layers.root, [group])
    const entries = node?.kind === 'map' ? node.entries : []
    return entries.flatMap(({ key, value }) => (value.kind === 'map' ? [{ group, name: key.text, node: value }] : []))
  })
  const read = await Promise.all(named.map(async (one) => await readConnection(one, layers, options)))
  return {
    connections: read.flatMap(({ connections }) => connections),
    problems: read.flatMap(({ problems }) => problems),
  }
}

interface Named {
  readonly group: keyof typeof roles
  readonly name: string
  readonly node: MapNode
}

async function readConnection(named: Named, layers: Layers, options: UseOptions): Promise<Connections> {
  const { group, name, node } = named
  const type = nodeAt(node, ['type'])
  // A missing type is the document's own problem.
  if (type?.kind !== 'scalar') return { connections: [], problems: [] }
  const where = placeOf(layers, type)
  const used = await useConnector(type.text, options)
  if (!used.ok) {
    const { ok: _, ...words } = used
    return { connections: [], problems: [{ ...words, severity: 'error', where }] }
  }
  const { connector } = used
  const role = roles[group]
  if (!plays(connector, role)) {
    const what = `The connector "${type.text}" cannot be a ${role}.`
    const fix = `move "${name}" to ${role === 'source' ? 'targets' : 'sources'}`
    return { connections: [], problems: [{ code: 'DB-1019', severity: 'error', what, where, fix }] }
  }
  return readSettings(named, { connector, role, type: type.text }, layers)
}

type Kind = Pick<ConnectionSettings, 'connector' | 'role' | 'type'>

function readSettings(named: Named, kind: Kind, below: Layers): Connections {
  const { group, name } = named
  const { connector } = kind
  const shape = shapeOf(connector.settings)
  const { layers, node, problems: limits } = withRequestLimits(below, [group, name], shape)
  const before = [...limits, ...addressProblems(named, layers), ...keyVaultProblems([group, name], node, layers)]
  const settings = parseSafely(connector, saidBy(node))
  if (settings === 'failed') return { connections: [], problems: [...before, failedCheck(named, kind, layers)] }
  if (!settings.success) {
    const found = problemsOf(settings.error.issues, { layers, at: [group, name], shape })
    return { connections: [], problems: unrepeated([...before, ...found]) }
  }
  const origins = connector.origins(settings.data)
  const strange = origins.filter((origin) => !isOrigin(origin)).map((origin) => strangeOrigin(named, origin, layers))
  const problems = before.length > 0 ? before : strange
  if (problems.length > 0) return { connections: [], problems }
  return { connections: [{ ...kind, name: connectionName(name), settings: settings.data, origins }], problems: [] }
}

/** A schema that throws, rather than finding fault, is a fault of its connector; it must not take the others with it. */
function parseSafely(connector: Connector<unknown>, data: Json): z.ZodSafeParseResult<unknown> | 'failed' {
  try {
    return connector.settings.safeParse(withoutType(data))
  } catch {
    return 'failed'
  }
}

function failedCheck({ group, name }: Named, { type }: Kind, layers: Layers): Problem {
  const key = keyAt(layers.root, [group, name])
  return {
    code: 'DB-1019',
    severity: 'error',
    what: `The connector "${type}" failed while it checked the settings of "${name}".`,
    ...(key ? { where: placeOf(layers, key) } : {}),
    fix: 'compare them with its documentation, and tell whoever makes it',
  }
}

/** Wherever a reference may stand, a key vault may be named; this version reads none of them. */
function keyVaultProblems(at: Path, node: SourceNode, layers: Layers): readonly Problem[] {
  if (node.kind === 'map')
    return node.entries.flatMap(({ key, value }) => keyVaultProblems([...at, key.text], value, layers))
  if (node.kind === 'list') return node.items.flatMap((item, index) => keyVaultProblems([...at, index], item, layers))
  return node.text.startsWith('keyvault:') ? [keyVault(at, placeOf(layers, node))] : []
}

const plays = (connector: Connector<unknown>, role: 'source' | 'target'): boolean =>
  role === 'source' ? connector.source !== undefined : connector.target !== undefined

function withoutType(data: Json): Json {
  if (!isObject(data)) return data
  const { type: _, ...rest } = data
  return rest
}

/** Where a connection leads may be set anew for a test or a sandbox; never to an unencrypted place elsewhere. */
function addressProblems({ group, name, node }: Named, layers: Layers): readonly Problem[] {
  return (['endpoint', 'authority'] as const).flatMap((key): readonly Problem[] => {
    const value = nodeAt(node, [key])
    if (value?.kind !== 'scalar') return []
    const url = URL.parse(value.text)
    if (url && isOrigin(url.origin) && isSecureEnough(url) && url.username === '') return []
    return [
      {
        code: 'DB-1017',
        severity: 'error',
        what: `"${spelled([group, name, key])}" must be an https address; plain http is for this computer only.`,
        where: placeOf(layers, value),
        fix: 'write https://…, or leave it out to use the vendor’s own address',
      },
    ]
  })
}

/** The same place is not complained about twice. */
function unrepeated(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ where }) => {
    const place = where ? `${where.file}:${where.line}:${where.column}` : ''
    if (place !== '' && seen.has(place)) return false
    seen.add(place)
    return true
  })
}

function strangeOrigin({ group, name }: Named, origin: string, layers: Layers): Problem {
  const node = keyAt(layers.root, [group, name])
  return {
    code: 'DB-1017',
    severity: 'error',
    what: `"${spelled([group, name])}" leads to an address that dealbridge does not talk to: ${origin}.`,
    ...(node ? { where: placeOf(layers, node) } : {}),
    fix: 'use https addresses; plain http is for this computer only',
  }
}

export const withRequests = (
  connections: readonly Omit<ConnectionSettings, 'requests'>[],
  document: Document,
): ReadonlyMap<ConnectionSettings['name'], ConnectionSettings> =>
  new Map(connections.map((one) => [one.name, { ...one, requests: requestsOf(document, one.name, one.settings) }]))

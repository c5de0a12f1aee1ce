// `limits.requests` speaks of a connection by its name. What the connector knows itself (a vendor's daily limit, the size
// of a batch) is handed to it with its settings; the rest is kept by the network door. A limit that nobody would keep
// is not accepted.

import { z } from 'zod'
import type { JsonObject } from '#core/model/json'
import type { Problem } from '#core/problem'
import type { MapNode } from '#core/source'
import { spelled } from './issues.ts'
import { type Layers, nodeAt, overlay, placeOf, setAt } from './layers.ts'
import type { Document } from './schema.ts'
import type { RequestSettings } from './settings.ts'
import { keysOf, shapesAt } from './shape.ts'

/** The key under which connectors take limits among their settings. */
const ownKey = 'limits'
const keptByDoor: ReadonlySet<string> = new Set(['parallel', 'perMinute'])

export interface WithLimits {
  /** The connection with the limits it is to know, in the tree that says where they stand. */
  readonly layers: Layers
  readonly node: MapNode
  readonly problems: readonly Problem[]
}

export function withRequestLimits(layers: Layers, at: readonly [string, string], shape: JsonObject): WithLimits {
  const [, name] = at
  const node = nodeAt(layers.root, at)
  const limits = nodeAt(layers.root, ['limits', 'requests', name])
  if (node?.kind !== 'map') return { layers, node: { ...layers.root, entries: [] }, problems: [] }
  if (limits?.kind !== 'map') return { layers, node, problems: [] }
  const known = new Set(keysOf(shapesAt(shape, [ownKey])))
  const handed = { ...limits, entries: limits.entries.filter(({ key }) => known.has(key.text)) }
  const kept = limits.entries.filter(({ key }) => !known.has(key.text) && !keptByDoor.has(key.text))
  const problems = kept.map(({ key }): Problem => {
    const what = `"${spelled(['limits', 'requests', name, key.text])}" would not be kept: the connector knows no such limit.`
    const fix = `leave it out; there are: ${[...new Set([...keptByDoor, ...known])].join(', ')}`
    return { code: 'DB-1011', severity: 'error', what, where: placeOf(layers, key), fix }
  })
  if (handed.entries.length === 0) return { layers, node, problems }
  const own = nodeAt(node, [ownKey])
  const merged = setAt(node, [ownKey], own?.kind === 'map' ? overlay(own, handed) : handed)
  return { layers: { ...layers, root: setAt(layers.root, at, merged) }, node: merged, problems }
}

/** What every connection gets that nobody sets a limit for. */
const parallelByDefault = 4

const Limited = z.looseObject({ limits: z.looseObject({ parallel: z.int().min(1).optional() }) })

/** How fast the door lets a connection ask. Where its connector keeps to a number itself, the door agrees with it. */
export function requestsOf({ limits }: Document, name: string, settings: unknown): RequestSettings {
  const own = Object.hasOwn(limits.requests, name) ? limits.requests[name] : undefined
  const parsed = Limited.safeParse(settings)
  const parallel = own?.parallel ?? (parsed.success ? parsed.data.limits.parallel : undefined) ?? parallelByDefault
  return own?.perMinute === undefined ? { parallel } : { parallel, perMinute: own.perMinute }
}

// Profiles: named sets of settings laid over the file. The one in use is part of the configuration; the others are
// looked at too, because a profile with a mistake in it is found out at the worst moment.

import { nearest } from '#core/nearest'
import type { Problem, Where } from '#core/problem'
import { type MapNode, positionOf, type Span } from '#core/source'
import { isNothing, keyAt, type Layers, nodeAt, overlay, placeOf } from './layers.ts'
import { profilesKey } from './schema.ts'

export interface Profile {
  readonly name: string
  readonly node: MapNode
}

export interface Profiled {
  /** The file without its profiles. */
  readonly base: Layers
  readonly profiles: readonly Profile[]
  readonly problems: readonly Problem[]
}

export function takeProfiles(layers: Layers): Profiled {
  const entries = layers.root.entries.filter(({ key }) => key.text !== profilesKey)
  const base = { ...layers, root: { ...layers.root, entries } }
  const node = nodeAt(layers.root, [profilesKey])
  if (!node || isNothing(node)) return { base, profiles: [], problems: [] }
  if (node.kind !== 'map') return { base, profiles: [], problems: [notGroups(layers)] }
  const profiles = node.entries.flatMap(({ key, value }) =>
    value.kind === 'map' ? [{ name: key.text, node: value }] : [],
  )
  const isEveryGroup = profiles.length === node.entries.length
  return { base, profiles, problems: isEveryGroup ? [] : [notGroups(layers)] }
}

function notGroups(layers: Layers): Problem {
  const key = keyAt(layers.root, [profilesKey])
  return {
    code: 'DB-1011',
    severity: 'error',
    what: '"profiles" must be groups of settings, each under the name of its profile.',
    ...(key ? { where: placeOf(layers, key) } : {}),
  }
}

export const withProfile = (base: Layers, profile: Profile): Layers => ({
  ...base,
  root: overlay(base.root, profile.node),
  profile: { name: profile.name, span: profile.node },
})

export function unknownProfile(name: string, profiles: readonly Profile[]): Problem {
  const names = profiles.map((profile) => profile.name)
  const near = nearest(name, names)
  return {
    code: 'DB-1020',
    severity: 'error',
    what: `There is no profile "${name}" in this file.`,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    fix: names.length === 0 ? 'add it under "profiles:"' : `there are: ${names.join(', ')}`,
  }
}

/** Does a problem stand within this part of the file? */
export function standsIn(where: Where | undefined, part: Span, layers: Layers): boolean {
  if (where?.file !== layers.source.file) return false
  const first = positionOf(layers.source, part.start)
  const last = positionOf(layers.source, part.end)
  const isAfterStart = where.line > first.line || (where.line === first.line && where.column >= first.column)
  const isBeforeEnd = where.line < last.line || (where.line === last.line && where.column <= last.column)
  return isAfterStart && isBeforeEnd
}

// Checks one tree of settings, all of it: the document against its schema, each connection against its connector's,
// names against one another, and what this version does not act on.

import type { Problem } from '#core/problem'
import { readConnections } from './connections.ts'
import { problemsOf } from './issues.ts'
import { type Layers, saidBy } from './layers.ts'
import { crossProblems } from './names.ts'
import { notYetProblems } from './not-yet.ts'
import { type Profile, standsIn, withProfile } from './profiles.ts'
import { Document } from './schema.ts'
import type { ConnectionSettings } from './settings.ts'
import { shapeOf } from './shape.ts'
import type { UseOptions } from './use.ts'

export interface Checked {
  /** Null when it is not one. */
  readonly document: Document | null
  readonly connections: readonly Omit<ConnectionSettings, 'requests'>[]
  readonly problems: readonly Problem[]
}

export async function check(layers: Layers, options: UseOptions): Promise<Checked> {
  const document = Document.safeParse(saidBy(layers.root))
  const { connections, problems } = await readConnections(layers, options)
  const shape = shapeOf(Document)
  return {
    document: document.success ? document.data : null,
    connections,
    problems: [
      ...(document.success ? [] : problemsOf(document.error.issues, { layers, at: [], shape })),
      ...problems,
      ...(document.success ? crossProblems(document.data, layers) : []),
      ...notYetProblems(layers),
    ],
  }
}

/** Profiles that are not in use now: only what is wrong within them. */
export async function checkOthers(
  base: Layers,
  profiles: readonly Profile[],
  options: UseOptions,
): Promise<readonly Problem[]> {
  const checked = await Promise.all(
    profiles.map(async (profile) => {
      const { problems } = await check(withProfile(base, profile), options)
      return problems.filter(({ where, severity }) => severity === 'error' && standsIn(where, profile.node, base))
    }),
  )
  return checked.flat()
}

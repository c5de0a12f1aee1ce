// Pipelines and connections by the names people type.

import { NeedsHuman } from '#core/errors'
import { connectionName, pipelineName } from '#core/model/ids'
import { nearest } from '#core/nearest'
import type { Assembly } from '#assembly/assembly'
import type { Connection } from '#assembly/connection'
import type { Runner } from '#assembly/runner'

/** All of them, or the one that is named. */
export function runnersOf(assembly: Assembly, name: string | undefined): readonly Runner[] {
  return name === undefined ? [...assembly.runners.values()] : [runnerOf(assembly, name)]
}

export function runnerOf({ runners }: Assembly, name: string): Runner {
  const runner = runners.get(pipelineName(name))
  if (runner) return runner
  throw unknownName('pipeline', name, [...runners.keys()])
}

export function connectionOf({ connections }: Assembly, name: string): Connection {
  const connection = connections.get(connectionName(name))
  if (connection) return connection
  throw unknownName('connection', name, [...connections.keys()])
}

export function unknownName(what: 'pipeline' | 'connection', name: string, names: readonly string[]): NeedsHuman {
  const near = nearest(name, names)
  const hint = near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${near}"?`
  return new NeedsHuman(`There is no ${what} "${name}". ${hint}`, {
    code: 'DB-1154',
    who: 'operations',
    choices: names,
  })
}

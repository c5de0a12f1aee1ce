// Names that settings use for one another, and what no single value can show: does the connection a pipeline names
// exist, may the console be reached from outside?

import { isLoopbackHost } from '#core/origin'
import { nearest } from '#core/nearest'
import type { Problem } from '#core/problem'
import { spelled } from './issues.ts'
import { keyAt, type Layers, nodeAt, type Path, placeOf } from './layers.ts'
import { listenAddress } from './resolve.ts'
import type { Document } from './schema.ts'

export function crossProblems(document: Document, layers: Layers): readonly Problem[] {
  return [
    ...pipelineProblems(document, layers),
    ...twiceProblems(document, layers),
    ...limitProblems(document, layers),
    ...channelProblems(document, layers),
    ...doorProblems(document, layers),
  ]
}

function pipelineProblems({ pipelines, sources, targets }: Document, layers: Layers): readonly Problem[] {
  return Object.entries(pipelines).flatMap(([name, { source, target }]) => [
    ...known(['pipelines', name, 'source'], source, { among: Object.keys(sources), what: 'source', layers }),
    ...known(['pipelines', name, 'target'], target, { among: Object.keys(targets), what: 'target', layers }),
  ])
}

/** Logs, metrics and the vault know a connection by its name alone. */
function twiceProblems({ sources, targets }: Document, layers: Layers): readonly Problem[] {
  const twice = Object.keys(targets).filter((name) => Object.hasOwn(sources, name))
  return twice.map((name) => ({
    code: 'DB-1011',
    severity: 'error',
    what: `A source and a target are both called "${name}".`,
    ...placed(layers, ['targets', name]),
    fix: 'give one of them another name',
  }))
}

function limitProblems({ limits, sources, targets }: Document, layers: Layers): readonly Problem[] {
  const among = [...Object.keys(sources), ...Object.keys(targets)]
  return Object.keys(limits.requests).flatMap((name) =>
    known(['limits', 'requests', name], name, { among, what: 'connection', layers }),
  )
}

function channelProblems({ alerts }: Document, layers: Layers): readonly Problem[] {
  const among = Object.keys(alerts.channels)
  return alerts.rules.flatMap(({ to }, rule) =>
    to.flatMap((name, index) =>
      known(['alerts', 'rules', rule, 'to', index], name, { among, what: 'channel', layers }),
    ),
  )
}

interface Names {
  readonly among: readonly string[]
  readonly what: string
  readonly layers: Layers
}

function known(path: Path, name: string, { among, what, layers }: Names): readonly Problem[] {
  if (among.includes(name)) return []
  const near = nearest(name, among)
  return [
    {
      code: 'DB-1023',
      severity: 'error',
      what: `"${spelled(path)}" names a ${what} that is not in this file: "${name}".`,
      ...placed(layers, path),
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
      fix:
        among.length === 0
          ? `add the ${what} first`
          : `there ${among.length === 1 ? 'is' : 'are'}: ${among.join(', ')}`,
    },
  ]
}

/** A console that anybody can reach, and nobody has to sign in to, is not started. */
function doorProblems({ http }: Document, layers: Layers): readonly Problem[] {
  const { host } = listenAddress(http.listen)
  if (!http.console.enabled || isLoopbackHost(host.includes(':') ? `[${host}]` : host)) return []
  return [
    {
      code: 'DB-1022',
      severity: 'error',
      what: `"http.listen" opens the console to other machines, and nobody has to sign in to it.`,
      ...placed(layers, ['http', 'listen']),
      fix: 'listen on 127.0.0.1, or set http.console.enabled to false: health and metrics may be public',
    },
  ]
}

function placed(layers: Layers, path: Path): Pick<Problem, 'where'> {
  const node = nodeAt(layers.root, path)
  const shown = node?.kind === 'scalar' ? node : (keyAt(layers.root, path) ?? node)
  return shown ? { where: placeOf(layers, shown) } : {}
}

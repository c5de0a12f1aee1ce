// From the checked document to settings: units under their names, paths made absolute, names made names.

import { isAbsolute, join } from 'node:path'
import { connectionName, pipelineName } from '#core/model/ids'
import type { Document } from './schema.ts'
import type { HttpSettings, Limits, PipelineSettings, StoreSettings } from './settings.ts'

export const fromRoot = (root: string, path: string): string => (isAbsolute(path) ? path : join(root, path))

export function pipelinesOf(document: Document, root: string): readonly PipelineSettings[] {
  return Object.entries(document.pipelines).map(([name, pipeline]) => ({
    name: pipelineName(name),
    source: connectionName(pipeline.source),
    target: connectionName(pipeline.target),
    mapping: fromRoot(root, pipeline.mapping),
    mode: pipeline.mode,
    schedule: {
      everyMs: pipeline.schedule.every,
      jitterMs: pipeline.schedule.jitter,
      between: pipeline.schedule.between ?? null,
      outsideMs: pipeline.schedule.outside ?? null,
    },
    reconcile: { everyMs: pipeline.reconcile.every, at: pipeline.reconcile.at },
  }))
}

export function limitsOf({ limits }: Document): Limits {
  const { perRun, shareOfLinked, creates, outcomes, vanished } = limits.changes
  const { tries, first, max, giveUpAfter } = limits.retries
  return {
    changes: {
      perRun,
      shareOfLinked,
      creates,
      outcomes,
      vanished: { count: vanished.links, share: vanished.share },
    },
    retries: { tries, firstMs: first, maxMs: max, giveUpAfterMs: giveUpAfter },
    shutdownMs: limits.shutdown,
  }
}

export function storeOf({ store }: Document, root: string): StoreSettings {
  if (store.type === 'memory' || store.type === 'postgres') return { type: 'memory' }
  const { path, encryptionKey, formerKeys, allowNetworkDisk, keep, backup } = store
  return {
    type: 'lowdb',
    path: fromRoot(root, path),
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    ...(formerKeys === undefined ? {} : { formerKeys }),
    ...(allowNetworkDisk === undefined ? {} : { allowNetworkDisk }),
    keep: { historyMs: keep.history, payloadsMs: keep.payloads, contactDetailsMs: keep.contactDetails },
    ...(backup ? { backup: { everyMs: backup.every, to: fromRoot(root, backup.to), keep: backup.keep } } : {}),
  }
}

export function httpOf({ http }: Document): HttpSettings {
  const { host, port } = listenAddress(http.listen)
  const { enabled, editMappings } = http.console
  return {
    host,
    port,
    publicUrl: http.publicUrl ?? null,
    console: { enabled, editMappings },
    health: http.health,
    metrics: http.metrics,
  }
}

/** `[::1]:8787` → `::1` and 8787. */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}

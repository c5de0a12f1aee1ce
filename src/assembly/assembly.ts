// The room for assembly: turns settings into connections, ledgers and pipelines that can run. It reads and writes no
// deal, and starts nothing by itself.

import type { ConnectionName, PipelineName } from '#core/model/ids'
import type { Settings } from '#settings/settings'
import { invariant, type Vault } from '#spi'
import { openConnection, type Connection } from './connection.ts'
import type { Ledgers } from './ledgers.ts'
import type { Machine } from './machine.ts'
import { Runner } from './runner.ts'

export interface Assembly {
  readonly settings: Settings
  readonly machine: Machine
  readonly connections: ReadonlyMap<ConnectionName, Connection>
  readonly runners: ReadonlyMap<PipelineName, Runner>
  readonly vault: Vault
  close(): Promise<void>
}

export interface AssembleOptions {
  readonly machine: Machine
  readonly ledgers: Ledgers
  /** Only this pipeline, and what it needs. */
  readonly pipeline?: string | undefined
}

export async function assemble(settings: Settings, { machine, ledgers, pipeline }: AssembleOptions): Promise<Assembly> {
  const secrets = machine.secretsFor(settings.root)
  const wanted = settings.pipelines.filter(({ name }) => pipeline === undefined || name === pipeline)
  const vault = await machine.openVault(settings.store, secrets)
  const opened = { machine, secrets, vault, retries: settings.limits.retries, proxy: settings.proxy }
  const connections = new Map(
    [...settings.connections.values()].map((one) => [one.name, openConnection(one, opened)] as const),
  )
  const taken: PipelineName[] = []
  const close = async (): Promise<void> => {
    await Promise.all([...connections.values()].map(async (connection) => await connection.close()))
    for (const name of taken.splice(0)) await ledgers.give(settings.store, name)
  }
  try {
    const runners = new Map<PipelineName, Runner>()
    for (const one of wanted) {
      const ledger = await ledgers.take(settings.store, one.name, secrets)
      taken.push(one.name)
      const [source, target] = [connections.get(one.source), connections.get(one.target)]
      invariant(source && target, 'settings let a pipeline name only connections that are there')
      runners.set(one.name, new Runner({ settings: one, house: settings, source, target, ledger, machine }))
    }
    return { settings, machine, connections, runners, vault, close }
  } catch (error) {
    await close()
    throw error
  }
}

// Finds the connector that a connection's `type` names: one that we ship, or an installed package. Nothing is ever
// downloaded. What a package hands over is checked before it is trusted to be a connector at all.

import { z } from 'zod'
import type { Code } from '#core/model/ids'
import { nearest } from '#core/nearest'
import { type Connector, CONTRACT } from '#spi'

/** The modules we ship, by the id a file names them with. Each exports one `connector`. */
export type ConnectorTable = Readonly<Record<string, () => Promise<unknown>>>

export interface UseOptions {
  readonly connectors: ConnectorTable
  /** How a package is loaded; a test hands in its own. */
  readonly importPackage?: (name: string) => Promise<unknown>
}

export type Used =
  | { readonly ok: true; readonly connector: Connector<unknown> }
  | { readonly ok: false; readonly code: Code; readonly what: string; readonly hint?: string; readonly fix: string }

/** Names that mean the same connector. */
const synonyms: Readonly<Record<string, string>> = { dataverse: 'dynamics' }

export async function useConnector(type: string, options: UseOptions): Promise<Used> {
  const { connectors, importPackage = importInstalled } = options
  const id = Object.hasOwn(synonyms, type) ? (synonyms[type] ?? type) : type
  const shipped = Object.hasOwn(connectors, id) ? connectors[id] : undefined
  const module = shipped ? await shipped() : await packageNamed(id, importPackage)
  return module === undefined ? unknownType(type, connectors) : asConnector(type, module)
}

const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/

async function packageNamed(name: string, load: (name: string) => Promise<unknown>): Promise<unknown> {
  if (!packageName.test(name)) return undefined
  try {
    return await load(name)
  } catch (error) {
    // Not installed is a wrong setting; an installed package that breaks while loading is the package's own fault.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const importInstalled = async (name: string): Promise<unknown> => (await import(name)) as unknown

const Claim = z.object({ connector: z.looseObject({ id: z.string(), contract: z.number() }) })

function asConnector(type: string, module: unknown): Used {
  const claim = Claim.safeParse(module)
  if (!claim.success)
    return unusable(`The package "${type}" is not a connector: it exports no "connector".`, 'name another package')
  const { contract } = claim.data.connector
  if (contract !== CONTRACT)
    return unusable(
      `The connector "${type}" speaks contract ${contract}; this version of dealbridge speaks ${CONTRACT}.`,
      contract > CONTRACT ? 'update dealbridge' : 'update the connector',
    )
  const connector: unknown = claim.data.connector
  if (!isConnector(connector)) return unusable(`The connector "${type}" is incomplete.`, 'tell whoever makes it')
  return { ok: true, connector }
}

const unusable = (what: string, fix: string): Used => ({ ok: false, code: 'DB-1019', what, fix })

/** The contract's number is the promise; this is a look at whether it is kept at all. */
function isConnector(value: unknown): value is Connector<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const parts: Readonly<Record<string, unknown>> = { ...value }
  return (
    parts['settings'] instanceof z.ZodType &&
    typeof parts['traits'] === 'object' &&
    typeof parts['codes'] === 'object' &&
    typeof parts['origins'] === 'function' &&
    typeof parts['open'] === 'function'
  )
}

function unknownType(type: string, connectors: ConnectorTable): Used {
  const others = Object.keys(synonyms).filter((name) => Object.hasOwn(connectors, synonyms[name] ?? name))
  const known = [...Object.keys(connectors), ...others].toSorted()
  const near = nearest(type, known)
  return {
    ok: false,
    code: 'DB-1018',
    what: `There is no connector "${type}", and no package of that name is installed.`,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    fix: `use one of ${known.join(', ')}, or install the package beside dealbridge`,
  }
}

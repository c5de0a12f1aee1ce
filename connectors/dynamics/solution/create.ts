// Makes in an environment what the definition says, by the Web API, for those who prefer that to importing a solution.
// What is there already is left as it is, so it can be run again; nothing is ever removed.

import { FixConfig, type Host, isObject, type Json, kind as kindOf, own, parseJson, stringifyJson, textOf } from '#spi'
import { openApi, type Api } from '../api.ts'
import type { Operation } from '../batch.ts'
import { errorFor, vendorFault } from '../faults.ts'
import type { Settings } from '../settings.ts'
import { columnBody, keyBody } from './bodies.ts'
import {
  columns,
  keys,
  leadToDeal,
  logicalName,
  privileges,
  roleName,
  solutionName,
  solutionVersion,
  tables,
} from './definition.ts'

export interface Creating {
  readonly prefix: string
  /** Told of every step. */
  readonly tell: (step: Step) => void
  readonly signal: AbortSignal
}

export interface Step {
  readonly what: string
  readonly did: 'made' | 'was there' | 'failed'
  readonly why?: string
}

/** True when everything is there at the end. */
export async function createSolution(settings: Settings, host: Host, creating: Creating): Promise<boolean> {
  return await new Creator(openApi(settings, host), creating).run()
}

/** A publisher's choices begin at this number times ten thousand. */
const optionPrefixWanted = 10_000
const customisingMs = 180_000

class Creator {
  readonly #api: Api
  readonly #with: Creating
  #failed = false

  constructor(api: Api, creating: Creating) {
    this.#api = api
    this.#with = creating
  }

  async run(): Promise<boolean> {
    const publisher = await this.#publisher()
    if (publisher === null || !(await this.#solution(publisher.id))) return false
    await this.#columns(publisher.optionPrefix)
    await this.#keys()
    await this.#leadMap()
    await this.#role()
    await this.#step('publish', async () => await this.#post('PublishAllXml', {}))
    return !this.#failed
  }

  async #publisher(): Promise<{ readonly id: string; readonly optionPrefix: number } | null> {
    const { prefix } = this.#with
    const [found] = await this.#rows(
      `publishers?$select=publisherid,customizationoptionvalueprefix&$filter=customizationprefix eq '${prefix}'`,
    )
    const optionPrefix = Number(found?.['customizationoptionvalueprefix'] ?? optionPrefixWanted)
    if (found) {
      this.#with.tell({ what: `publisher with the prefix ${prefix}`, did: 'was there' })
      return { id: textOf(found['publisherid']), optionPrefix }
    }
    const body = {
      uniquename: `${solutionName}${prefix}`,
      friendlyname: solutionName,
      customizationprefix: prefix,
      customizationoptionvalueprefix: optionPrefix,
    }
    const id = await this.#made(`publisher with the prefix ${prefix}`, 'publishers', body)
    return id === null ? null : { id, optionPrefix }
  }

  async #solution(publisher: string): Promise<boolean> {
    const [found] = await this.#rows(`solutions?$select=solutionid&$filter=uniquename eq '${solutionName}'`)
    const what = `solution ${solutionName}`
    if (found) {
      this.#with.tell({ what, did: 'was there' })
      return true
    }
    const body = {
      uniquename: solutionName,
      friendlyname: solutionName,
      version: solutionVersion,
      'publisherid@odata.bind': `/publishers(${publisher})`,
    }
    return (await this.#made(what, 'solutions', body)) !== null
  }

  async #columns(optionPrefix: number): Promise<void> {
    const { prefix, signal } = this.#with
    const known = await this.#api.schema.refresh(tables.map(kindOf), signal)
    for (const column of columns) {
      const name = logicalName(prefix, column.name)
      const what = `column ${column.table}.${name}`
      if (known.get(kindOf(column.table))?.columns.has(name)) this.#with.tell({ what, did: 'was there' })
      else
        await this.#step(
          what,
          async () =>
            await this.#post(
              `EntityDefinitions(LogicalName='${column.table}')/Attributes`,
              columnBody(column, prefix, optionPrefix),
            ),
        )
    }
  }

  async #keys(): Promise<void> {
    const { prefix, signal } = this.#with
    const known = await this.#api.schema.refresh(tables.map(kindOf), signal)
    for (const key of keys) {
      const names = key.columns.map((name) => logicalName(prefix, name))
      const what = `alternate key ${key.table}(${names.join(', ')})`
      const there = known.get(kindOf(key.table))?.keys.some((one) => one.columns.join() === names.join())
      if (there === true) this.#with.tell({ what, did: 'was there' })
      else
        await this.#step(
          what,
          async () => await this.#post(`EntityDefinitions(LogicalName='${key.table}')/Keys`, keyBody(key, prefix)),
        )
    }
  }

  async #leadMap(): Promise<void> {
    const [map] = await this.#rows(
      `entitymaps?$select=entitymapid&$filter=sourceentityname eq 'lead' and targetentityname eq 'opportunity'`,
    )
    const id = textOf(map?.['entitymapid'])
    const pairs = await this.#rows(`attributemaps?$select=sourceattributename,_entitymapid_value`)
    for (const name of leadToDeal) {
      const column = logicalName(this.#with.prefix, name)
      const what = `lead to opportunity: ${column}`
      const there = pairs.some((pair) => pair['sourceattributename'] === column && pair['_entitymapid_value'] === id)
      if (there) this.#with.tell({ what, did: 'was there' })
      else {
        const body = {
          sourceattributename: column,
          targetattributename: column,
          'entitymapid@odata.bind': `/entitymaps(${id})`,
        }
        await this.#made(what, 'attributemaps', body)
      }
    }
  }

  async #role(): Promise<void> {
    const [found] = await this.#rows(`roles?$select=roleid&$filter=name eq '${roleName}'`)
    const [unit] = await this.#rows('businessunits?$select=businessunitid&$filter=_parentbusinessunitid_value eq null')
    const [anyUnit] = unit ? [unit] : await this.#rows('businessunits?$select=businessunitid')
    const unitId = textOf(anyUnit?.['businessunitid'])
    if (found) this.#with.tell({ what: `role ${roleName}`, did: 'was there' })
    const id = found
      ? textOf(found['roleid'])
      : await this.#made(`role ${roleName}`, 'roles', {
          name: roleName,
          'businessunitid@odata.bind': `/businessunits(${unitId})`,
        })
    if (id === null) return
    const held = await this.#privilegeIds()
    const body = {
      Privileges: held.map((privilege) => ({ PrivilegeId: privilege, Depth: 'Global', BusinessUnitId: unitId })),
    }
    await this.#step(
      `${held.length} privileges of role ${roleName}`,
      async () => await this.#post(`roles(${id})/Microsoft.Dynamics.CRM.AddPrivilegesRole`, body),
    )
  }

  /** Not every environment has every one of them; what is missing there cannot be needed there. */
  async #privilegeIds(): Promise<readonly string[]> {
    const ids: string[] = []
    for (let start = 0; start < privileges.length; start += 20) {
      const names = privileges.slice(start, start + 20).map((name) => `name eq '${name}'`)
      const rows = await this.#rows(`privileges?$select=privilegeid,name&$filter=${names.join(' or ')}`)
      ids.push(...rows.map((row) => textOf(row['privilegeid'])))
    }
    return ids
  }

  // ── one request ────────────────────────────────────────────────────────────────────────────────────────────

  async #rows(path: string): Promise<readonly Readonly<Record<string, Json>>[]> {
    const [answer] = await this.#api.pages(
      [{ path: path.replaceAll(' ', '%20') }],
      { name: 'solution' },
      this.#with.signal,
    )
    if (answer?.is === 'page') return answer.rows
    // An older environment may not show a column that we filter by: then there is nothing to find.
    return []
  }

  /** The id of what was made; null when it was refused. */
  async #made(what: string, set: string, body: Readonly<Record<string, Json>>): Promise<string | null> {
    const answer = await this.#step(what, async () => await this.#post(set, body))
    return /\(([0-9a-f-]{36})\)$/i.exec(answer ?? '')?.[1] ?? null
  }

  async #step(what: string, work: () => Promise<string | Error>): Promise<string | null> {
    const result = await work()
    if (typeof result === 'string') {
      this.#with.tell({ what, did: 'made' })
      return result
    }
    this.#failed = true
    this.#with.tell({ what, did: 'failed', why: whyNot(result) })
    return null
  }

  /** Where the new thing is, or why there is none. */
  async #post(path: string, body: Readonly<Record<string, Json>>): Promise<string | Error> {
    const headers = { 'MSCRM.SolutionUniqueName': solutionName }
    const own = path === 'publishers' || path === 'solutions' ? {} : headers
    const operation: Operation = { method: 'POST', path, headers: own, body: stringifyJson(body) }
    const [outcome] = await this.#api.exchange(
      [operation],
      { name: 'solution', writes: true, timeoutMs: customisingMs },
      this.#with.signal,
    )
    if (outcome?.is !== 'answer') return outcome?.error ?? new Error('no answer')
    const fault = vendorFault(outcome.answer)
    if (fault) return errorFor(fault, { now: this.#api.host.clock.now(), kind: null })
    return outcome.answer.headers['odata-entityid'] ?? idIn(outcome.answer.body)
  }
}

function idIn(body: string): string {
  const json = parseJson(body)
  return isObject(json) ? textOf(own(json, 'id')) : ''
}

/** What may be missing here is another right than the daemon's: its role is only now being made. */
function whyNot(error: Error): string {
  if (!(error instanceof FixConfig) || error.code !== 'DB-1505') return error.message
  return 'This application user may not customise the environment. Give it the role "System Customizer" while this runs, and take it away afterwards.'
}

// Change tracking: what is new since a version stamp, changed rows first, deletions last, and stamps that expire.

import { instantFromMs, msOf } from '#spi'
import type { Wire } from './cells.ts'
import { contextOf, nextLink, readMany, rendering, type Query } from './query.ts'
import { refusals } from './refusals.ts'
import { render } from './render.ts'

export interface TrackingState {
  /** Stamps of an older version than this are refused, whatever their date. */
  oldestVersion: number
  expireDays: number
}

const dayMs = 86_400_000
const unsupported = ['$filter', '$orderby', '$expand', '$top']

/** The first read of a tracked table: everything, and on its last page a link to what comes after. */
export function readTracked(query: Query): Record<string, Wire> {
  if (!query.table.tracked) throw refusals.tracking(query.table.kind)
  for (const option of unsupported) if (query.options.has(option)) throw refusals.trackingOption(option.slice(1))
  // The stamp is taken with the first page: what changes while later pages are read must come again.
  const carried = /;stamp=(\d+)$/.exec(query.options.get('$skiptoken') ?? '')?.[1]
  const stamp = carried === undefined ? query.world.version : Number(carried)
  const answer = readMany(query)
  const next = answer['@odata.nextLink']
  if (typeof next === 'string') answer['@odata.nextLink'] = `${next}${encodeURIComponent(`;stamp=${stamp}`)}`
  else answer['@odata.deltaLink'] = nextLink(query, tokenOf(query, stamp), '$deltatoken')
  return answer
}

/** A page of a tracked read carries its stamp. */
export const isTrackedPage = (query: Query): boolean => /;stamp=\d+$/.test(query.options.get('$skiptoken') ?? '')

export function readDelta(query: Query, state: TrackingState): Record<string, Wire> {
  const token = query.options.get('$deltatoken') ?? ''
  const { since, from, upTo } = parseToken(query, token, state)
  const { world, table } = query
  const changed = [...world.rows(table).values()]
    .filter((row) => row.version > since && row.version <= upTo)
    .sort((a, b) => a.version - b.version)
    .map((row) => render(world, row, rendering(query)))
  const deleted = (world.deletions.get(table.kind) ?? [])
    .filter(({ version }) => version > since && version <= upTo)
    .map(({ id }) => ({
      '@odata.context': `${query.root}/$metadata#${table.set}/$deletedEntity`,
      id,
      reason: 'deleted',
    }))
  const all: readonly Wire[] = [...changed, ...deleted]
  const page = all.slice(from, from + query.pageSize)
  const answer: Record<string, Wire> = { '@odata.context': `${contextOf(query)}/$delta`, value: page }
  const done = from + page.length >= all.length
  if (done) answer['@odata.deltaLink'] = nextLink(query, tokenOf(query, upTo), '$deltatoken')
  else answer['@odata.nextLink'] = nextLink(query, `${token};${from + page.length};${upTo}`, '$deltatoken')
  return answer
}

/** `919042!08/22/2017 08:10:44` */
function tokenOf({ world }: Query, version: number): string {
  const now = world.now()
  const [year, month, day] = now.slice(0, 10).split('-')
  return `${version}!${month}/${day}/${year} ${now.slice(11, 19)}`
}

function parseToken(query: Query, token: string, state: TrackingState) {
  const found = /^(\d+)!(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d:\d\d)(?:;(\d+);(\d+))?$/.exec(token)
  if (!found) throw refusals.parser('The delta token is malformed.')
  const [, version = '', month = '', day = '', year = '', time = '', from = '0', upTo] = found
  const made = Date.parse(`${year}-${month}-${day}T${time}Z`)
  const oldest = msOf(query.world.now()) - state.expireDays * dayMs
  if (Number(version) < state.oldestVersion || instantFromMs(made) < instantFromMs(oldest))
    throw refusals.expiredToken()
  return { since: Number(version), from: Number(from), upTo: upTo === undefined ? query.world.version : Number(upTo) }
}

// GET of the list: filter, order, pages. A page's token only says how far one has come in a list that moves meanwhile, as
// it does in reality: rows that are edited between two pages push others down.

import { type JsonObject, type SimulatedAnswer } from '#spi'
import { type Headed, invalid, json } from './answers.ts'
import { parseFilter, sorted } from './filter.ts'
import type { Setting } from './options.ts'
import { shown } from './oddities.ts'

const options: ReadonlySet<string> = new Set([
  '$select',
  '$filter',
  '$orderby',
  '$top',
  '$skip',
  '$count',
  '$expand',
  '$skiptoken',
])

export interface ListCall {
  readonly query: URLSearchParams
  /** Those that the caller may see. */
  readonly rows: readonly JsonObject[]
}

interface Wanted {
  readonly filter: string | null
  readonly orderBy: string | null
  readonly select: string | null
  readonly top: number | null
  readonly skip: number
}

export function list(call: ListCall, setting: Setting, more: Headed): SimulatedAnswer {
  const wanted = wantedBy(call.query, setting)
  const filter = wanted.filter === null ? () => true : parseFilter(wanted.filter, setting.mode)
  const fitting = call.rows.filter(filter)
  const ordered = wanted.orderBy === null ? fitting : sorted(fitting, wanted.orderBy)
  const upTo = wanted.top === null ? ordered.length : Math.min(ordered.length, wanted.top)
  const end = Math.min(upTo, wanted.skip + setting.pageSize)
  const page = ordered.slice(wanted.skip, end)
  const count = setting.count === 'total' ? fitting.length : page.length
  return json(
    200,
    {
      '@odata.context': `${setting.baseUrl()}/v1.0/$metadata#Referrals`,
      ...(setting.count === 'absent' ? {} : { '@odata.count': count }),
      value: page.map((row) => selected(shown(row, setting), wanted.select)),
      ...(end < upTo ? { '@odata.nextLink': nextLink({ ...wanted, skip: end }, setting) } : {}),
    },
    more,
  )
}

function wantedBy(query: URLSearchParams, setting: Setting): Wanted {
  for (const name of query.keys())
    if (!options.has(name) && setting.mode === 'strict') throw invalid(`The query option "${name}" is not known.`, name)
  const token = query.get('$skiptoken')
  if (token !== null) return fromToken(token)
  return {
    filter: query.get('$filter'),
    orderBy: query.get('$orderby'),
    select: query.get('$select'),
    top: wholeNumber(query.get('$top'), '$top'),
    skip: wholeNumber(query.get('$skip'), '$skip') ?? 0,
  }
}

function wholeNumber(text: string | null, name: string): number | null {
  if (text === null) return null
  if (!/^\d{1,9}$/.test(text)) throw invalid(`${name} must be a whole number.`, name)
  return Number(text)
}

function nextLink(rest: Wanted, setting: Setting): string {
  const token = Buffer.from(JSON.stringify(rest)).toString('base64url')
  const base = new URL(setting.baseUrl())
  return setting.nextLink === 'odd'
    ? `http://${base.host}/v1.0/referrals?$skiptoken=${token}`
    : `${base.origin}/v1.0/engagements/referrals?$skiptoken=${token}`
}

function fromToken(token: string): Wanted {
  try {
    const { filter, orderBy, select, top, skip } = JSON.parse(
      Buffer.from(token, 'base64url').toString('utf8'),
    ) as Wanted
    return { filter, orderBy, select, top, skip }
  } catch {
    throw invalid('The skip token is not valid.', '$skiptoken')
  }
}

function selected(row: JsonObject, select: string | null): JsonObject {
  if (select === null) return row
  const names = new Set(select.split(',').map((name) => name.trim().split('/')[0] ?? ''))
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)))
}

// Queries and their pages: `/query`, `/queryAll`.

import { exactNumber, type JsonOut } from '#spi'
import { type Reply, ok, refuse } from '../answers.ts'
import { columnsOf, type Found, run } from '../soql/run.ts'
import type { Inner, Visit } from './visit.ts'

const pageMin = 200

export function query(visit: Visit, inner: Inner): Reply {
  const [resource, locator] = inner.path
  const size = pageSize(visit, inner)
  if (locator !== undefined) {
    const [name = '', from = '0'] = locator.split('-')
    const found = visit.cursors.read(name, visit.org.nowMs())
    return ok(page(visit, found, { name, from: Number(from), size }))
  }
  const soql = inner.query.get('q')
  if (soql === null) throw refuse(400, 'MALFORMED_QUERY', 'a SOQL query is required')
  if (inner.query.get('columns') === 'true') return ok(columnsOf(visit.org, soql))
  const found = run(visit.org, soql, { version: visit.version, withDeleted: resource?.toLowerCase() === 'queryall' })
  if (found.countOnly) return ok({ totalSize: found.total, done: true, records: [] })
  const name = found.rows.length > size ? visit.cursors.keep(found, visit.org.nowMs()) : ''
  return ok(page(visit, found, { name, from: 0, size }))
}

function pageSize(visit: Visit, inner: Inner): number {
  const asked = /batchSize=(\d+)/.exec(inner.headers['sforce-query-options'] ?? '')?.[1]
  const size = asked === undefined ? visit.org.knobs.pageMax : Math.max(Number(asked), pageMin)
  return Math.min(size, visit.org.knobs.pageMax)
}

interface Place {
  readonly name: string
  readonly from: number
  readonly size: number
}

function page(visit: Visit, found: Found, { name, from, size }: Place): JsonOut {
  const rows = found.rows.slice(from, from + size)
  const next = from + rows.length
  const done = next >= found.rows.length
  return {
    totalSize: exactNumber(String(found.total)),
    done,
    ...(done ? {} : { nextRecordsUrl: `/services/data/v${visit.version}/query/${name}-${next}` }),
    records: rows.map((row) => found.write(row)),
  }
}

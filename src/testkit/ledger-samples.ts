// Made-up entries for ledgers under test: plausible, numbered, and the same each time.

import {
  changeId,
  connectionName,
  cursor,
  kind,
  linkKey,
  pipelineName,
  recordId,
  rowId,
  version,
} from '#core/model/ids'
import { instantFromMs, type Instant } from '#core/model/instant'
import type { Link } from '#core/model/link'
import type { Change } from '#core/reconcile/plan'
import type { Entries, LedgerChange, NewEvent } from '#ledger'

const start = Date.UTC(2026, 8, 1)

/** The n-th minute of a made-up autumn. */
export const minute = (n: number): Instant => instantFromMs(start + n * 60_000)

export const sampleKey = (n: number) => linkKey(`7f3a1c9e-0b6d-4e2a-9c41-${n.toString(16).padStart(12, '0')}`)

export const OPPORTUNITY = kind('Opportunity')
export const sampleRecord = (n: number) => recordId(`006Qy${String(n).padStart(13, '0')}`)

export function sampleLink(n: number, changes: Partial<Link> = {}): Link {
  return {
    key: sampleKey(n),
    referral: recordId(sampleKey(n)),
    kind: OPPORTUNITY,
    record: sampleRecord(n),
    since: minute(n),
    base: { standing: { stage: 'Accepted', step: 'Qualified' }, values: { amount: String(n), name: `Fabrikam ${n}` } },
    left: { version: version(`"left-${n}"`), at: minute(n) },
    right: { version: version(`"right-${n}"`), at: minute(n) },
    waiting: [],
    turn: 1,
    closes: 0,
    closedBy: null,
    mapping: 'a1b2c3',
    ...changes,
  }
}

/** As large as a link with some twenty mapped fields: about 1 KB of JSON. */
export function fullLink(n: number, turn = 1): Link {
  const rows = Array.from({ length: 14 }, (_, row) => [
    `row-${row}`,
    `Adventure Works ${n}/${row}: three hundred seats`,
  ])
  return sampleLink(n, { turn, base: { standing: null, values: Object.fromEntries(rows) as Record<string, string> } })
}

export const waitingUntil = (until: Instant | null): Link['waiting'][number] => ({
  for: 'problem',
  code: 'DB-3201',
  message: 'A rule of the CRM refused it.',
  who: 'the seller',
  since: minute(0),
  until,
  subject: 'row amount',
  tries: 1,
})

export const putLink = (link: Link): LedgerChange => ({ put: 'link', key: link.key, value: link })

export function sampleIntent(n: number, link = sampleKey(n)): Entries['intent'] {
  const change: Change = {
    id: changeId(`change-${n}`),
    system: connectionName('salesforce'),
    side: 'crm',
    action: 'update',
    link,
    referral: recordId(link),
    record: sampleRecord(n),
    kind: OPPORTUNITY,
    title: 'Fabrikam: three hundred seats',
    irreversible: false,
    state: 'ready',
    fields: [],
    write: { do: 'update', kind: OPPORTUNITY, id: sampleRecord(n), expect: null, fields: { Amount: n } },
    after: [],
    settles: { values: { [rowId('amount')]: String(n) } },
  }
  return { change, at: minute(n), mapping: 'a1b2c3', before: null, tries: 0 }
}

export const sampleRun = (n: number): Entries['run'] => ({
  id: `run-${n}`,
  pipeline: pipelineName('leads'),
  startedAt: minute(n),
  ms: 120,
  result: 'done',
  code: null,
  message: null,
  counts: { read: 10, written: n },
})

export const sampleBookmark = (n: number): Entries['bookmark'] => ({ cursor: cursor(`cursor-${n}`), at: minute(n) })

export const sampleEvent = (n: number, changes: Partial<NewEvent> = {}): NewEvent => ({
  at: minute(n),
  event: 'written',
  link: sampleKey(n),
  run: 'run-1',
  who: 'dealbridge',
  change: changeId(`change-${n}`),
  code: null,
  details: { path: 'Amount', from: null, to: String(n) },
  ...changes,
})

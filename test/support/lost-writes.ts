// Writes of which no answer came, made by hand: what was sent, when, and what both sides were to know after it.

import { type Fields, later } from '#spi'
import { changeId, connectionName, linkKey, recordId, REFERRAL, version } from '#core/model/ids'
import type { Value } from '#core/model/value'
import type { Change, FieldChange, Settlement } from '#core/reconcile/plan'
import type { Intent } from '#ledger/entries'
import { fakeOpportunity } from '#testkit/fake-crm'
import { dealRows } from './deal-mapping.ts'
import { agreedValues, now } from './deal-plan.ts'

export const minute = 60_000

/** What both sides are to know, by the names of rows. */
export type Settles = Omit<Settlement, 'values'> & { readonly values: Readonly<Record<string, Value>> }
type Over = Partial<Omit<Change, 'settles'>> & { readonly settles?: Settles }

/** An update of the deal `R-1` in the CRM, unless it is told otherwise. */
export function updateOf(values: Settles['values'], over: Over = {}): Change {
  const { fields = values } = over.write ?? {}
  return {
    id: changeId('chg-1'),
    system: connectionName('crm'),
    side: 'crm',
    action: 'update',
    link: linkKey('R-1'),
    referral: recordId('R-1'),
    record: recordId('opp-R-1'),
    kind: fakeOpportunity,
    title: 'Contoso – Migration',
    irreversible: false,
    state: 'ready',
    fields: linesOf(fields, 'crm'),
    write: { do: 'update', kind: fakeOpportunity, id: recordId('opp-R-1'), expect: version('right-0'), fields },
    after: [],
    settles: { values },
    ...over,
  }
}

/** What stood there before is what both sides had agreed on. */
function linesOf(fields: Fields, side: 'referral' | 'crm'): readonly FieldChange[] {
  const rows = dealRows()
  return Object.entries(fields).map(([path, theirs]) => {
    const row = rows.find((one) => path === (side === 'crm' ? one.crm : one.referral))
    const ours = (row && agreedValues[row.crm]) ?? null
    return { path, base: ours, ours, theirs, rule: row?.rule ?? null, from: row?.crm ?? path }
  })
}

/** An update of the referral itself. */
export const referralUpdateOf = (fields: Fields, settles: Settles, over: Over = {}): Change =>
  updateOf(
    {},
    {
      system: connectionName('source'),
      side: 'referral',
      kind: REFERRAL,
      record: recordId('R-1'),
      fields: linesOf(fields, 'referral'),
      write: { do: 'update', kind: REFERRAL, id: recordId('R-1'), expect: version('left-0'), fields },
      settles,
      ...over,
    },
  )

/** Sent five minutes ago, to a record that has been changed since. */
export const intentOf = (change: Change, over: Partial<Intent> = {}): Intent => ({
  change,
  at: later(now, -5 * minute),
  mapping: 'mapping-1',
  before: change.write.do === 'update' ? change.write.expect : null,
  tries: 1,
  ...over,
})

// What Salesforce changes by itself when a record is saved: the stage brings its probability and forecast, products
// own the amount, one contact role is the primary one.

import { canonicalDecimal } from '#spi'
import type { Stored, StoredFields } from './knobs.ts'
import type { Org, Row } from './org.ts'

/** The values of a row once the platform has had its say. `before` is null for a new row. */
export function derived(org: Org, kind: string, before: StoredFields | null, sent: StoredFields): StoredFields {
  if (kind === 'Opportunity') return opportunity(org, before, sent)
  if (kind === 'Contact') {
    const merged = { ...before, ...sent }
    return { Name: [merged['FirstName'], merged['LastName']].filter((part) => typeof part === 'string').join(' ') }
  }
  return {}
}

function opportunity(org: Org, before: StoredFields | null, sent: StoredFields): StoredFields {
  const changes: Record<string, Stored> = {}
  const hasProducts = before?.['HasOpportunityLineItem'] === true
  // Not an error, and not a change either: the amount is the sum of the products.
  if (hasProducts && Object.hasOwn(sent, 'Amount')) changes['Amount'] = before?.['Amount'] ?? null
  const name = sent['StageName']
  if (typeof name === 'string' && name !== before?.['StageName']) {
    const stage = org.stages.find((each) => each.name === name)
    changes['IsClosed'] = stage?.isClosed ?? false
    changes['IsWon'] = stage?.isWon ?? false
    changes['ForecastCategory'] = stage?.forecastCategory ?? 'Pipeline'
    if (!Object.hasOwn(sent, 'ForecastCategoryName'))
      changes['ForecastCategoryName'] = stage?.forecastCategoryName ?? 'Pipeline'
    if (!Object.hasOwn(sent, 'Probability')) changes['Probability'] = String(stage?.probability ?? 10)
    changes['LastStageChangeDate'] = before ? org.stamp() : null
  }
  const merged = { ...before, ...sent, ...changes }
  changes['ExpectedRevenue'] = revenue(merged['Amount'], merged['Probability'])
  return changes
}

function revenue(amount: Stored | undefined, probability: Stored | undefined): Stored {
  if (typeof amount !== 'string' || typeof probability !== 'string') return null
  return canonicalDecimal(((Number(amount) * Number(probability)) / 100).toFixed(2)) ?? null
}

/** Rows that change because another one was saved. */
export function afterwards(org: Org, row: Row): readonly Row[] {
  if (row.kind === 'OpportunityContactRole' && row.fields['IsPrimary'] === true) return otherRoles(org, row)
  if (row.kind === 'OpportunityLineItem') return dealOfProducts(org, row)
  return []
}

function otherRoles(org: Org, role: Row): readonly Row[] {
  return org
    .ofDeal(role.kind, String(role.fields['OpportunityId']))
    .filter((each) => each.id !== role.id && !each.deleted && each.fields['IsPrimary'] === true)
    .map((each) => ({ ...each, fields: { ...each.fields, IsPrimary: false, SystemModstamp: org.stamp() } }))
}

function dealOfProducts(org: Org, item: Row): readonly Row[] {
  const deal = org.row('Opportunity', String(item.fields['OpportunityId']))
  if (!deal) return []
  const items = org.ofDeal(item.kind, deal.id).filter((each) => !each.deleted && each.id !== item.id)
  const live = item.deleted ? items : [...items, item]
  const total = live.reduce(
    (sum, each) => sum + Number(each.fields['Quantity']) * Number(each.fields['UnitPrice'] ?? 0),
    0,
  )
  const fields = {
    ...deal.fields,
    HasOpportunityLineItem: live.length > 0,
    ...(live.length > 0 ? { Amount: canonicalDecimal(total.toFixed(2)) ?? null } : {}),
    SystemModstamp: org.stamp(),
    LastModifiedDate: org.stamp(),
  }
  return [{ ...deal, fields }]
}

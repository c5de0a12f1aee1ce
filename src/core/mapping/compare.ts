// When two texts name the same thing. Each way of comparing has one normal form; texts match when their forms are the
// same and not empty. The CRM's own search may bring more than that, so every answer is compared again with these.

import { domainOf, emailKey } from '../formula/world/addresses.ts'
import { companyKey } from '../formula/world/companies.ts'
import { unreachable } from '../invariant.ts'

export const comparisons = ['exact', 'email', 'domain', 'companyName'] as const
export type Compare = (typeof comparisons)[number]

/** The form to compare, index and group by; empty when the text names nothing. */
export function comparable(compare: Compare, text: string): string {
  switch (compare) {
    case 'exact':
      return text.trim().toLowerCase()
    case 'email':
      return emailKey(text)
    case 'domain':
      return domainOf(text) ?? ''
    case 'companyName':
      return companyKey(text)
    default:
      return unreachable(compare)
  }
}

export function sameThing(compare: Compare, a: string, b: string): boolean {
  const form = comparable(compare, a)
  return form !== '' && form === comparable(compare, b)
}

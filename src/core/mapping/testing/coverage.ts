// What no test looks at: rows whose field no expectation names, rules and exceptions that never decide.

import type { MappingTest } from '../compile/tests.ts'
import type { MappingDocument } from '../document/document.ts'
import type { Mapping, Row } from '../mapping.ts'
import { listed } from '../notes.ts'
import type { Situation } from './situation.ts'

export interface Coverage {
  /** CRM fields of rows that no test expects anything of. */
  readonly rows: readonly string[]
  /** Numbers, counted from 1, of rules under assign that decide in no test. */
  readonly assignRules: readonly number[]
  /** Numbers, counted from 1, of exceptions under take.unless that apply in no test. */
  readonly exceptions: readonly number[]
}

export interface Covered {
  readonly mapping: Mapping
  readonly document: MappingDocument
}

export interface Tried {
  readonly test: MappingTest
  readonly situation: Situation
}

export function coverageOf({ mapping, document }: Covered, tried: readonly Tried[]): Coverage {
  const named = new Set(
    tried.flatMap(({ test }) =>
      test.expect.records.flatMap(({ kind, fields }) => fields.map(({ name }) => `${kind}.${name}`)),
    ),
  )
  const owned = tried.filter(({ test }) => namesOwner(mapping, test))
  const rules = new Set(owned.map(({ situation }) => mapping.assign?.to(situation.env)?.rule.key))
  const exceptions = new Set(
    tried.map(({ situation }) => {
      const taken = mapping.take(situation.env)
      return taken.taken ? undefined : taken.rule.key
    }),
  )
  return {
    rows: mapping.rows.filter((row) => !isNamed(mapping, row, named)).map((row) => row.crm),
    assignRules: missing(document.assign?.rules?.items.length ?? 0, (index) => rules.has(`assign.rules[${index}]`)),
    exceptions: missing(document.take?.unless?.items.length ?? 0, (index) => exceptions.has(`take.unless[${index}]`)),
  }
}

/** A rule is tried where a test says who should own the record. */
const namesOwner = ({ assign }: Mapping, { expect }: MappingTest): boolean =>
  expect.records.some(({ fields }) => fields.some(({ name }) => name === assign?.field))

function isNamed(mapping: Mapping, row: Row, named: ReadonlySet<string>): boolean {
  const crm = named.has(`${mapping.record}.${row.crm}`)
  const referral = row.referral !== null && named.has(`referral.${row.referral}`)
  if (row.direction === 'toReferral') return referral
  return row.direction === 'toCrm' ? crm : crm || referral
}

function missing(count: number, isCovered: (index: number) => boolean): readonly number[] {
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => (isCovered(index) ? [] : [index + 1]))
}

/** `No test covers: Microsoft_Seller__c, Company_Size__c and 4 more; assign rules 1, 2`; empty when all is covered. */
export function coverageText({ rows, assignRules, exceptions }: Coverage): string {
  const few = rows.slice(0, 2)
  const more = rows.length - few.length
  const fields = more > 0 ? `${few.join(', ')} and ${more} more` : listed(few)
  const parts = [
    fields,
    assignRules.length > 0 ? `assign ${assignRules.length === 1 ? 'rule' : 'rules'} ${assignRules.join(', ')}` : '',
    exceptions.length > 0 ? `take.unless ${exceptions.join(', ')}` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : `No test covers: ${parts.join('; ')}`
}

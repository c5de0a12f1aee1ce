import { describe, expect, test } from 'vitest'
import { kind, recordId, type Criterion } from '#spi'
import { anyOf, conditionOf } from '../../../../connectors/dynamics/filter.ts'
import { standardTable } from '../../../../connectors/dynamics/standard.ts'
import type { Table } from '../../../../connectors/dynamics/table.ts'

const table = (name: string): Table => {
  const known = standardTable(kind(name))
  if (!known) throw new Error(`${name} is a standard table`)
  return known
}
const where = (name: string, ...match: Criterion[]) => conditionOf({ match }, table(name))
const exact = (field: string, value: string): Criterion => ({ field, value, compare: 'exact' })
const company = (value: string): Criterion => ({ field: 'name', value, compare: 'companyName' })

describe('conditions', () => {
  const id = 'ABCDEF00-0000-4000-8000-000000000001'
  test.each([
    ['text', where('account', exact('name', 'Contoso')), "name eq 'Contoso'"],
    ['a quotation mark (F127)', where('account', exact('name', "O'Neil' or 1 eq 1")), "name eq 'O''Neil'' or 1 eq 1'"],
    ['a lookup', where('contact', exact('parentcustomerid', id)), `_parentcustomerid_value eq ${id.toLowerCase()}`],
    ['a choice by its label', where('lead', exact('leadqualitycode', 'Warm')), 'leadqualitycode eq 2'],
    ['an amount', where('opportunity', exact('estimatedvalue', '1000.50')), 'estimatedvalue eq 1000.5'],
    [
      'an e-mail',
      where('contact', { field: 'emailaddress1', value: ' mailto:a@b.example ', compare: 'email' }),
      "emailaddress1 eq 'a@b.example'",
    ],
    [
      'a domain',
      where('account', { field: 'websiteurl', value: 'https://www.contoso.example/de', compare: 'domain' }),
      "contains(websiteurl,'contoso.example')",
    ],
    [
      'a company',
      where('account', company('Contoso Deutschland GmbH & Co. KG')),
      "contains(name,'Deutschland') and contains(name,'Contoso')",
    ],
    ['a company in Taiwan', where('account', company('康多索股份有限公司')), "contains(name,'康多索')"],
    [
      'several at once',
      where('account', exact('name', 'A'), exact('address1_country', 'DE')),
      "name eq 'A' and address1_country eq 'DE'",
    ],
  ])('%s', (_, condition, text) => expect(condition?.text).toBe(text))

  test.each([
    ['an id that is none', conditionOf({ id: recordId('49d90c72') }, table('account'))],
    ['a lookup that is no id', where('contact', exact('parentcustomerid', "x' or 1 eq 1"))],
    ['a choice that does not exist', where('lead', exact('leadqualitycode', 'Boiling'))],
    ['nothing to look for', where('account', exact('name', ' '))],
  ])('%s asks nothing, and spoils nothing beside it', (_, condition) => expect(condition).toBeNull())

  test('many become one, each within its own brackets', () => {
    const both = [
      where('account', exact('name', 'A'), exact('address1_city', 'B')),
      where('account', exact('name', 'C')),
    ]
    expect(anyOf(both.filter((one) => one !== null))).toBe("(name eq 'A' and address1_city eq 'B') or name eq 'C'")
  })
})

describe('telling answers apart', () => {
  test.each([
    ['case and accents do not count', company('Adatum Sao Paulo'), { name: 'ADATUM São Paulo Ltda' }, true],
    ['a sharp s is two', exact('name', 'Strasse'), { name: 'Straße' }, true],
    ['another company', company('Contoso'), { name: 'Fabrikam' }, false],
    ['an empty column', exact('name', 'x'), { name: null }, false],
    ['a retired account is nobody’s customer', exact('name', 'x'), { name: 'x', statecode: 1 }, false],
    ['one that does not say', exact('name', 'x'), { name: 'x' }, true],
  ])('%s', (_, criterion, row, passes) => expect(where('account', criterion)?.test(row)).toBe(passes))
})

import { expect, test } from 'vitest'
import { comparable, sameThing, type Compare } from '#core/mapping/compare'

test.each<readonly [Compare, string, string, boolean]>([
  ['exact', 'ABC-1', ' abc-1 ', true],
  ['exact', 'ABC-1', 'ABC1', false],
  ['exact', '', '', false],
  ['email', 'Sue@Contoso.example', 'mailto:sue@contoso.example', true],
  ['email', 'sue@contoso.example', 'sue.smith@contoso.example', false],
  ['domain', 'https://www.contoso.example/de', 'sue@contoso.example', true],
  ['domain', 'contoso.example', 'contoso.example.evil.example', false],
  ['domain', 'no domain', 'no domain', false],
  ['companyName', 'Contoso AG', 'CONTOSO GmbH & Co. KG', true],
  ['companyName', 'Müller Söhne', 'Muller Sohne Ltd.', true],
  ['companyName', '微軟股份有限公司', '微軟', true],
  ['companyName', 'Contoso', 'Contoso Bank', false],
  ['companyName', 'AG', 'KG', false],
  ['companyName', ' ', ' ', false],
])('%s: %j and %j are the same: %s', (compare, a, b, same) => {
  expect(sameThing(compare, a, b)).toBe(same)
  expect(sameThing(compare, b, a)).toBe(same)
})

test('a normal form is its own normal form', () => {
  for (const text of ['Contoso GmbH & Co. KG', 'ООО «Контосо»', 'Straße 9 ApS']) {
    const form = comparable('companyName', text)
    expect(comparable('companyName', form)).toBe(form)
  }
})

// What every mapping to a CRM needs sooner or later: countries, telephone numbers, web domains, company names.

import { text } from '../types.ts'
import { isBlank, spend, Stop, textOf, type Context, type Value } from '../values.ts'
import { domainOf } from '../world/addresses.ts'
import { companyName } from '../world/companies.ts'
import { countryCode, countryName } from '../world/countries.ts'
import { stripHtml } from '../world/html.ts'
import { phoneE164 } from '../world/phone.ts'
import { optional, param, type FormulaFunction } from './function.ts'

export const crmFunctions: readonly FormulaFunction[] = [
  {
    name: 'COUNTRYNAME',
    group: 'CRM',
    params: [param('country', 'text'), optional('language', 'language')],
    gives: text,
    help: 'The name of a country given by its code, in English or in another language.',
    examples: [
      { formula: 'COUNTRYNAME("DE")', gives: 'Germany' },
      { formula: 'COUNTRYNAME("DE", "pt-BR")', gives: 'Alemanha' },
    ],
    run: { with: (_context, country, language) => nameOf(country, language) },
  },
  {
    name: 'COUNTRYCODE',
    group: 'CRM',
    params: [param('country', 'text')],
    gives: text,
    help: 'The two letters of a country given by its name, in most languages customers write in.',
    examples: [{ formula: 'COUNTRYCODE("Deutschland")', gives: 'DE' }],
    run: { with: (_context, country) => known(country, countryCode, 'COUNTRYCODE was given no country it knows') },
  },
  {
    name: 'PHONE',
    group: 'CRM',
    params: [param('number', 'text'), optional('country', 'text')],
    gives: text,
    help: 'A telephone number in the form that dials from anywhere; a number it cannot read stays as it is.',
    examples: [{ formula: 'PHONE("(089) 123-4567", "DE")', gives: '+49891234567' }],
    run: { with: (_context, value, country) => phone(textOf(value).trim(), textOf(country)) },
  },
  {
    name: 'DOMAIN',
    group: 'CRM',
    params: [param('address', 'text')],
    gives: text,
    help: 'The domain of an e-mail or web address; blank when there is none.',
    examples: [{ formula: 'DOMAIN("https://www.contoso.example/de")', gives: 'contoso.example' }],
    run: { with: (_context, address) => domainOf(textOf(address)) ?? null },
  },
  {
    name: 'COMPANYNAME',
    group: 'CRM',
    params: [param('name', 'text')],
    gives: text,
    help: 'A company name without its legal form.',
    examples: [{ formula: 'COMPANYNAME("Contoso GmbH & Co. KG")', gives: 'Contoso' }],
    run: { with: (_context, name) => companyName(textOf(name)) },
  },
  {
    name: 'STRIPHTML',
    group: 'CRM',
    params: [param('text', 'text')],
    gives: text,
    help: 'The plain text of a rich text.',
    examples: [{ formula: 'STRIPHTML("<p>Hello <b>world</b></p>")', gives: 'Hello world' }],
    run: { with: (context, value) => stripped(context, textOf(value)) },
  },
]

function known(value: Value, find: (text: string) => string | undefined, otherwise: string): Value {
  if (isBlank(value)) return null
  const found = find(textOf(value))
  if (found !== undefined) return found
  throw new Stop(otherwise)
}

function nameOf(country: Value, language: Value): Value {
  const wanted = isBlank(language) ? 'en' : textOf(language)
  return known(country, (text) => countryName(text, wanted), 'COUNTRYNAME was given no country it knows')
}

const phone = (number: string, country: string): Value =>
  number === '' ? null : (phoneE164(number, country) ?? number)

function stripped(context: Context, html: string): Value {
  spend(context, html.length * 16)
  return stripHtml(html)
}

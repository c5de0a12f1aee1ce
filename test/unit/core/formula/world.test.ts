import { describe, expect, test } from 'vitest'
import { domainOf } from '#core/formula/world/addresses'
import { companyKey, companyName } from '#core/formula/world/companies'
import { countries, countryCode, countryName } from '#core/formula/world/countries'
import { stripHtml } from '#core/formula/world/html'
import { phoneE164 } from '#core/formula/world/phone'
import { timed } from '../../../support/processor-time.ts'

describe('countries', () => {
  test('every code is one the locale data knows, and no three letters stand for two countries', () => {
    const naming = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
    expect([...countries.keys()].filter((code) => naming.of(code) === undefined)).toEqual([])
    expect(new Set([...countries.values()].map((country) => country.iso3)).size).toBe(countries.size)
  })

  test.each([
    ['DE', 'DE'],
    ['de', 'DE'],
    ['DEU', 'DE'],
    ['Germany', 'DE'],
    ['Deutschland', 'DE'],
    ['Alemanha', 'DE'],
    ['Германия', 'DE'],
    ['Brasil', 'BR'],
    ['台灣', 'TW'],
    ['日本', 'JP'],
    ['대한민국', 'KR'],
    ['Côte d’Ivoire', 'CI'],
    ["COTE D'IVOIRE", 'CI'],
    ['U.K.', 'GB'],
    ['USA', 'US'],
    ['United States of America', 'US'],
    ['Turkey', 'TR'],
    ['NO', 'NO'],
    ['', undefined],
    ['Middle-earth', undefined],
    ['toString', undefined],
  ])('%j is %s', (text, code) => {
    expect(countryCode(text)).toBe(code)
  })

  test('names in a language asked for', () => {
    expect([countryName('CH'), countryName('CH', 'de'), countryName('Suisse', 'zh-TW')]).toEqual([
      'Switzerland',
      'Schweiz',
      '瑞士',
    ])
  })
})

describe('telephone numbers', () => {
  test.each([
    ['089 1234567', 'DE', '+49891234567'],
    ['+49 (0)89 / 123-45 67', undefined, '+49891234567'],
    ['0049 89 1234567', 'BR', '+49891234567'],
    ['(206) 555-0100', 'US', '+12065550100'],
    ['1-206-555-0100 ext. 5', 'US', '+12065550100'],
    ['011 49 89 1234567', 'US', '+49891234567'],
    ['02 1234 5678', 'Italy', '+390212345678'],
    ['06 30 1234567', 'HU', '+36301234567'],
    ['(02) 2345-6789', 'TW', '+886223456789'],
    ['11 91234-5678', 'BR', '+5511912345678'],
    ['089 1234567', undefined, undefined],
    ['123', 'DE', undefined],
    ['call me', 'DE', undefined],
    ['+1234567890123456', undefined, undefined],
    ['', 'DE', undefined],
  ])('%j written in %s dials %s', (text, country, dialled) => {
    expect(phoneE164(text, country)).toBe(dialled)
  })
})

describe('companies', () => {
  test.each([
    ['Contoso AG', 'Contoso', 'contoso'],
    ['Contoso GmbH & Co. KG', 'Contoso', 'contoso'],
    ['CONTOSO, INC.', 'CONTOSO', 'contoso'],
    ['Contoso A/S', 'Contoso', 'contoso'],
    ['Contoso S.A. de C.V.', 'Contoso', 'contoso'],
    ['Contoso Sp. z o.o.', 'Contoso', 'contoso'],
    ['Adatum Brasil Ltda.', 'Adatum Brasil', 'adatum brasil'],
    ['PT Contoso Tbk', 'Contoso', 'contoso'],
    ['ООО «Контосо»', '«Контосо»', 'контосо'],
    ['微軟股份有限公司', '微軟', '微軟'],
    ['株式会社コントソ', 'コントソ', 'コントソ'],
    ['주식회사 콘토소', '콘토소', '콘토소'],
    ['Müller & Söhne OHG', 'Müller & Söhne', 'muller and sohne'],
    ['Straße 9 Øst ApS', 'Straße 9 Øst', 'strasse 9 ost'],
    ['Wide World Importers Co., Ltd.', 'Wide World Importers', 'wide world importers'],
    ['AG', 'AG', 'ag'],
    ['Company Ltd', 'Company', 'company'],
    ['!!!', '!!!', '!!!'],
    ['', '', ''],
  ])('%j is called %j and compared as %j', (text, name, key) => {
    expect(companyName(text)).toBe(name)
    expect(companyKey(text)).toBe(key)
  })
})

describe('domains', () => {
  test.each([
    ['sue.smith@Contoso.example', 'contoso.example'],
    ['https://www.contoso.example:443/de?x=1#top', 'contoso.example'],
    ['Sue Smith <sue@contoso.example>', 'contoso.example'],
    ['WWW.Contoso.Example.', 'contoso.example'],
    ['münchen.example', 'münchen.example'],
    ['localhost', undefined],
    ['http://', undefined],
    ['no domain', undefined],
    ['', undefined],
  ])('%j is at %s', (text, domain) => {
    expect(domainOf(text)).toBe(domain)
  })
})

describe('rich text', () => {
  test.each([
    ['plain', 'plain'],
    ['<p>One</p><p>Two</p>', 'One\nTwo'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<ul><li>x</li><li>y</li></ul>', 'x\ny'],
    ['a &lt; b &amp;&nbsp;c &#228; &#x1F600;', 'a < b & c ä 😀'],
    ['a < b and c > d', 'a < b and c > d'],
    ['<script>alert("x")</script>after', 'after'],
    ['<style>p { }</style><b>bold</b>', 'bold'],
    ['before<!-- hidden > still -->after', 'beforeafter'],
    ['<img src=x onerror=alert(1)>', ''],
    ['cut off <a href="', 'cut off'],
    ['<script>never closed', ''],
    ['&bogus; &#0; &#xD800; &#1114112;', '&bogus;'],
    ['&toString;', '&toString;'],
  ])('%j reads %j', (html, text) => {
    expect(stripHtml(html)).toBe(text)
  })

  test('F127: a megabyte of brackets takes no longer than a megabyte of text', () => {
    for (const piece of ['<', '<p', '<!--', '<script>', '&', '&#', '<p></p>', '< <']) {
      const html = piece.repeat(Math.floor(1_000_000 / piece.length))
      expect(timed(() => stripHtml(html)).ms).toBeLessThan(2_000)
    }
  })
})

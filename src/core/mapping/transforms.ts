// The named changes a value can go through. Each says whether a row that goes both ways may use it: a change that only
// tidies leaves its own result alone and can be used; one that loses something goes one way.

import { canonicalDecimal, formatDecimal, parseDecimal, round } from '../model/decimal.ts'
import type { Refusal } from '../problem.ts'
import { truncated } from '../formula/cut.ts'
import { domainOf } from '../formula/world/addresses.ts'
import { countryCode, countryName } from '../formula/world/countries.ts'
import { stripHtml } from '../formula/world/html.ts'
import { phoneE164 } from '../formula/world/phone.ts'

export interface Transform {
  readonly name: string
  /** What stands after a colon: `truncate:255`. */
  readonly argument?: { readonly name: string; readonly min: number; readonly max: number }
  readonly about: string
  readonly example: readonly [from: string, to: string | null]
  /** `tidies`: its result is left alone by it. Else the transform that undoes it, or null where nothing does. */
  readonly back: 'tidies' | 'countryIso2' | 'countryName' | null
  readonly change: (text: string, about: Circumstances) => string | null | Refusal
}

export interface Circumstances {
  /** The customer's country, for telephone numbers. */
  readonly country: string | null
  readonly argument: number
}

const noCountry: Refusal = {
  code: 'DB-2209',
  message: 'The country is none that has a two-letter code. Write it as a code (DE) or by its usual name.',
  who: 'the seller',
}

export const transforms: readonly Transform[] = [
  {
    name: 'trim',
    about: 'Without spaces at the ends, and with single spaces inside.',
    example: ['  Contoso   AG ', 'Contoso AG'],
    back: 'tidies',
    change: (text) => text.trim().replaceAll(/ {2,}/g, ' '),
  },
  {
    name: 'upper',
    about: 'In capital letters.',
    example: ['Contoso', 'CONTOSO'],
    back: null,
    change: (text) => text.toUpperCase(),
  },
  {
    name: 'lower',
    about: 'In small letters.',
    example: ['Sue@Contoso.example', 'sue@contoso.example'],
    back: null,
    change: (text) => text.toLowerCase(),
  },
  {
    name: 'proper',
    about: 'Each word with a capital first letter.',
    example: ['sue SMITH', 'Sue Smith'],
    back: null,
    change: (text) => text.toLowerCase().replaceAll(/\p{L}[\p{L}\p{M}\p{N}'’]*/gu, capitalised),
  },
  {
    name: 'stripHtml',
    about: 'The plain text of a rich text.',
    example: ['<p>Hello <b>world</b></p>', 'Hello world'],
    back: null,
    change: (text) => stripHtml(text),
  },
  {
    name: 'plainText',
    about: 'Rich text made plain, in one line, without signs that cannot be seen.',
    example: ['<p>Hello</p>\n<p>world</p>', 'Hello world'],
    back: null,
    change: (text) =>
      stripHtml(text)
        .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
        .trim(),
  },
  {
    name: 'round2',
    about: 'Rounded to two decimal places; halves go to the even digit, so that nothing drifts.',
    example: ['10000.005', '10000'],
    back: 'tidies',
    change: (text) => rounded(text, 2),
  },
  {
    name: 'countryIso2',
    about: 'A country as its two-letter code.',
    example: ['Deutschland', 'DE'],
    back: 'tidies',
    change: (text) => countryCode(text) ?? noCountry,
  },
  {
    name: 'countryName',
    about: 'A country as its English name.',
    example: ['DE', 'Germany'],
    back: 'countryIso2',
    change: (text) => countryName(text) ?? noCountry,
  },
  {
    name: 'phoneE164',
    about: 'A telephone number that dials from anywhere; one that cannot be read stays as it is.',
    example: ['(089) 123-4567', '+49891234567'],
    back: null,
    change: (text, { country }) => phoneE164(text, country ?? undefined) ?? text.trim(),
  },
  {
    name: 'domain',
    about: 'The domain of an e-mail or web address; blank when there is none.',
    example: ['https://www.contoso.example/de', 'contoso.example'],
    back: null,
    change: (text) => domainOf(text) ?? null,
  },
  {
    name: 'truncate',
    argument: { name: 'length', min: 1, max: 131_072 },
    about: 'Cut to a length, never through the middle of a character.',
    example: ['Contoso AG', 'Contoso'],
    back: null,
    change: (text, { argument }) => truncated(text, argument).trimEnd(),
  },
]

const capitalised = (word: string): string => {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 32)
  return first.toUpperCase() + word.slice(first.length)
}

/** What is no number is left to whoever reads the value as one. */
function rounded(text: string, places: number): string {
  const point = text.indexOf('.')
  if (/^-?\d+(?:\.\d+)?$/.test(text) && (point === -1 || text.length - point - 1 <= places)) return text
  const value = parseDecimal(text)
  return value ? formatDecimal(round(value, places)) : (canonicalDecimal(text) ?? text)
}

const byName: ReadonlyMap<string, Transform> = new Map(transforms.map((transform) => [transform.name, transform]))

export const transformCalled = (name: string): Transform | undefined => byName.get(name)

/** How a transform is written, for help and completion: `truncate:255`. */
export const written = ({ name, argument }: Transform): string => (argument ? `${name}:255` : name)

// What a value becomes when it is sent. Each writable property has one form; a value that does not fit it is refused
// here, by name and with a reason, before anything leaves.

import {
  canonicalDecimal,
  exactNumber,
  isList,
  isObject,
  type Json,
  type JsonObject,
  type JsonOut,
  parseDate,
  parseInstant,
} from '#spi'
import { salesStageFrom } from './lifecycle.ts'

export type Form =
  'text' | 'text that stays' | 'amount' | 'currency' | 'date' | 'flag' | 'only true' | 'step' | 'word' | 'words'

export type Wire = { readonly ok: true; readonly value: JsonOut } | { readonly ok: false; readonly why: string }

const fine = (value: JsonOut): Wire => ({ ok: true, value })
const bad = (why: string): Wire => ({ ok: false, why })

/** Text longer than this is not sent: the API names no limit, and nothing is ever cut silently. */
export const textMax = 20_000

const forms: Readonly<Record<Form, (value: Json) => Wire>> = {
  text: (value) => (value === null ? fine(null) : textual(value)),
  'text that stays': (value) => (blank(value) ? bad('it cannot be cleared') : textual(value)),
  amount,
  currency: (value) =>
    typeof value === 'string' && /^[A-Za-z]{3}$/.test(value.trim())
      ? fine(value.trim().toUpperCase())
      : bad('it must be a currency of three letters'),
  date,
  flag: (value) => (typeof value === 'boolean' ? fine(value) : bad('it must be yes or no')),
  'only true': (value) => (value === true ? fine(true) : bad('what Microsoft sees once cannot be hidden again')),
  step: (value) => {
    const stage = typeof value === 'string' || typeof value === 'number' ? salesStageFrom(String(value)) : undefined
    return stage === undefined ? bad('it is no sales stage') : fine(stage)
  },
  word: (value) =>
    typeof value === 'string' && /^[A-Za-z]{1,40}$/.test(value) ? fine(value) : bad('it must be one word'),
  words: (value) =>
    isList(value) && value.every((word) => typeof word === 'string') ? fine(value) : bad('it must be a list of words'),
}

export const toWire = (form: Form, value: Json): Wire => forms[form](value)

const blank = (value: Json): boolean => value === null || (typeof value === 'string' && value.trim() === '')

function textual(value: Json): Wire {
  if (typeof value !== 'string' && typeof value !== 'number') return bad('it must be text')
  const text = String(value)
  if (!text.isWellFormed() || text.includes('\u0000')) return bad('it holds characters that cannot be sent')
  return text.length > textMax ? bad(`it is longer than ${textMax} characters`) : fine(text)
}

/** The documentation's own example sends an amount as text; that also keeps every digit. */
function amount(value: Json): Wire {
  if (typeof value !== 'string' && typeof value !== 'number') return bad('an amount cannot be cleared')
  const canonical = canonicalDecimal(value)
  if (canonical === undefined) return bad('it is no amount')
  return canonical.startsWith('-') ? bad('an amount cannot be negative') : fine(canonical)
}

/** A new deal takes its amount as a number, digit by digit as it was given. */
export function amountAsNumber(value: Json): Wire {
  const text = amount(value)
  const exact = text.ok && typeof text.value === 'string' ? exactNumber(text.value) : undefined
  return exact === undefined ? text : fine(exact)
}

/** A calendar date means its midnight in UTC; an instant keeps its time of day. */
function date(value: Json): Wire {
  if (typeof value !== 'string') return bad('a date cannot be cleared')
  if (parseDate(value)) return fine(`${value}T00:00:00Z`)
  const instant = parseInstant(value)
  return instant ? fine(instant.replace(/\.000Z$/, 'Z')) : bad('it is no date')
}

const personFields = ['firstName', 'lastName', 'email', 'phoneNumber', 'title'] as const

/** A person as a team takes one: an e-mail address alone will do. Undefined where there is not even that. */
export function person(value: Json): JsonObject | undefined {
  const given: JsonObject = typeof value === 'string' ? { email: value } : isObject(value) ? value : {}
  const email = given['email']
  if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(email.trim())) return undefined
  const taken = personFields.flatMap((name) => {
    const text = given[name]
    return typeof text === 'string' && text.trim() !== '' ? [[name, text.trim()] as const] : []
  })
  return Object.fromEntries(taken)
}

/** A solution by its id alone, or with what is known of it. Undefined without an id. */
export function solution(value: Json): JsonObject | undefined {
  const given: JsonObject = typeof value === 'string' ? { id: value } : isObject(value) ? value : {}
  const id = given['id']
  if (typeof id !== 'string' || id.trim() === '') return undefined
  const { name, type } = given
  return {
    id: id.trim(),
    type: typeof type === 'string' ? type : 'Name',
    ...(typeof name === 'string' ? { name } : {}),
  }
}

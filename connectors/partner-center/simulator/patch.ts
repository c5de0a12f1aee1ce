// PATCH of one referral: a JSON Patch of `add` and `replace` and nothing else, all of it or none of it.

import { bare, canonicalDecimal, isList, isObject, type Json, type JsonObject, parseInstant, parseJson } from '#spi'
import { invalid, Refused } from './answers.ts'
import { assertWritable, isRegistration } from './locks.ts'
import type { Setting } from './options.ts'
import { completeMember } from './shape.ts'
import { assertMove, isClosed, settled } from './transitions.ts'

interface Operation {
  readonly op: 'add' | 'replace'
  readonly path: readonly string[]
  readonly value: Json
}

export function patched(before: JsonObject, body: string, setting: Setting, stamp: string): JsonObject {
  const operations = operationsIn(body)
  if (isClosed(before) && !operations.every(({ path }) => isRegistration(path) && before['substatus'] === 'Won'))
    throw new Refused(setting.illegalMove, 'invalidRequest', 'A closed referral cannot be updated.', {
      target: 'status',
    })
  let after = before
  for (const operation of operations) {
    assertWritable(before, operation.path, operation.value)
    after = applied(after, operation)
  }
  assertMove(before, after, setting)
  return settled(before, after, stamp)
}

function operationsIn(body: string): readonly Operation[] {
  const parsed = parseJson(body)
  if (!isList(parsed) || parsed.length === 0) throw invalid('The body must be a JSON Patch array.')
  return parsed.map((item) => {
    if (!isObject(item)) throw invalid('Each operation must be an object.')
    const { op, path, value } = item
    if (op !== 'add' && op !== 'replace') throw invalid('Only the operations add and replace are supported.')
    if (typeof path !== 'string' || !path.startsWith('/')) throw invalid('Each operation needs a path.')
    if (value === undefined) throw invalid('Each operation needs a value.')
    const steps = path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    return { op, path: steps, value }
  })
}

function applied(body: JsonObject, { op, path, value }: Operation): JsonObject {
  const changed = set(body, path, path.join('.'), { op, value })
  if (!isObject(changed)) throw invalid('The path does not lead anywhere.')
  return changed
}

function set(at: Json, [step, ...rest]: readonly string[], whole: string, change: { op: string; value: Json }): Json {
  if (step === undefined) return checked(whole, change.value)
  if (isList(at)) return setInList(at, [step, ...rest], whole, change)
  if (!isObject(at)) throw invalid(`The path ${whole} does not lead anywhere.`)
  if (!Object.hasOwn(at, step) && (change.op === 'replace' || rest.length > 0))
    throw invalid(`There is no property ${whole}.`)
  return Object.assign(bare(), at, { [step]: set(at[step] ?? null, rest, whole, change) })
}

function setInList(
  list: readonly Json[],
  [step = '', ...rest]: readonly string[],
  whole: string,
  change: { op: string; value: Json },
): Json {
  const listPath = whole.slice(0, whole.lastIndexOf('.'))
  if (step === '-' && change.op === 'add' && rest.length === 0) return [...list, completeMember(change.value, listPath)]
  const index = /^\d{1,4}$/.test(step) ? Number(step) : -1
  if (index < 0 || index >= list.length) throw invalid(`There is no entry at ${whole}.`)
  return list.map((item, position) => (position === index ? set(item, rest, whole, change) : item))
}

/** The values of a few properties have a form. Amounts may come as text. */
const forms: Readonly<Record<string, (value: Json) => Json | undefined>> = {
  'details.dealValue': amount,
  'details.currency': (value) => (typeof value === 'string' && /^[A-Z]{3}$/.test(value) ? value : undefined),
  'details.closingDateTime': (value) => (typeof value === 'string' && parseInstant(value) ? value : undefined),
  name: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  salesStage: (value) => (typeof value === 'string' && /^(10|20|40|60|80|100)$/.test(value) ? value : undefined),
  favorite: (value) => (typeof value === 'boolean' ? value : undefined),
}

function amount(value: Json): Json | undefined {
  const canonical = typeof value === 'number' || typeof value === 'string' ? canonicalDecimal(value) : undefined
  return canonical === undefined || canonical.startsWith('-') ? undefined : Number(canonical)
}

function checked(path: string, value: Json): Json {
  const form = Object.hasOwn(forms, path) ? forms[path] : undefined
  if (!form) return value
  const kept = form(value)
  if (kept === undefined) throw invalid(`The value of ${path} is not valid.`, path)
  return kept
}

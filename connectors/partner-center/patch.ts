// From the fields of a planned write to a JSON Patch. The paths are a fixed table: no text of any deal ever becomes part
// of a pointer. The API takes `add` and `replace` and nothing else; lists can only be added to.

import { type Fields, isList, type Json, type JsonObject, type NeedsHuman, unreachable } from '#spi'
import { assistanceFrom } from './assistance.ts'
import type { Operation } from './api.ts'
import { cannotWrite } from './faults.ts'
import { objects, sameText, text } from './peek.ts'
import { type Form, person, solution, toWire } from './wire.ts'

interface Target {
  readonly pointer: string
  readonly form: Form
}

const targets: ReadonlyMap<string, Target> = new Map(
  Object.entries({
    name: { pointer: '/name', form: 'text that stays' },
    externalReferenceId: { pointer: '/externalReferenceId', form: 'text' },
    campaignId: { pointer: '/campaignId', form: 'text' },
    favorite: { pointer: '/favorite', form: 'flag' },
    tags: { pointer: '/tags', form: 'words' },
    salesStage: { pointer: '/salesStage', form: 'step' },
    'details.dealValue': { pointer: '/details/dealValue', form: 'amount' },
    'details.currency': { pointer: '/details/currency', form: 'currency' },
    'details.closingDateTime': { pointer: '/details/closingDateTime', form: 'date' },
    'details.notes': { pointer: '/details/notes', form: 'text' },
    'consent.consentToShareReferralWithMicrosoftSellers': {
      pointer: '/consent/consentToShareReferralWithMicrosoftSellers',
      form: 'only true',
    },
    // Where the deal stands comes last: what was edited together with it must be there before it closes.
    status: { pointer: '/status', form: 'word' },
    substatus: { pointer: '/substatus', form: 'word' },
    statusReason: { pointer: '/statusReason', form: 'text' },
  } satisfies Record<string, Target>),
)
const order = [...targets.keys()]

const lists = {
  team: { pointer: '/team/-', names: 'email', make: person },
  'customerProfile.team': { pointer: '/customerProfile/team/-', names: 'email', make: person },
  'details.requirements.solutions': { pointer: '/details/requirements/solutions/-', names: 'id', make: solution },
} as const
type ListPath = keyof typeof lists
const isListPath = (path: string): path is ListPath => Object.hasOwn(lists, path)

export interface Wish {
  readonly operations: readonly Operation[]
  readonly additions: readonly { readonly path: ListPath; readonly items: readonly JsonObject[] }[]
  /** What Microsoft is asked to help with; null when it is not asked. */
  readonly help: string | null
  readonly moves: boolean
  /** Texts that are sent, which no message may repeat. */
  readonly sent: readonly string[]
}

/** The first thing that cannot be written refuses all of it: what belongs together is not written in part. */
export function wishFrom(fields: Fields): Wish | NeedsHuman {
  const operations: Operation[] = []
  const additions: Wish['additions'][number][] = []
  let help: string | null = null
  for (const [path, value] of Object.entries(fields)) {
    const part = partOf(path, value)
    switch (part.is) {
      case 'operation':
        operations.push(part.operation)
        break
      case 'addition':
        additions.push(part.addition)
        break
      case 'help':
        help = part.help
        break
      case 'refused':
        return part.error
      default:
        return unreachable(part)
    }
  }
  const sorted = operations.toSorted((a, b) => rank(a) - rank(b))
  return { operations: sorted, additions, help, moves: Object.hasOwn(fields, 'status'), sent: textsIn(fields) }
}

const rank = ({ path }: Operation): number => order.findIndex((name) => targets.get(name)?.pointer === path)

type Part =
  | { readonly is: 'operation'; readonly operation: Operation }
  | { readonly is: 'addition'; readonly addition: Wish['additions'][number] }
  | { readonly is: 'help'; readonly help: string | null }
  | { readonly is: 'refused'; readonly error: NeedsHuman }

const refused = (error: NeedsHuman): Part => ({ is: 'refused', error })

function partOf(path: string, value: Json): Part {
  if (isListPath(path)) return additionOf(path, value)
  if (path === 'ref.helpRequired') return helpOf(value)
  const target = targets.get(path)
  if (!target)
    return refused(cannotWrite('DB-3407', `${path} is not one that Partner Center lets a partner change.`, path))
  const wire = toWire(target.form, value)
  if (!wire.ok) return refused(cannotWrite('DB-3411', `${path}: ${wire.why}.`, path))
  return { is: 'operation', operation: { op: 'replace', path: target.pointer, value: wire.value } }
}

function additionOf(path: ListPath, value: Json): Part {
  const items = (isList(value) ? value : value === null ? [] : [value]).map((item) => lists[path].make(item))
  const whole = items.filter((item) => item !== undefined)
  if (whole.length < items.length) {
    const needs = lists[path].names === 'email' ? 'an e-mail address' : 'an id'
    return refused(cannotWrite('DB-3411', `${path}: each entry needs ${needs}.`, path))
  }
  return { is: 'addition', addition: { path, items: whole } }
}

function helpOf(value: Json): Part {
  const code = value === null ? null : typeof value === 'string' ? assistanceFrom(value) : undefined
  if (code !== undefined) return { is: 'help', help: code }
  return refused(cannotWrite('DB-3411', 'ref.helpRequired: it is not one of the kinds of help.', 'ref.helpRequired'))
}

/** Only those that are not there yet, compared by e-mail or id: nobody is added twice. */
export function missing(wish: Wish, body: JsonObject): readonly Operation[] {
  return wish.additions.flatMap(({ path, items }) => {
    const { names, pointer } = lists[path]
    const there = objects(body, path).map((entry) => text(entry, names))
    const fresh = items.filter((item, index) => {
      const name = text(item, names)
      const isRepeated = items.findIndex((other) => sameText(text(other, names), name)) < index
      return !isRepeated && !there.some((known) => sameText(known, name))
    })
    return fresh.map((value): Operation => ({ op: 'add', path: pointer, value }))
  })
}

/** Every text in a value, to keep it out of messages. */
export function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

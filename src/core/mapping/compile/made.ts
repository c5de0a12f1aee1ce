// A field of a record that a lookup makes: a row that only ever goes to the CRM, in a shorter form.

import type { Kind } from '../../model/ids.ts'
import type { MapNode, ScalarNode } from '../../source.ts'
import type { MadeDocument } from '../document/values.ts'
import type { Placed } from '../grammar/form.ts'
import type { Row } from '../mapping.ts'
import { isFormula, type Desk } from './desk.ts'
import { compileWords, type RowWords } from './row.ts'

export interface MadeField {
  readonly key: ScalarNode
  readonly value: Placed<string> | MadeDocument
  readonly kind: Kind
  /** How plans name it: `lookups.account.create.Name`. */
  readonly path: string
}

export function compileMade(desk: Desk, { key, value, kind, path }: MadeField): Row | undefined {
  const row = compileWords(desk, wordsOf(key, value), { kind, key: path, policy: 'partnerCenter' })
  const schema = desk.schemaOf(kind)?.fields.find((field) => field.name === key.text)
  return row && { ...row, required: schema?.required ?? false }
}

/** All that can be said of a row, and is not. */
export const unsaid = {
  formula: undefined,
  referral: undefined,
  set: undefined,
  transform: undefined,
  values: undefined,
  otherwise: undefined,
  default: undefined,
  valuesBack: undefined,
  required: undefined,
  combine: undefined,
  conflict: undefined,
  as: undefined,
  timezone: undefined,
} as const

function wordsOf(key: ScalarNode, value: Placed<string> | MadeDocument): RowWords {
  const base = {
    ...unsaid,
    at: key,
    crm: { value: key.text, node: key },
    direction: { value: 'toCrm', node: key },
    write: { value: 'once', node: key },
  } as const
  if ('value' in value) {
    const name = isFormula(value.value) ? 'formula' : 'referral'
    return { ...base, [name]: value, sources: [{ name, node: value.node }] }
  }
  const { node, from, ...rest } = value
  return { ...base, ...rest, referral: from, sources: sourcesIn(node) }
}

const names = { from: 'referral', formula: 'formula', set: 'set' } as const

const sourcesIn = (node: MapNode): RowWords['sources'] =>
  node.entries.flatMap(({ key }) => {
    const name = Object.hasOwn(names, key.text) ? names[key.text as keyof typeof names] : undefined
    return name ? [{ name, node: key }] : []
  })

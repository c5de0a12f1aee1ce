// What changed between two versions of a mapping, in its own terms: rows added, taken out, changed; not lines moved.

import { canonicalJson, isList, isObject, sameJson, type Json, type JsonObject } from '../model/json.ts'
import { dataOf, type SourceTree } from '../source.ts'

export interface MappingChange {
  readonly change: 'added' | 'removed' | 'changed'
  /** `fields Amount`, `stages Accepted Qualified`, `outcomes.hold`. */
  readonly what: string
  /** The key within it that changed; absent where all of it is new or gone. */
  readonly key?: string
  readonly before?: Json
  readonly after?: Json
}

export function diffMappings(before: SourceTree, after: SourceTree): readonly MappingChange[] {
  const [old, made] = [dataIn(before), dataIn(after)]
  return [...new Set([...Object.keys(old), ...Object.keys(made)])].flatMap((section) =>
    sectionChanges(section, valueOf(old, section), valueOf(made, section)),
  )
}

function dataIn({ root }: SourceTree): JsonObject {
  const data = root ? dataOf(root) : null
  return isObject(data) ? data : {}
}

const valueOf = (data: JsonObject, key: string): Json | undefined => (Object.hasOwn(data, key) ? data[key] : undefined)

/** How the items of a list are told apart; elsewhere by their place. */
const identities: Readonly<Record<string, (item: JsonObject) => string>> = {
  fields: (item) =>
    [word(item, 'crm'), item['direction'] === 'toReferral' ? `> ${word(item, 'referral')}` : ''].join(' ').trim(),
  'lead.fields': (item) => word(item, 'crm'),
  'stages.rows': (item) => [word(item, 'referral'), word(item, 'step')].join(' ').trim(),
  'stages.ignore': (item) => word(item, 'crm'),
  tests: (item) => `"${word(item, 'name')}"`,
}

function word(item: JsonObject, key: string): string {
  const value = valueOf(item, key)
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : canonicalJson(value)
}

function sectionChanges(section: string, before: Json | undefined, after: Json | undefined): readonly MappingChange[] {
  if (before !== undefined && after !== undefined && sameJson(before, after)) return []
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      sectionChanges(`${section}.${key}`, valueOf(before, key), valueOf(after, key)),
    )
  }
  if ((isList(before) || before === undefined) && (isList(after) || after === undefined)) {
    return listChanges(section, before ?? [], after ?? [])
  }
  return [whole(section, before, after)]
}

function whole(what: string, before: Json | undefined, after: Json | undefined): MappingChange {
  if (before === undefined) return { change: 'added', what, after: after ?? null }
  return after === undefined ? { change: 'removed', what, before } : { change: 'changed', what, before, after }
}

function listChanges(section: string, before: readonly Json[], after: readonly Json[]): readonly MappingChange[] {
  const [old, made] = [named(section, before), named(section, after)]
  const names = [...new Set([...old.keys(), ...made.keys()])]
  const changes = names.flatMap((name) =>
    itemChanges(`${section.replace('.rows', '')} ${name}`, old.get(name), made.get(name)),
  )
  const isSame = changes.length === 0 && !sameJson(names, [...made.keys()])
  // The same items in another order mean something else where the first that fits decides.
  return isSame ? [{ change: 'changed', what: section, key: 'order' }] : changes
}

function named(section: string, items: readonly Json[]): ReadonlyMap<string, Json> {
  const identity = Object.hasOwn(identities, section) ? identities[section] : undefined
  const made = new Map<string, Json>()
  for (const [index, item] of items.entries()) {
    const name = identity && isObject(item) ? identity(item) : String(index + 1)
    made.set(made.has(name) ? `${name} (${index + 1})` : name, item)
  }
  return made
}

function itemChanges(what: string, before: Json | undefined, after: Json | undefined): readonly MappingChange[] {
  if (before !== undefined && after !== undefined && sameJson(before, after)) return []
  if (!isObject(before) || !isObject(after)) return [whole(what, before, after)]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [old, made] = [valueOf(before, key), valueOf(after, key)]
    if (old !== undefined && made !== undefined && sameJson(old, made)) return []
    const values = { ...(old === undefined ? {} : { before: old }), ...(made === undefined ? {} : { after: made }) }
    return [{ change: 'changed', what, key, ...values } as const]
  })
}

// Selection, one grammar: `state:ready system:salesforce text:"fabric" 49d90c72`. All words must fit. A word without a
// key is looked for in titles and ids.

import { NeedsHuman } from '#core/errors'
import { nearest } from '#core/nearest'
import type { Change } from '#core/reconcile/plan'

export type Selects = (change: Change) => boolean

const keys: Readonly<Record<string, (change: Change, wanted: string) => boolean>> = {
  state: (change, wanted) => change.state === wanted,
  action: (change, wanted) => change.action === wanted,
  system: (change, wanted) => change.system.toLowerCase() === wanted,
  side: (change, wanted) => change.side === wanted,
  kind: (change, wanted) => change.kind.toLowerCase() === wanted,
  referral: (change, wanted) => change.referral.toLowerCase().startsWith(wanted),
  record: (change, wanted) => change.record?.toLowerCase() === wanted,
  text: (change, wanted) => change.title.toLowerCase().includes(wanted),
  field: (change, wanted) => change.fields.some(({ path }) => path.toLowerCase() === wanted),
  code: (change, wanted) => change.why?.code.toLowerCase() === wanted,
}

export function parseSelection(text: string): Selects {
  const words = [...text.matchAll(/(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)].map(([, key, quoted, plain]) => ({
    key,
    values: (quoted ?? plain ?? '').toLowerCase().split(quoted === undefined ? ',' : '\0'),
  }))
  const tests = words.map(({ key, values }): Selects => {
    if (key === undefined) return (change) => values.some((value) => isMentioned(change, value))
    const fits = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (!fits) throw unknownKey(key)
    return (change) => values.some((value) => fits(change, value))
  })
  return (change) => tests.every((test) => test(change))
}

function isMentioned({ title, referral, record }: Change, value: string): boolean {
  return (
    [title, record ?? ''].some((text) => text.toLowerCase().includes(value)) || referral.toLowerCase().startsWith(value)
  )
}

/** What is selected, and all that it rests on: a deal is not made without its account. */
export function selected(changes: readonly Change[], selects: Selects): readonly Change[] {
  const byId = new Map(changes.map((change) => [change.id, change]))
  const kept = new Set<Change['id']>()
  const keep = (change: Change): void => {
    if (kept.has(change.id)) return
    kept.add(change.id)
    for (const id of change.after) {
      const before = byId.get(id)
      if (before) keep(before)
    }
  }
  for (const change of changes) if (selects(change)) keep(change)
  return changes.filter((change) => kept.has(change.id))
}

/** At most so many ready changes, none of them without what it rests on. Held ones cost nothing and stay. */
export function limited(changes: readonly Change[], max: number): readonly Change[] {
  let kept: readonly Change[] = []
  for (const change of changes) {
    if (change.state !== 'ready' || kept.includes(change)) continue
    const ids = new Set([...kept.map(({ id }) => id), change.id])
    const next = selected(changes, ({ id }) => ids.has(id))
    if (next.length > max) break
    kept = next
  }
  return changes.filter((change) => change.state !== 'ready' || kept.includes(change))
}

function unknownKey(key: string): NeedsHuman {
  const near = nearest(key, Object.keys(keys))
  const hint = near === undefined ? `There are: ${Object.keys(keys).join(', ')}.` : `Did you mean "${near}:"?`
  return new NeedsHuman(`A selection knows no "${key}:". ${hint}`, { code: 'DB-1157', who: 'operations' })
}

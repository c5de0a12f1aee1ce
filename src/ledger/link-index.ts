// Two ways to find a link without its key: by the CRM record it holds, and by the time it waits for. Kept in memory,
// beside what each ledger remembers of a link anyway.

import type { Link } from '#core/model/link'
import { msOf, parseInstant } from '#core/model/instant'
import type { RecordRef } from '#core/model/record'
import { Heap, type Seated } from './heap.ts'

/** What can be known of a link without reading it. */
export interface Facets {
  readonly record: string | null
  /** When it is due, in milliseconds; null: only a person can move it. */
  readonly due: number | null
}

export interface Indexed extends Facets, Seated {
  readonly key: string
}

/** The record's name in the index. Kinds hold no line break, so no two records share a name. */
export const recordName = (record: RecordRef): string => `${record.kind}\n${record.id}`

export function facetsOf(link: Link): Facets {
  const record = link.record === null ? null : recordName({ kind: link.kind, id: link.record })
  const waits = link.waiting.map((waiting) => waiting.until)
  const times = [...waits, link.unfinished].flatMap((at) => (at === null || at === undefined ? [] : [msOf(at)]))
  return { record, due: link.paused === true || times.length === 0 ? null : Math.min(...times) }
}

export class LinkIndex<T extends Indexed> {
  // Nearly every record has one link, so a list is made only for those that have more.
  readonly #holders = new Map<string, T | readonly T[]>()
  readonly #due = new Heap<T>((a, b) => dueOf(a) < dueOf(b) || (dueOf(a) === dueOf(b) && a.key < b.key))

  add(link: T): void {
    if (link.due !== null) this.#due.add(link)
    if (link.record === null) return
    const before = this.#of(link.record)
    this.#holders.set(link.record, before.length === 0 ? link : [...before, link])
  }

  remove(link: T): void {
    if (link.due !== null) this.#due.remove(link)
    if (link.record === null) return
    const rest = this.#of(link.record).filter((holder) => holder !== link)
    const [only] = rest
    if (only === undefined) this.#holders.delete(link.record)
    else this.#holders.set(link.record, rest.length === 1 ? only : rest)
  }

  holder(record: RecordRef): T | undefined {
    return this.#of(recordName(record)).reduce<T | undefined>(
      (first, link) => (first === undefined || link.key < first.key ? link : first),
      undefined,
    )
  }

  due(now: string, max: number): T[] {
    const instant = parseInstant(now)
    if (instant === undefined) return []
    const ms = msOf(instant)
    return this.#due.first(max, (link) => dueOf(link) <= ms)
  }

  #of(record: string): readonly T[] {
    const found = this.#holders.get(record)
    return found === undefined ? [] : isMany(found) ? found : [found]
  }
}

const dueOf = (link: Facets): number => link.due ?? Number.POSITIVE_INFINITY

const isMany = <T>(found: T | readonly T[]): found is readonly T[] => Array.isArray(found)

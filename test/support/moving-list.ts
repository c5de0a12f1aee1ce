// A list of referrals on the move, and whether a reader of it misses any: thousands with one stamp, rows edited between
// two pages, rows that appear minutes late, equal stamps in any order, a clock that steps back. Seeded, to be replayed.

import type { Api, ListPage } from '../../connectors/partner-center/api.ts'
import { changes, noMemory } from '../../connectors/partner-center/changes.ts'
import type { Reader } from '../../connectors/partner-center/reader.ts'
import type { Referral } from '../../connectors/partner-center/referral.ts'
import { Settings } from '../../connectors/partner-center/settings.ts'
import { type Stamp, stampAt } from '../../connectors/partner-center/stamps.ts'
import { type Cursor, instantFromMs, recordId, REFERRAL, version } from '#spi'
import { seededRandom, testHost } from './host.ts'

const start = instantFromMs(Date.UTC(2026, 10, 20, 14))
const still = new AbortController().signal

const pageSize = 100
const minute = 60_000

interface Row {
  readonly id: string
  edition: number
  now: Referral
  /** As the list still shows it, until then. */
  late: { readonly shown: Referral; readonly until: number } | null
}

const referral = (id: string, edition: number, updated: Stamp): Referral => ({
  id: recordId(id),
  eTag: `"${edition}"`,
  updated,
  body: {},
})

/** A list on the move: just enough of a server, and as unkind as the documentation allows. */
class Moving {
  readonly rows: Row[]
  now: number
  private readonly first: Stamp
  private readonly random: () => number
  private readonly unkind: boolean
  onPage: () => void = () => undefined
  calls = 0

  constructor(count: number, random: () => number, unkind: boolean) {
    this.random = random
    this.unkind = unkind
    this.now = Date.parse(start)
    this.first = this.stamp()
    this.rows = Array.from({ length: count }, (_, n) => ({
      id: `r${n}`,
      edition: 1,
      now: referral(`r${n}`, 1, this.first),
      late: null,
    }))
  }

  edit(row: Row, lateMs: number): void {
    if (row.late) return
    if (lateMs > 0) row.late = { shown: row.now, until: this.now + lateMs }
    row.edition += 1
    row.now = referral(row.id, row.edition, this.stamp())
  }

  private stamp(): Stamp {
    return stampAt(instantFromMs(this.now))
  }

  /** Newest first. An unkind server begins the many equal stamps somewhere else for each page. */
  private shown(): Referral[] {
    const moved: Referral[] = []
    const rest: Referral[] = []
    for (const row of this.rows) {
      if (row.late && row.late.until <= this.now) row.late = null
      const shown = row.late?.shown ?? row.now
      ;(shown.updated === this.first ? rest : moved).push(shown)
    }
    moved.sort((one, other) => ((one.updated ?? '') > (other.updated ?? '') ? -1 : 1))
    const turn = this.unkind ? Math.floor(this.random() * rest.length) : 0
    return [...moved, ...rest.slice(turn), ...rest.slice(0, turn)]
  }

  private page(at: number): ListPage {
    this.calls += 1
    this.onPage()
    const all = this.shown()
    const next = at + pageSize < all.length ? String(at + pageSize) : null
    const servedAt = instantFromMs(this.now)
    return { referrals: all.slice(at, at + pageSize), unreadable: 0, next, count: all.length, servedAt }
  }

  get api(): Api {
    const no = (): never => {
      throw new Error('not asked for here')
    }
    return {
      first: async () => this.page(0),
      next: async (link) => this.page(Number(link)),
      read: no,
      change: no,
      create: no,
    }
  }
}

/** Only what this test looks at. */
const reader: Reader = {
  engagement: async () => [],
  records: async (referrals) =>
    referrals.map(({ id, eTag }) => ({
      kind: REFERRAL,
      id,
      version: version(eTag ?? ''),
      changedAt: start,
      gone: false,
      fields: {},
    })),
}

const settingsWith = (overlap: string): Settings =>
  Settings.parse({ tenant: 'a.example', endpoint: 'http://127.0.0.1:1', auth: { flow: 'none' }, read: { overlap } })

export interface Tortured {
  readonly missed: number
  readonly delivered: number
}

/** One run: how many rows a reader of this list never got in their last state. */
export async function torture(seed: number, count: number, overlap = '10m'): Promise<Tortured> {
  const seeded = seededRandom(seed)
  const random = (): number => seeded.next()
  const server = new Moving(count, random, seed % 2 === 0)
  const host = testHost({ origins: [] })
  const settings = settingsWith(overlap)
  const options = { api: server.api, host, settings, reader, memory: noMemory(), microsoft: false }
  const got = new Map<string, string>()
  let cursor: Cursor | null = null
  let delivered = 0
  const pick = (): Row => server.rows[Math.floor(random() * server.rows.length)] as Row
  for (let poll = 0; poll < 5; poll += 1) {
    const busy = poll < 3
    server.onPage = () => {
      server.now += 200
      if (busy && random() < 0.3) server.edit(pick(), random() < 0.5 ? 2 * minute : 0)
    }
    for await (const page of changes(options, cursor, still)) {
      for (const { id, version: edition } of page.records) got.set(id, edition)
      delivered += page.records.length
      cursor = page.next
    }
    // A session may end at any time: what it remembered is gone, the bookmark is not.
    if (random() < 0.3) options.memory = noMemory()
    if (busy)
      for (let edits = Math.floor(random() * 6); edits > 0; edits -= 1)
        server.edit(pick(), random() < 0.5 ? 2 * minute : 0)
    server.now += busy ? Math.floor(random() * 3 * minute) : 2 * minute + 1_000
  }
  const missed = server.rows.filter(({ id, edition }) => got.get(id) !== `"${edition}"`).length
  return { missed, delivered }
}

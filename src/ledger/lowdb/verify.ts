// Reads the whole history and says where it is not what was written: a chain that breaks, an event that was changed,
// words that belong elsewhere, or words that are gone although nobody forgot them.

import type { HistoryReport } from '../ledger.ts'
import { readEvent } from './event-frame.ts'
import type { History } from './history.ts'
import { scanFrames, type Scanned } from './scan.ts'
import type { Segment } from './segment.ts'

const FINDINGS_MAX = 100

interface Stretch {
  readonly segment: Segment
  readonly first: number
  readonly events: number
  readonly bytes: number
  readonly chain: Buffer
}

export async function verifyHistory(history: History): Promise<HistoryReport> {
  const closed = history.parts.map(({ segment, info }) => ({ segment, ...info, chain: Buffer.from(info.chain, 'hex') }))
  const { segment, chain } = history.growing
  const stretches: readonly Stretch[] = [...closed, { segment, ...history.growing.info(), chain }]
  for (const stretch of stretches) stretch.segment.hold()
  try {
    const check = new Check()
    for (const stretch of stretches) await check.take(stretch)
    return check.report()
  } finally {
    for (const stretch of stretches) await stretch.segment.release()
  }
}

class Check {
  readonly #altered: { readonly number: number; readonly what: string }[] = []
  readonly #blank = new Map<string, number>()
  readonly #forgotten = new Set<string>()
  #chain: Buffer | undefined
  #first: number | null = null
  #next = 0
  #events = 0
  #empty = 0

  async take({ segment, first, events, bytes, chain }: Stretch): Promise<void> {
    this.#first ??= first
    this.#next = first
    if (this.#chain && !this.#chain.equals(segment.head.after)) this.#find(first, 'does not follow the event before it')
    const range = { mark: 'history', from: segment.from, to: bytes, chain: segment.head.after } as const
    const end = await scanFrames(segment.file, range, (frame) => this.#look(frame, segment))
    if (end.why !== 'end') this.#find(this.#next, 'is not as it was written, nor is anything after it in its file')
    else if (!end.chain.equals(chain)) this.#find(this.#next, 'does not end its file as it was written')
    this.#chain = chain
    this.#next = first + events
  }

  report(): HistoryReport {
    for (const [tag, number] of this.#blank)
      if (!this.#forgotten.has(tag)) this.#find(number, 'has lost its words, and nobody forgot them')
    const last = this.#events === 0 ? null : this.#next - 1
    const first = this.#events === 0 ? null : this.#first
    return { events: this.#events, first, last, forgotten: this.#empty, altered: this.#altered }
  }

  #look(frame: Scanned, segment: Segment): void {
    const number = this.#next
    this.#next += 1
    this.#events += 1
    const read = readEvent(frame, segment.sealer)
    if (read === undefined) return this.#find(number, 'does not hold the words it was written with')
    if (read.head.number !== number) this.#find(number, 'has another number than its place')
    if (read.head.event === 'forgot' && read.head.tag !== null) this.#forgotten.add(read.head.tag)
    if (read.words !== null) return
    this.#empty += 1
    this.#blank.set(read.head.tag ?? '', this.#blank.get(read.head.tag ?? '') ?? number)
  }

  #find(number: number, what: string): void {
    if (this.#altered.length < FINDINGS_MAX) this.#altered.push({ number, what })
  }
}

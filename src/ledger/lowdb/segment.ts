// One file of frames. Its first frame says what it is: which ledger, which number, which key, and the chain it goes on
// from. Bytes are only ever added at the end. It stays open while it is part of the ledger, and while somebody reads.

import { z } from 'zod'
import { decodeFrame, encodeFrame, nextChain, type Mark } from './frame.ts'
import { damaged, partMissing } from '../faults.ts'
import type { Sealer } from '../seal.ts'
import { ifThere, type OpenFile } from './files.ts'
import type { Home } from './home.ts'
import { parsedJson } from '../json.ts'

export const SegmentHead = z.object({
  kind: z.enum(['journal', 'snapshot', 'history']),
  number: z.int(),
  ledger: z.string(),
  /** Null: not sealed. */
  key: z.string().nullable(),
  /** The chain before its first frame. */
  after: z.string().transform((hex): Buffer => Buffer.from(hex, 'hex')),
  /** Of a history: the number of its first event. */
  first: z.int(),
})
export type SegmentHead = z.infer<typeof SegmentHead>

/** A head is a few hundred bytes; more than this is not one. */
const HEAD_BYTES_MAX = 4096

export const markOf = (kind: SegmentHead['kind']): Mark => (kind === 'history' ? 'history' : 'journal')

export class Segment {
  readonly name: string
  readonly head: SegmentHead
  readonly sealer: Sealer | null
  /** Where its first frame after the head begins. */
  readonly from: number
  /** Up to here it is known to be whole. */
  bytes: number
  /** What of it is still alive, in bytes, roughly: the rest is worth clearing away. */
  live = 0
  readonly #file: OpenFile
  #holds = 1

  constructor(name: string, head: SegmentHead, parts: { sealer: Sealer | null; from: number; file: OpenFile }) {
    this.name = name
    this.head = head
    this.sealer = parts.sealer
    this.from = parts.from
    this.bytes = parts.from
    this.#file = parts.file
  }

  /** On disk when it returns, but for its name: the caller makes the directory durable. */
  static async create(home: Home, name: string, head: SegmentHead): Promise<Segment> {
    const body = Buffer.from(JSON.stringify({ ...head, after: head.after.toString('hex') }))
    const { bytes } = encodeFrame({ mark: markOf(head.kind), chained: [body], previous: head.after })
    const file = await home.files.open(`${home.directory}/${name}`, 'replace')
    try {
      await file.write(bytes, 0)
      await file.sync()
    } catch (error) {
      await file.close()
      await home.files.remove(`${home.directory}/${name}`).catch(() => undefined)
      throw error
    }
    return new Segment(name, head, { sealer: home.keys.of(head.key), from: bytes.length, file })
  }

  static async open(home: Home, name: string, expected: { kind: SegmentHead['kind']; ledger: string }) {
    const { files, directory, keys, readOnly = false } = home
    const file = await ifThere(files.open(`${directory}/${name}`, readOnly ? 'read' : 'change'))
    if (file === undefined) throw partMissing(directory, name, 'is not there')
    try {
      const read = await readHead(file, markOf(expected.kind))
      if (read === 'empty') throw partMissing(directory, name, 'is empty')
      if (read === undefined) throw damaged(directory, name, 'does not begin as it was written')
      if (read.head.ledger !== expected.ledger || read.head.kind !== expected.kind)
        throw damaged(directory, name, 'belongs to another ledger')
      return new Segment(name, read.head, { sealer: keys.of(read.head.key), from: read.size, file })
    } catch (error) {
      await file.close()
      throw error
    }
  }

  get file(): OpenFile {
    return this.#file
  }

  async append(bytes: Buffer): Promise<void> {
    await this.#file.write(bytes, this.bytes)
    this.bytes += bytes.length
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }

  /** Where this fails nobody will use the file, so it is closed. */
  async during<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      await this.release()
      throw error
    }
  }

  /** Keeps it readable until `release`, even when the ledger is done with it. */
  hold(): void {
    this.#holds += 1
  }

  /** The last one out closes the file. */
  async release(): Promise<void> {
    this.#holds -= 1
    if (this.#holds === 0) await this.#file.close()
  }
}

/** The head of a file, undefined where there is no whole one. */
export async function readHead(file: OpenFile, mark: Mark) {
  const bytes = Buffer.alloc(HEAD_BYTES_MAX)
  const read = await file.read(bytes, 0)
  if (read === 0) return 'empty'
  const found = decodeFrame(bytes.subarray(0, read), 0, mark)
  if (found.is !== 'frame') return undefined
  const head = SegmentHead.safeParse(parsedJson(found.frame.body))
  if (!head.success || !nextChain(head.data.after, [found.frame.chained]).equals(found.frame.chain)) return undefined
  return { head: head.data, size: found.frame.size }
}

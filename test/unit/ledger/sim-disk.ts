// A disk made of memory, for the things a real one does too rarely: it fills up, it fails, it stops in the middle of a
// write, and when the power goes it keeps any part of what was not flushed. Names are lost like bytes are: a file that
// was created or renamed is only there for certain once its directory was flushed.

import type { Files, OpenFile } from '#ledger/lowdb/files'

const SECTOR = 512

export type Operation =
  'open' | 'read' | 'write' | 'truncate' | 'sync' | 'rename' | 'remove' | 'sync-directory' | 'list'

export class DiskFault extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly length: number }

interface SimFile {
  /** As the process sees it. */
  content: Buffer
  /** As the platters hold it for certain. */
  durable: Buffer
  /** What was done since. */
  pending: Change[]
}

/** Is the n-th of so many changes that were not flushed on the disk after all? */
export type Survives = (n: number, of: number) => boolean
export const nothing: Survives = () => false
export const onlyTheLast: Survives = (n, of) => n === of - 1
export const allButTheFirst: Survives = (n) => n > 0
export function some(seed: number, share: number): Survives {
  const random = numbers(seed)
  return () => random() < share
}

type NameChange = { readonly path: string; readonly file: SimFile | null; readonly from?: string }

export class SimDisk implements Files {
  readonly #names = new Map<string, SimFile>()
  readonly #durableNames = new Map<string, SimFile>()
  #pendingNames: NameChange[] = []
  readonly #locks = new Set<string>()
  /** Counts what changes something. */
  operations = 0
  /** The power goes in the middle of this operation. */
  stopAt = Number.POSITIVE_INFINITY
  /** Decides whether an operation fails, and how. */
  breaks: (operation: Operation, path: string) => string | undefined = () => undefined
  network = false
  /** A write, or a flush, that takes its time: others come in between. */
  slow = false
  /** Files that somebody has open. */
  openFiles = 0
  readonly #random: () => number

  constructor(seed = 1) {
    this.#random = numbers(seed)
  }

  async prepare(): Promise<void> {
    this.#step('list', '')
  }

  async list(directory: string): Promise<readonly string[]> {
    this.#step('list', directory)
    return this.paths()
      .filter((path) => path.startsWith(`${directory}/`))
      .map((path) => path.slice(directory.length + 1).split('/')[0] ?? '')
  }

  async open(path: string, how: 'new' | 'replace' | 'change' | 'read'): Promise<OpenFile> {
    this.#step('open', path)
    const there = this.#names.get(path)
    if (how === 'new' && there) throw new DiskFault('EEXIST')
    if ((how === 'change' || how === 'read') && !there) throw new DiskFault('ENOENT')
    const file = there ?? { content: Buffer.alloc(0), durable: Buffer.alloc(0), pending: [] }
    if (how === 'replace' && there) this.#change(file, { length: 0 })
    if (!there) this.#name({ path, file })
    this.openFiles += 1
    return this.#opened(path, file)
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step('rename', to)
    const file = this.#names.get(from)
    if (!file) throw new DiskFault('ENOENT')
    this.#name({ path: to, file, from })
  }

  async remove(path: string): Promise<void> {
    this.#step('remove', path)
    if (this.#names.has(path)) this.#name({ path, file: null })
  }

  async syncDirectory(directory: string): Promise<void> {
    this.#step('sync-directory', directory)
    for (const change of this.#pendingNames) apply(this.#durableNames, change)
    this.#pendingNames = []
  }

  async isNetwork(): Promise<boolean> {
    return this.network
  }

  async lock(path: string) {
    if (this.#locks.has(path)) return null
    this.#locks.add(path)
    return { release: async () => void this.#locks.delete(path) }
  }

  // ── the hand of the tester ──

  paths(): string[] {
    return [...this.#names.keys()].toSorted()
  }

  bytesOf(path: string): Buffer {
    return Buffer.from(this.#file(path).content)
  }

  put(path: string, bytes: Buffer): void {
    const kept = Buffer.from(bytes)
    const file = { content: kept, durable: kept, pending: [] }
    this.#names.set(path, file)
    this.#durableNames.set(path, file)
  }

  /** Under the hands of whoever has it open. */
  alter(path: string, byte: number): void {
    const { content } = this.#file(path)
    content[byte] = (content[byte] ?? 0) ^ 1
  }

  overwrite(path: string, bytes: Buffer): void {
    this.#file(path).content = Buffer.from(bytes)
  }

  delete(path: string): void {
    this.#names.delete(path)
    this.#durableNames.delete(path)
  }

  /** The process is gone, the machine goes on: every write that was made is there. */
  afterKill(): SimDisk {
    const next = new SimDisk()
    for (const [path, { content }] of this.#names) next.put(path, content)
    return next
  }

  /** The machine is gone: of what was not flushed, only some names and sectors were written. */
  afterPowerLoss(survives: Survives): SimDisk {
    const names = new Map(this.#durableNames)
    this.#pendingNames.forEach((change, n) => {
      if (survives(n, this.#pendingNames.length)) apply(names, change)
    })
    const next = new SimDisk()
    for (const [path, file] of names) next.put(path, remaining(file, survives))
    return next
  }

  #opened(path: string, file: SimFile): OpenFile {
    let isOpen = true
    const assertOpen = (): void => {
      if (!isOpen) throw new DiskFault('EBADF')
    }
    return {
      size: async () => {
        assertOpen()
        return file.content.length
      },
      read: async (into, position) => {
        assertOpen()
        this.#step('read', path)
        return file.content.copy(into, 0, position)
      },
      write: async (bytes, position) => {
        await this.#turn()
        assertOpen()
        const torn = this.operations + 1 >= this.stopAt ? Math.floor(this.#random() * bytes.length) : bytes.length
        if (torn < bytes.length) this.#change(file, { at: position, bytes: Buffer.from(bytes.subarray(0, torn)) })
        this.#step('write', path)
        this.#change(file, { at: position, bytes: Buffer.from(bytes) })
      },
      truncate: async (length) => {
        assertOpen()
        this.#step('truncate', path)
        this.#change(file, { length })
      },
      sync: async () => {
        await this.#turn()
        assertOpen()
        this.#step('sync', path)
        file.durable = Buffer.from(file.content)
        file.pending = []
      },
      close: async () => {
        assertOpen()
        isOpen = false
        this.openFiles -= 1
      },
    }
  }

  async #turn(): Promise<void> {
    if (this.slow) for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  #step(operation: Operation, path: string): void {
    if (operation !== 'read' && operation !== 'list') this.operations += 1
    if (this.operations >= this.stopAt) throw new DiskFault('EPOWER')
    const code = this.breaks(operation, path)
    if (code !== undefined) throw new DiskFault(code)
  }

  #change(file: SimFile, change: Change): void {
    file.content = changed(file.content, change)
    file.pending.push(change)
  }

  #name(change: NameChange): void {
    apply(this.#names, change)
    this.#pendingNames.push(change)
  }

  #file(path: string): SimFile {
    const file = this.#names.get(path)
    if (!file) throw new Error(`no ${path} on the disk`)
    return file
  }
}

function apply(names: Map<string, SimFile>, { path, file, from }: NameChange): void {
  if (from !== undefined) names.delete(from)
  if (file) names.set(path, file)
  else names.delete(path)
}

function changed(content: Buffer, change: Change): Buffer {
  if ('length' in change) return Buffer.concat([content.subarray(0, change.length)], change.length)
  const grown = Buffer.concat([content], Math.max(content.length, change.at + change.bytes.length))
  change.bytes.copy(grown, change.at)
  return grown
}

function remaining({ durable, pending }: SimFile, survives: Survives): Buffer {
  // A new size may be there without its bytes: then zeros are read.
  const parts = pending.flatMap((change): Change[] =>
    'length' in change
      ? [change]
      : [{ at: change.at + change.bytes.length, bytes: Buffer.alloc(0) }, ...sectors(change)],
  )
  return parts.filter((_, n) => survives(n, parts.length)).reduce(changed, durable)
}

function sectors({ at, bytes }: { readonly at: number; readonly bytes: Buffer }) {
  const pieces: { at: number; bytes: Buffer }[] = []
  let from = 0
  while (from < bytes.length) {
    const to = Math.min(bytes.length, from + SECTOR - ((at + from) % SECTOR))
    pieces.push({ at: at + from, bytes: bytes.subarray(from, to) })
    from = to
  }
  return pieces
}

/** The same numbers for the same seed. */
export function numbers(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 1 | state) + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 14), 61 | state)
    return ((mixed ^ (mixed >>> 12)) >>> 0) / 4_294_967_296
  }
}

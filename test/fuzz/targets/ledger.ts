// The files of a ledger as a disk may give them back: one of them is replaced by what the input says. A checksum would
// keep nearly every input out, so half of them have their checksums mended: what is behind them must hold by itself.
//
//     file 1 | mended? 1 | the file …

import { crc32 } from 'node:zlib'
import { FRAME_OVERHEAD, HEADER_BYTES, marks, nextChain } from '#ledger/lowdb/frame'
import type { EmbeddedLedger } from '#ledger'
import { putLink, sampleEvent, sampleLink, waitingUntil, minute } from '#testkit/ledger-samples'
import { SimDisk } from '../../unit/ledger/sim-disk.ts'
import { everythingIn, fact, HOME, openOn } from '../../unit/ledger/store.ts'
import { answered, type Target } from '../target.ts'

const sizes = { journalBytes: 900, historyEvents: 3, historyBytes: 900, snapshotFrameBytes: 300 }

/** A small ledger that has a snapshot, a full journal, a growing one, and the same of history. */
async function made(): Promise<SimDisk> {
  const disk = new SimDisk()
  const ledger = await openOn(disk, { sizes })
  for (let n = 0; n < 6; n += 1) {
    const link = sampleLink(n, n % 2 === 0 ? {} : { waiting: [waitingUntil(minute(n))] })
    await ledger.commit([putLink(link), fact(`f${n}`, n)], [sampleEvent(n)])
    if (n === 2) await ledger.compact()
  }
  await ledger.close()
  return disk
}

let prepared: Promise<SimDisk> | undefined
const prepare = async (): Promise<SimDisk> => await (prepared ??= made())

export const target: Target = {
  name: 'ledger',
  covers: ['src/ledger'],
  seeds: async () => {
    const disk = await prepare()
    return disk
      .paths()
      .flatMap((path, file) => [0, 1].map((mended) => Buffer.concat([Buffer.from([file, mended]), disk.bytesOf(path)])))
  },
  bytesMax: 6_000,
  burst: 80,
  run: async (input) => {
    const disk = (await prepare()).afterKill()
    const paths = disk.paths()
    const path = paths[(input[0] ?? 0) % paths.length] ?? ''
    const content = input.subarray(2)
    disk.put(path, (input[1] ?? 0) % 2 === 1 ? mended(disk, path, content) : content)
    return await used(disk)
  },
}

/** Opened, read to the last event, written to, closed, and opened once more. */
async function used(disk: SimDisk): Promise<number> {
  let ledger: EmbeddedLedger
  try {
    ledger = await openOn(disk, { sizes })
  } catch (error) {
    if (disk.openFiles !== 0) throw new Error('files are left open', { cause: error })
    return answered(error)
  }
  if (ledger.opened.fresh) throw new Error('what is damaged is taken for new')
  let size = 0
  try {
    size += (await everythingIn(ledger)).length
    size += JSON.stringify(await ledger.verifyHistory()).length
    await ledger.commit([fact('new', 7)], [sampleEvent(9)])
    const kept = await ledger.get('fact', 'new')
    if (JSON.stringify(kept) !== '{"n":7}') throw new Error('what was written is not there')
  } catch (error) {
    size += answered(error)
  }
  const isWell = ledger.failure === null
  await ledger.close().catch(answered)
  if (isWell) await openOn(disk, { sizes }).then(async (again) => await again.close(), answered)
  if (disk.openFiles !== 0) throw new Error('files are left open')
  return size
}

// ── checksums ────────────────────────────────────────────────────────────────────────────────────────────────

function mended(disk: SimDisk, path: string, content: Buffer): Buffer {
  if (path.endsWith('manifest.json')) return manifestOf(content.toString('latin1').split('\n')[0] ?? '')
  const mark =
    path.includes('/journal') || path.includes('/snapshot')
      ? marks.journal
      : path.endsWith('.index')
        ? null
        : marks.history
  if (mark === null) return content
  const { bytes, chain } = framesOf(content, mark)
  entered(disk, path, { bytes: bytes.length, chain: chain.toString('hex') })
  return bytes
}

const manifestOf = (text: string): Buffer =>
  Buffer.from(`${text}\n${crc32(Buffer.from(text, 'latin1')).toString(16).padStart(8, '0')}\n`, 'latin1')

/** The pieces between the marks, each a whole frame that goes on from the one before. */
function framesOf(content: Buffer, mark: Buffer) {
  let chain = Buffer.from(/"after":"([0-9a-f]{64})"/.exec(content.toString('latin1'))?.[1] ?? '', 'hex')
  const pieces: Buffer[] = []
  for (let at = content.indexOf(mark); at !== -1;) {
    const next = content.indexOf(mark, at + 1)
    const piece = content.subarray(at, next === -1 ? content.length : next)
    at = next
    if (piece.length < FRAME_OVERHEAD) continue
    const body = piece.subarray(HEADER_BYTES, piece.length - (FRAME_OVERHEAD - HEADER_BYTES))
    const isHistory = mark === marks.history && pieces.length > 0
    const chainedLength = isHistory ? Math.min(piece.readUInt32LE(8), body.length) : body.length
    chain = Buffer.from(nextChain(chain, [body.subarray(0, chainedLength)]))
    pieces.push(frameOf(piece, body, { chainedLength, chain }))
  }
  return { bytes: Buffer.concat(pieces), chain }
}

function frameOf(
  piece: Buffer,
  body: Buffer,
  { chainedLength, chain }: { chainedLength: number; chain: Buffer },
): Buffer {
  const header = Buffer.from(piece.subarray(0, HEADER_BYTES))
  header.writeUInt32LE(body.length, 4)
  header.writeUInt32LE(chainedLength, 8)
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16)
  const end = Buffer.alloc(8)
  end.writeUInt32LE(crc32(Buffer.concat([body, chain])))
  end.write('end.', 4, 'latin1')
  return Buffer.concat([header, body, chain, end])
}

/** The manifest says how long each file is, and where its chain ends. */
function entered(disk: SimDisk, path: string, now: { readonly bytes: number; readonly chain: string }): void {
  const file = `${HOME}/manifest.json`
  const manifest = JSON.parse(disk.bytesOf(file).toString('latin1').split('\n')[0] ?? '') as {
    snapshot: { number: number } | null
    journal: { closed: { number: number }[]; active: { number: number } }
    history: { closed: { number: number }[] }
  }
  const number = Number(/-(\d{6})/.exec(path)?.[1])
  const { snapshot, journal, history } = manifest
  const named = path.includes('/snapshot')
    ? [snapshot]
    : path.includes('/journal')
      ? [...journal.closed, journal.active]
      : history.closed
  const one = named.find((part) => part?.number === number)
  if (one) Object.assign(one, now)
  disk.put(file, manifestOf(JSON.stringify(manifest)))
}

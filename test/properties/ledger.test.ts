// What is stored: sealed for its own key and place only, in frames of which any beginning of a file reads as a beginning
// of its records (I23, I42).

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeFrame, encodeFrame, type Mark } from '#ledger/lowdb/frame'
import { scanFrames } from '#ledger/lowdb/scan'
import { encodeEvent, readEvent } from '#ledger/lowdb/event-frame'
import { createSealer, parseSealKey } from '#ledger/seal'
import { openSealed, parseKey, sealText } from '#platform/vault/seal'
import { isSyncError } from '#core/errors'
import { minute, sampleEvent } from '#testkit/ledger-samples'
import { runs } from '../support/runs.ts'
import { SimDisk } from '../unit/ledger/sim-disk.ts'

const bytes = (size: { readonly minLength?: number; readonly maxLength: number }) =>
  fc.uint8Array(size).map((array) => Buffer.from(array))
const key = bytes({ minLength: 32, maxLength: 32 })
const chainStart = Buffer.alloc(32, 7)

describe('a seal', () => {
  test('opens with its own key, at its own place, and with no other', () => {
    fc.assert(
      fc.property(
        key,
        key,
        bytes({ maxLength: 200 }),
        fc.tuple(bytes({ maxLength: 20 }), bytes({ maxLength: 20 })),
        (one, other, plain, [here, there]) => {
          const sealed = createSealer(one).seal(plain, here)
          expect(createSealer(one).open(sealed, here)).toEqual(plain)
          if (!one.equals(other)) expect(createSealer(other).open(sealed, here)).toBeUndefined()
          if (!here.equals(there)) expect(createSealer(one).open(sealed, there)).toBeUndefined()
        },
      ),
      runs(500),
    )
  })
  test('opens any bytes to nothing, and never throws', () => {
    fc.assert(
      fc.property(key, bytes({ maxLength: 120 }), (one, any) => {
        expect(createSealer(one).open(any, chainStart)).toBeUndefined()
      }),
      runs(1_000),
    )
  })
  test('has a key that reads the same however it is written', () => {
    fc.assert(
      fc.property(key, fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const), (one, how) => {
        expect(Buffer.from(parseSealKey(one.toString(how)))).toEqual(one)
      }),
      runs(500),
    )
  })
  test('of the vault opens with its key and under its name, and with no other', () => {
    const opened = (open: () => string): string | null => {
      try {
        return open()
      } catch (error) {
        if (isSyncError(error)) return null
        throw error
      }
    }
    fc.assert(
      fc.property(key, key, fc.string({ unit: 'binary', maxLength: 60 }), (one, other, text) => {
        const secret = text.toWellFormed()
        const mine = parseKey(one.toString('base64'))
        const sealed = sealText(secret, mine, 'token')
        expect(openSealed(sealed, mine, 'token')).toBe(secret)
        expect(opened(() => openSealed(sealed, mine, 'other'))).toBeNull()
        if (!one.equals(other))
          expect(opened(() => openSealed(sealed, parseKey(other.toString('base64')), 'token'))).toBeNull()
      }),
      runs(15),
    )
  })
})

async function bodiesIn(content: Buffer, mark: Mark): Promise<readonly string[]> {
  const disk = new SimDisk()
  disk.put('/f', content)
  const file = await disk.open('/f', 'read')
  const seen: string[] = []
  await scanFrames(file, { mark, from: 0, to: content.length, chain: chainStart }, ({ body }) => {
    seen.push(body.toString('hex'))
  })
  await file.close()
  return seen
}

function fileOf(bodies: readonly Buffer[], mark: Mark): { readonly content: Buffer; readonly ends: readonly number[] } {
  let previous: Buffer = chainStart
  const frames = bodies.map((body) => {
    const frame = encodeFrame({ mark, chained: [body], previous })
    previous = frame.chain
    return frame.bytes
  })
  let end = 0
  return { content: Buffer.concat(frames), ends: frames.map(({ length }) => (end += length)) }
}

describe('a file of frames', () => {
  const bodies = fc.array(bytes({ maxLength: 80 }), { minLength: 1, maxLength: 8 })
  test('cut anywhere reads as its records up to there', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.double({ min: 0, max: 1, noNaN: true }), async (all, share) => {
        const { content, ends } = fileOf(all, 'journal')
        const cut = Math.floor(content.length * share)
        const whole = all.slice(0, ends.filter((end) => end <= cut).length).map((body) => body.toString('hex'))
        expect(await bodiesIn(content.subarray(0, cut), 'journal')).toEqual(whole)
      }),
      runs(500),
    )
  })
  test('with one byte changed reads as a beginning of its records', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), async (all, at, change) => {
        const { content, ends } = fileOf(all, 'journal')
        const place = at % content.length
        content[place] = (content[place] ?? 0) ^ change
        const whole = all.slice(0, ends.filter((end) => end <= place).length).map((body) => body.toString('hex'))
        expect(await bodiesIn(content, 'journal')).toEqual(whole)
      }),
      runs(500),
    )
  })
  test('whose frames stand in another order reads no further than where they do', async () => {
    const distinct = fc.uniqueArray(bytes({ minLength: 1, maxLength: 20 }), {
      minLength: 2,
      maxLength: 6,
      selector: (body) => body.toString('hex'),
    })
    await fc.assert(
      fc.asyncProperty(distinct, fc.nat(), async (all, at) => {
        const { content, ends } = fileOf(all, 'history')
        const first = at % (all.length - 1)
        const from = ends[first - 1] ?? 0
        const [middle = 0, to = 0] = [ends[first], ends[first + 1]]
        const turned = Buffer.concat([
          content.subarray(0, from),
          content.subarray(middle, to),
          content.subarray(from, middle),
          content.subarray(to),
        ])
        expect(await bodiesIn(turned, 'history')).toHaveLength(first)
      }),
      runs(300),
    )
  })
})

test('an event is read as it was written, sealed or not, and nowhere else', () => {
  const said = fc.dictionary(
    fc.constantFrom('path', 'from', 'to'),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(null)),
  )
  const place = { number: 3, previous: chainStart, tag: 'a'.repeat(16), salt: 'salt' }
  fc.assert(
    fc.property(said, fc.option(key), fc.nat(1_000), (details, sealKey, at) => {
      const sealer = sealKey && createSealer(sealKey)
      const written = encodeEvent(sampleEvent(3, { at: minute(at), details }), place, sealer)
      const found = decodeFrame(written.bytes, 0, 'history')
      if (found.is !== 'frame') throw new Error('no frame')
      expect(readEvent(found.frame, sealer)?.event).toMatchObject({ number: 3, at: minute(at), details })
      const elsewhere = { ...found.frame, chain: Buffer.alloc(32, 1) }
      if (sealer) expect(readEvent(elsewhere, sealer)).toBeUndefined()
    }),
    runs(300),
  )
})

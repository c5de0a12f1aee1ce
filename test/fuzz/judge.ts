// What no input may bring about, whatever the target: an error that is not one of ours, a long wait, an answer without
// end, a changed prototype (I46).

import { isSyncError } from '#core/errors'
import type { Target } from './target.ts'

/** Milliseconds for each KiB, begun ones counted whole. */
const msPerKiB = 50
/** Of what comes out: this much anyway, and so much for each byte that went in. */
const outputFree = 256 * 1024
const outputPerByte = 100

export interface Verdict {
  /** Null when nothing was. */
  readonly wrong: string | null
  /** How many times longer than it may take; at most 1 when all is well. */
  readonly slowness: number
}

/**
 * A cold start or a collection of garbage is no fault of the input's: what is slow must be slow every time, `tries`
 * times. While coverage is watched V8 runs slowly anyway, so a suspect is judged again without.
 */
export async function judge(target: Target, input: Buffer, tries = 5): Promise<Verdict> {
  const msMax = msPerKiB * Math.max(1, Math.ceil(input.length / 1024))
  const { wrong, ms: first } = await tried(target, input)
  let ms = first
  for (let again = 1; again < tries && ms > msMax; again += 1) ms = Math.min(ms, (await tried(target, input)).ms)
  return { wrong, slowness: ms / msMax }
}

interface Tried {
  readonly wrong: string | null
  /** Of the processor, so that what else the machine does is not counted. */
  readonly ms: number
}

async function tried(target: Target, input: Buffer): Promise<Tried> {
  const began = process.threadCpuUsage()
  let wrong: string | null
  try {
    const size = await target.run(input)
    const sizeMax = outputFree + outputPerByte * input.length
    wrong = size > sizeMax ? `much: ${size} characters from ${input.length} bytes` : null
  } catch (error) {
    wrong = describe(error)
  }
  const { user, system } = process.threadCpuUsage(began)
  return { wrong: wrong ?? strangePrototype(), ms: (user + system) / 1_000 }
}

/** Enough to tell one fault from another: the message, and where in our own code. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `threw: ${String(error)}`
  const cause = isSyncError(error) && error.cause instanceof Error ? error.cause : error
  const where = (cause.stack ?? '').split('\n').find((line) => /\/(?:src|connectors|test)\//.test(line)) ?? ''
  const place = /((?:src|connectors|test)\/[^):]+):(\d+)/.exec(where)
  const code = isSyncError(error) ? ` ${error.code}` : ''
  return `threw ${error.name}${code}: ${cause.message.slice(0, 200)}${place ? ` (${place[1]}:${place[2]})` : ''}`
}

const guarded = [Object, Array, Function, String, Number, Map, Set, Promise, RegExp].map(({ prototype }) => prototype)
const namesIn = (prototype: object): string => Reflect.ownKeys(prototype).map(String).join()
const asTheyWere = guarded.map(namesIn)

function strangePrototype(): string | null {
  const at = guarded.findIndex((prototype, index) => namesIn(prototype) !== asTheyWere[index])
  return at === -1 ? null : `changed the prototype of ${String(guarded[at]?.constructor.name)}`
}

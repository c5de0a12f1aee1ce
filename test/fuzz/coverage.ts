// Which blocks of the project's own code ran, asked of V8 through the inspector. Modules must be imported after this was
// started: V8 counts blocks only in what it compiles from then on.

import { type Profiler, Session } from 'node:inspector'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

export interface Coverage {
  /** Did anything run since the last question that is not noted yet? */
  isNews(): boolean
  /** Notes what ran since the last question, and tells how much of it was new. */
  note(): number
  /** How many blocks are noted. */
  readonly blocks: number
  /** From now on only these count. */
  narrow(covers: readonly string[]): void
  /** As if nothing had run yet. */
  forget(): void
  stop(): void
}

export const root = join(import.meta.dirname, '..', '..')

export function watchCoverage(covers: readonly string[]): Coverage {
  let wanted = addressesOf(covers)
  const session = new Session()
  session.connect()
  post(session, 'Profiler.enable')
  // With counts, which V8 begins anew at each question; without, it tells some blocks only once.
  post(session, 'Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const known = new Map<string, Ran>()
  let blocks = 0
  const look = (isNoted: boolean): number => {
    let found = 0
    for (const { url, scriptId, functions } of taken(session)) {
      if (url.includes('/simulator/') || !wanted.some((start) => url.startsWith(start))) continue
      for (const { ranges } of functions) found += fresh(known, { script: scriptId, ranges, isNoted })
    }
    return found
  }
  return {
    isNews: () => look(false) > 0,
    note: () => {
      const found = look(true)
      blocks += found
      return found
    },
    get blocks() {
      return blocks
    },
    narrow: (covers) => {
      wanted = addressesOf(covers)
    },
    forget: () => {
      known.clear()
      blocks = 0
      taken(session)
    },
    stop: () => {
      post(session, 'Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}

/** As a path and as a URL: who loads a module decides which of the two V8 is told. */
function addressesOf(covers: readonly string[]): readonly string[] {
  const paths = covers.map((path) => join(root, path))
  return [...paths, ...paths.map((path) => pathToFileURL(path).href)]
}

/** One function: which of its characters have run, and which shapes of a report were seen already. */
interface Ran {
  readonly shapes: Set<string>
  readonly characters: Uint8Array
}

interface Report {
  readonly script: string
  /** Nested, outer ones first; a range that is not told ran as often as the one around it. */
  readonly ranges: readonly Profiler.CoverageRange[]
  readonly isNoted: boolean
}

/** How many pieces of a function ran for the first time. */
function fresh(known: Map<string, Ran>, { script, ranges, isNoted }: Report): number {
  const [whole] = ranges
  if (!whole || whole.count === 0) return 0
  const { startOffset: start, endOffset: end } = whole
  const key = `${script}:${start}:${end}`
  const ran = known.get(key) ?? { shapes: new Set(), characters: new Uint8Array(end - start) }
  const shape = ranges.map(({ startOffset, endOffset, count }) => `${startOffset}-${endOffset}:${count > 0}`).join()
  if (ran.shapes.has(shape)) return 0
  const now = new Uint8Array(end - start)
  for (const { startOffset, endOffset, count } of ranges)
    now.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start)
  const pieces = piecesIn(now, ran.characters)
  if (!isNoted) return pieces
  known.set(key, ran)
  ran.shapes.add(shape)
  now.forEach((isCovered, at) => (ran.characters[at] ||= isCovered))
  return pieces
}

function piecesIn(now: Uint8Array, known: Uint8Array): number {
  let pieces = 0
  let inside = false
  for (let at = 0; at < now.length; at += 1) {
    const isNew = now[at] === 1 && known[at] === 0
    if (isNew && !inside) pieces += 1
    inside = isNew
  }
  return pieces
}

const taken = (session: Session): readonly Profiler.ScriptCoverage[] =>
  (post(session, 'Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType).result

/** The inspector of one's own thread answers before it returns. */
function post(session: Session, method: string, params?: object): object | undefined {
  let answer: object | undefined
  session.post(method, params, (error: Error | null, result?: object) => {
    if (error) throw error
    answer = result
  })
  return answer
}

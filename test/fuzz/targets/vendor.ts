// A connector's session that is told anything: what it reads, finds and writes comes of answers from the input. What a
// vendor says of itself (its version, its fields) comes from the pretended vendor, so that an input can stay small; only
// the look at the vendor before anything else, `probe`, is told that from the input too, with its lists cut short.

import { z } from 'zod'
import { openLog } from '#platform/log'
import { openSecrets } from '#platform/secrets'
import { memoryVault } from '#platform/vault'
import {
  type Cursor,
  type Host,
  type Http,
  type HttpAnswer,
  type HttpRequest,
  type Page,
  parseJson,
  type Question,
  type Session,
  type Shape,
  type Simulator,
  type Write,
} from '#spi'
import { handClock, seededRandom } from '../../support/host.ts'
import { handled } from '../../support/in-process.ts'
import { answered, type Target } from '../target.ts'
import { readAnswers, scripted, writeAnswers } from './answers.ts'

export const baseUrl = 'http://127.0.0.1:9'
const signal = new AbortController().signal
/** A list that goes on for ever is cut by whoever reads it. */
const pagesMax = 50

export interface VendorParts {
  readonly name: string
  readonly covers: readonly string[]
  readonly pretend: () => Simulator
  readonly open: (host: Host) => Promise<Session>
  readonly env?: Readonly<Record<string, string>>
  /** What the pretended vendor answers, whatever the input says: by the path, or by one in a batch. Null: nothing. */
  readonly standing: RegExp | null
  readonly shapes: readonly Shape[]
  readonly questions: readonly Question[]
  readonly writes: readonly Write[]
  readonly burst: number
}

type Verb = (session: Session, parts: VendorParts) => Promise<number>

const verbs: Readonly<Record<string, Verb>> = {
  changes: async (session, { shapes }) => {
    const first = await pages(session, shapes, null)
    return first.size + (await pages(session, shapes, first.next)).size
  },
  find: async (session, { questions }) => {
    const found = await session.find(questions, signal)
    if (found.length !== questions.length) throw new Error('an answer for each question')
    return JSON.stringify(found).length
  },
  write: async (session, { writes }) => {
    const receipts = await session.write(writes, signal)
    if (receipts.length !== writes.length) throw new Error('a receipt for each write')
    for (const receipt of receipts)
      if (receipt.outcome === 'written' && typeof receipt.id !== 'string') throw new Error('written, and nowhere')
    return JSON.stringify(receipts.map(({ outcome }) => outcome)).length
  },
  probe: async (session, { shapes }) => {
    const probe = await session.probe(
      shapes.map(({ kind }) => kind),
      signal,
    )
    return JSON.stringify(probe).length
  },
}

const isStanding = ({ url, body = '' }: HttpRequest, { standing }: VendorParts): boolean =>
  standing !== null && (standing.test(new URL(url).pathname) || standing.test(body))

const Name = z.enum(['changes', 'find', 'write', 'probe']).catch('changes')

async function pages(session: Session, shapes: readonly Shape[], since: Cursor | null) {
  const seen: Page[] = []
  for await (const page of session.changes(shapes, since, signal)) {
    seen.push(page)
    for (const { id, fields } of page.records)
      if (typeof id !== 'string' || typeof fields !== 'object') throw new Error('a record without an id')
    if (seen.length >= pagesMax) break
  }
  return { size: JSON.stringify(seen).length, next: seen.at(-1)?.next ?? null }
}

export function vendorTarget(parts: VendorParts): Target {
  const { name, covers, burst } = parts
  const vendor = parts.pretend()
  const standing = (request: HttpRequest): Promise<HttpAnswer> | undefined =>
    isStanding(request, parts) ? remembered(vendor, request) : undefined
  const nothingStands = (): undefined => undefined
  return {
    name,
    covers,
    seeds: async () => await Promise.all(Object.keys(verbs).map(async (verb) => await recorded(verb, parts))),
    bytesMax: 40_000,
    burst,
    run: async (input) => {
      const { verb, answers } = readAnswers(input)
      const { host, written } = hostWith(scripted(answers, verb === 'probe' ? nothingStands : standing), parts)
      const session = await parts.open(host)
      try {
        return written() + ((await verbs[Name.parse(verb)]?.(session, parts)) ?? 0)
      } catch (error) {
        return answered(error) + written()
      } finally {
        await session.close()
      }
    },
  }
}

/** What the pretended vendor says to all of it, in order: each verb's decent input. */
async function recorded(verb: string, parts: VendorParts): Promise<Buffer> {
  const vendor = parts.pretend()
  const taken: HttpAnswer[] = []
  const http: Http = {
    send: async (request) => {
      const answer = await handled(vendor, request)
      const said = verb === 'probe' ? { ...answer, body: cutShort(answer.body) } : answer
      if (verb === 'probe' || !isStanding(request, parts)) taken.push(said)
      return said
    },
  }
  const session = await parts.open(hostWith(http, parts).host)
  // What is cut short may be too little; what was said up to there is decent all the same.
  await verbs[verb]?.(session, parts).catch(answered)
  await session.close()
  return writeAnswers(verb, taken)
}

const entriesMax = 3

/** The same JSON, or that of each part, with the last few of each list: of versions, the newest. Answers are no list. */
const cutShort = (body: string): string => body.replaceAll(/^[{[].*$/gm, fewOf)

function fewOf(text: string): string {
  const json = parseJson(text)
  const isList = (name: string, value: unknown): value is readonly unknown[] =>
    Array.isArray(value) && name !== 'compositeResponse'
  const few = (name: string, value: unknown): unknown => (isList(name, value) ? value.slice(-entriesMax) : value)
  return json === undefined ? text : JSON.stringify(json, few)
}

const told = new Map<string, Promise<HttpAnswer>>()

function remembered(vendor: Simulator, request: HttpRequest): Promise<HttpAnswer> {
  const key = `${request.method} ${request.url} ${request.body ?? ''}`
  const known = told.get(key) ?? handled(vendor, request)
  told.set(key, known)
  return known
}

/** Everything a connector sees, of memory; and how much it wrote into the log. */
function hostWith(http: Http, { env = {} }: VendorParts): { readonly host: Host; readonly written: () => number } {
  const clock = handClock()
  let size = 0
  const destination = { write: (line: string) => void (size += line.length) }
  const log = openLog({ clock, level: 'debug', format: 'json', destination })
  const secrets = openSecrets({ clock, env })
  const host: Host = { http, clock, random: seededRandom(1), log, vault: memoryVault(), secrets }
  return { host, written: () => size }
}

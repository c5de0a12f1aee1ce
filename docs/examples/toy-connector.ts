// A whole connector in one file, for docs/writing-a-connector.md: the CRM it speaks to is a card index with five
// requests (toy-vendor.ts). A real one has a file for each part, named in the recipe. It imports the contract and its
// vendor's library, and knows nothing of mappings, merging, retries or the other side.

import { z } from 'zod'
import {
  type Codebook,
  type Connector,
  connectorId,
  CONTRACT,
  cursor,
  type Cursor,
  FixConfig,
  type Host,
  type HttpAnswer,
  type HttpRequest,
  isPointer,
  type Json,
  type JsonObject,
  kind,
  type Kind,
  type KindSchema,
  type LinkKey,
  later,
  NeedsHuman,
  type Page,
  parseInstant,
  parseJson,
  type Probe,
  type Question,
  type Receipt,
  type RecordId,
  recordId,
  RetryLater,
  retryAfterMs,
  SecretRef,
  type Session,
  type Shape,
  stringifyJson,
  type SyncError,
  TransportFault,
  type VendorRecord,
  version,
  type Write,
} from '#spi'

// ── settings.ts ──────────────────────────────────────────────────────────────────────────────────────────────────────

const Settings = z.strictObject({
  url: z.url().describe('Where the card index answers.'),
  key: SecretRef.describe('The key it knows us by.'),
})
type Settings = z.infer<typeof Settings>

// ── codes.ts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const who = 'CRM admin'
const codes: Codebook = {
  'DB-1601': {
    title: 'The card index does not know the key',
    means: 'It answered 401: nothing can be read or written.',
    why: 'The key was withdrawn, or another one is meant.',
    fix: 'Make a new key in the card index and put it where the configuration says.',
    who,
  },
  'DB-1602': {
    title: 'The card index does not answer as it should',
    means: 'It cannot be reached, is busy, or sent something that is not its own language.',
    why: 'An outage, a limit, or a proxy in between.',
    fix: 'Nothing to do: it is tried again.',
    who: 'operations',
  },
  'DB-3601': {
    title: 'The card index refused a card',
    means: 'A value does not fit the card.',
    why: 'A rule of the card index.',
    fix: 'Look at the card and at the mapping’s row.',
    who,
  },
}

// ── faults.ts: the one place where a vendor's fault becomes a remedy ─────────────────────────────────────────────────

function errorFor({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>, host: Host): SyncError {
  const now = host.clock.now()
  const wait = retryAfterMs(headers['retry-after'], now)
  const notBefore = wait === undefined ? undefined : later(now, wait)
  if (status === 401) return new FixConfig('The card index does not know the key.', { code: 'DB-1601', who })
  if (status === 429) return new RetryLater('The card index asks for a pause.', { code: 'DB-1602', notBefore })
  if (status >= 500) return new RetryLater(`The card index failed (${status}).`, { code: 'DB-1602' })
  return new NeedsHuman(`The card index refused a card (${status}).`, { code: 'DB-3601', who })
}

// ── api.ts: one function for each request; every answer is parsed at the door ────────────────────────────────────────

const Fields = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const Stamp = z.string().transform((text) => parseInstant(text) ?? z.NEVER)
const Card = z.object({
  kind: z.string(),
  id: z.string(),
  revision: z.int(),
  changedAt: Stamp,
  gone: z.boolean(),
  fields: Fields,
})
const Cards = z.object({ cards: z.array(Card), last: z.int() })
const Me = z.object({ account: z.string(), index: z.string(), fields: z.record(z.string(), z.array(z.string())) })

type Call = Pick<HttpRequest, 'method' | 'name' | 'writes'> & { readonly path: string; readonly body?: JsonObject }

class Api {
  readonly #settings: Settings
  readonly host: Host

  constructor(settings: Settings, host: Host) {
    this.#settings = settings
    this.host = host
  }

  /** Sends once. A key that was refused is read afresh, because it may have been rotated. */
  async send(call: Call, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await this.#once(call, headers, { fresh: false, signal })
    return answer.status === 401 ? await this.#once(call, headers, { fresh: true, signal }) : answer
  }

  async ask<S extends z.ZodType>(call: Call, shape: S, signal: AbortSignal): Promise<z.infer<S>> {
    const answer = await this.#answered(call, signal)
    if (answer.status !== 200) throw errorFor(answer, this.host)
    const parsed = shape.safeParse(parseJson(answer.body))
    if (parsed.success) return parsed.data
    throw new RetryLater('The card index answered in a way this version does not know.', { code: 'DB-1602' })
  }

  async #answered(call: Call, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return await this.send(call, {}, signal)
    } catch (cause) {
      // Whoever stopped us hears why they did.
      if (signal.aborted) throw signal.reason
      if (!(cause instanceof TransportFault)) throw cause
      throw new RetryLater('The card index cannot be reached.', { code: 'DB-1602', cause })
    }
  }

  async #once(
    { path, body, ...call }: Call,
    headers: Readonly<Record<string, string>>,
    { fresh, signal }: { readonly fresh: boolean; readonly signal: AbortSignal },
  ): Promise<HttpAnswer> {
    const key = await this.host.secrets.read(this.#settings.key, { fresh })
    const all = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers }
    const sent = body === undefined ? {} : { body: stringifyJson(body) }
    const url = new URL(path, this.#settings.url).href
    return await this.host.http.send({ ...call, url, headers: all, accept: 'json', ...sent }, signal)
  }
}

/** Only fields that were asked for. A card without one has it empty; absent would mean that we may not see it. */
const shown = ({ id, revision, changedAt, gone, ...card }: z.infer<typeof Card>, shape: Shape): VendorRecord => ({
  kind: shape.kind,
  id: recordId(id),
  version: version(String(revision)),
  changedAt,
  gone,
  fields: Object.fromEntries(shape.fields.map((name) => [name, name === 'id' ? id : (card.fields[name] ?? null)])),
})

// ── changes.ts: pages and a cursor ───────────────────────────────────────────────────────────────────────────────────

/** More pages than this in one call mean that something runs in a circle. */
const pagesMax = 1_000

async function* changes(api: Api, shapes: readonly Shape[], since: Cursor | null, signal: AbortSignal) {
  let from = Number(since ?? '0')
  for (let number = 0; number < pagesMax; number += 1) {
    const { cards, last } = await api.ask(
      { method: 'GET', path: `/cards?after=${from}`, name: 'cards.changes', writes: false },
      Cards,
      signal,
    )
    const records = cards.flatMap((card) => {
      const shape = shapes.find((one) => one.kind === card.kind)
      return shape ? [shown(card, shape)] : []
    })
    const isLast = cards.length === 0
    from = last
    // A new one only when something is new: an idle look must leave the bookmark as it was.
    yield { records, next: isLast && since !== null && Number(since) === last ? since : cursor(String(last)) } as Page
    if (isLast) return
  }
}

// ── find.ts: many questions, one answer for each, in their order ─────────────────────────────────────────────────────

async function find(api: Api, questions: readonly Question[], signal: AbortSignal) {
  const wanted = questions.map(({ shape, by }) => ({
    kind: shape.kind,
    // The index compares exactly. For other ways of comparing it is asked for all of a kind; the caller compares again.
    where:
      'id' in by
        ? { id: by.id }
        : 'key' in by
          ? { [by.key.field]: by.key.value }
          : Object.fromEntries(by.match.filter((one) => one.compare === 'exact').map((one) => [one.field, one.value])),
  }))
  const answers = await api.ask(
    { method: 'POST', path: '/search', body: { questions: wanted }, name: 'cards.search', writes: false },
    z.array(z.array(Card)).length(questions.length),
    signal,
  )
  return answers.map((cards, index) => cards.map((card) => shown(card, questions[index]?.shape ?? nothing)))
}

const nothing: Shape = { kind: kind('nothing'), fields: [] }

// ── write.ts: one receipt for each write, in their order; tried once ─────────────────────────────────────────────────

async function write(api: Api, batch: readonly Write[], signal: AbortSignal): Promise<readonly Receipt[]> {
  const made = new Map<LinkKey, RecordId>()
  const receipts: Receipt[] = []
  for (const one of batch) {
    const receipt = await writeOne(api, one, made, signal)
    if (one.do === 'create' && 'id' in receipt) made.set(one.key, receipt.id)
    receipts.push(receipt)
  }
  return receipts
}

async function writeOne(api: Api, one: Write, made: ReadonlyMap<LinkKey, RecordId>, signal: AbortSignal) {
  const fields = filled(one, made)
  if (!fields) return refused(new RetryLater('A card it points to was not made.', { code: 'DB-1602', scope: 'record' }))
  try {
    const call: Call =
      one.do === 'create'
        ? { method: 'POST', path: '/cards', body: { kind: one.kind, key: one.key, fields }, ...creating }
        : { method: 'PATCH', path: `/cards/${encodeURIComponent(one.id)}`, body: { fields }, ...updating }
    const guard: Record<string, string> = one.do === 'update' && one.expect ? { 'if-match': one.expect } : {}
    return receiptFor(await api.send(call, guard, signal), one, api.host)
  } catch (cause) {
    if (!(cause instanceof TransportFault)) throw cause
    const error = new RetryLater('The answer of the card index was lost.', { code: 'DB-1602', scope: 'record', cause })
    // Whether the vendor saw the request decides: what may have been written is never guessed at.
    return cause.sent ? ({ outcome: 'unknown', error } as const) : refused(error)
  }
}

const creating = { name: 'cards.create', writes: true } as const
const updating = { name: 'cards.update', writes: true } as const

/** With ids in the place of pointers; null when a record it points to was not made. */
function filled({ fields }: Write, made: ReadonlyMap<LinkKey, RecordId>): JsonObject | null {
  const all: Record<string, Json> = {}
  for (const [name, value] of Object.entries(fields)) {
    const id = isPointer(value) ? made.get(value.$write) : value
    if (id === undefined) return null
    all[name] = id
  }
  return all
}

function receiptFor(answer: HttpAnswer, one: Write, host: Host): Receipt {
  if (answer.status === 412) return { outcome: 'stale' }
  const card = Card.safeParse(parseJson(answer.body))
  const isTaken = answer.status === 409 && one.do === 'create'
  const isRefusal = answer.status < 500 && !(answer.status === 200 || isTaken)
  if (isRefusal) return refused(errorFor(answer, host))
  // It may be written: what cannot be read, or what a gateway said, does not tell. Looking will.
  if (!card.success) return { outcome: 'unknown', error: new RetryLater('Not a card.', { code: 'DB-1602' }) }
  const { id, revision } = card.data
  return { outcome: isTaken ? 'already-there' : 'written', id: recordId(id), version: version(String(revision)) }
}

const refused = (error: SyncError): Receipt => ({ outcome: 'refused', error })

// ── probe.ts: who are we, what may we, what is there ─────────────────────────────────────────────────────────────────

async function probe(api: Api, kinds: readonly Kind[], signal: AbortSignal): Promise<Probe> {
  const me = await api.ask({ method: 'GET', path: '/me', name: 'me', writes: false }, Me, signal)
  return {
    account: me.account,
    organization: me.index,
    label: `a card index called ${me.index}`,
    kinds: kinds.map((one) => schemaOf(one, me.fields[one] ?? [])),
    owners: [],
    currencies: ['EUR'],
    findings: [{ level: 'ok', what: `signed in as ${me.account}` }],
  }
}

const schemaOf = (of: Kind, names: readonly string[]): KindSchema => ({
  kind: of,
  label: of,
  fields: names.map((name) => ({
    name,
    label: name,
    type: name === 'company' ? 'reference' : 'text',
    creatable: name !== 'id',
    updatable: name !== 'id',
    required: false,
    unique: name === 'id' || name === 'referral',
    ...(name === 'company' ? { references: [kind('company')] } : {}),
  })),
  ownedBy: [],
})

// ── index.ts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const connector: Connector<Settings> = {
  id: connectorId('card-index'),
  contract: CONTRACT,
  settings: Settings,
  traits: { writes: 'create-and-update', guard: 'etag', batchMax: 50 },
  target: {
    label: 'the card index',
    record: kind('deal'),
    idField: () => 'id',
    parentField: (of) => (of === 'person' ? 'company' : null),
    contactRole: null,
    finals: {},
  },
  codes,
  origins: ({ url }) => [new URL(url).origin],
  open: async (settings, host): Promise<Session> => {
    const api = new Api(settings, host)
    return await Promise.resolve({
      probe: async (kinds, signal) => await probe(api, kinds, signal),
      changes: (shapes, since, signal) => changes(api, shapes, since, signal),
      find: async (questions, signal) => await find(api, questions, signal),
      write: async (batch, signal) => await write(api, batch, signal),
      close: async () => await Promise.resolve(),
    })
  },
}

// What Salesforce says of an object and its fields, for the account we act as: read at the door, cached for a day,
// looked at again when something does not fit. Hidden fields are simply not there.

import { z } from 'zod'
import type { Host, Kind } from '#spi'
import type { Api } from './api.ts'
import { CallFailure, fix } from './faults.ts'

const text = z.string().nullish()

const PicklistValue = z.object({
  value: z.string(),
  label: text,
  active: z.boolean().default(true),
  validFor: text,
})

// Every property has a default, so that a server that says less is still understood.
const Field = z.object({
  name: z.string(),
  label: text,
  type: z.string().default('string'),
  length: z.number().default(0),
  precision: z.number().default(0),
  digits: z.number().default(0),
  scale: z.number().default(0),
  nillable: z.boolean().default(true),
  createable: z.boolean().default(true),
  updateable: z.boolean().default(true),
  defaultedOnCreate: z.boolean().default(false),
  calculated: z.boolean().default(false),
  autoNumber: z.boolean().default(false),
  externalId: z.boolean().default(false),
  unique: z.boolean().default(false),
  caseSensitive: z.boolean().default(false),
  filterable: z.boolean().default(true),
  restrictedPicklist: z.boolean().default(false),
  controllerName: text,
  picklistValues: z.array(PicklistValue).nullish(),
  referenceTo: z.array(z.string()).nullish(),
  relationshipName: text,
})
export type Field = z.infer<typeof Field>

const RecordType = z.object({
  recordTypeId: z.string(),
  name: z.string(),
  developerName: text,
  active: z.boolean().default(true),
  available: z.boolean().default(true),
  master: z.boolean().default(false),
})
export type RecordType = z.infer<typeof RecordType>

const Described = z.object({
  name: z.string(),
  label: text,
  createable: z.boolean().default(true),
  updateable: z.boolean().default(true),
  fields: z.array(Field),
  recordTypeInfos: z.array(RecordType).nullish(),
})

export interface ObjectFacts {
  readonly name: string
  readonly label: string
  readonly createable: boolean
  readonly updateable: boolean
  readonly fields: ReadonlyMap<string, Field>
  readonly recordTypes: readonly RecordType[]
}

interface Cached {
  readonly facts: ObjectFacts
  readonly at: number
  readonly lastModified: string | undefined
}

const dayMs = 24 * 60 * 60_000
/** What does not fit makes us look again, but a wrong mapping must not make us look all the time. */
const lookAgainMs = 5 * 60_000

export class Objects {
  readonly #api: Api
  readonly #host: Host
  readonly #known = new Map<string, Cached>()
  readonly #asked = new Map<string, Promise<ObjectFacts>>()

  constructor(api: Api, host: Host) {
    this.#api = api
    this.#host = host
  }

  /** Throws a CallFailure with a FixConfig where the object is not there for us. */
  async get(kind: string, signal: AbortSignal): Promise<ObjectFacts> {
    const known = this.#known.get(kind)
    if (known && this.#age(known) < dayMs) return known.facts
    return this.#ask(kind, known, signal)
  }

  /** As it is now, if our knowledge is older than a few minutes. */
  async again(kind: string, signal: AbortSignal, olderThanMs = lookAgainMs): Promise<ObjectFacts> {
    const known = this.#known.get(kind)
    if (known && this.#age(known) < olderThanMs) return known.facts
    return this.#ask(kind, known, signal)
  }

  #age(cached: Cached): number {
    return this.#host.clock.monotonicMs() - cached.at
  }

  /** Callers who ask for the same object at once share the answer. */
  #ask(kind: string, known: Cached | undefined, signal: AbortSignal): Promise<ObjectFacts> {
    const asked = this.#asked.get(kind)
    if (asked) return asked
    const asking = this.#read(kind, known, signal).finally(() => this.#asked.delete(kind))
    this.#asked.set(kind, asking)
    return asking
  }

  async #read(kind: string, known: Cached | undefined, signal: AbortSignal): Promise<ObjectFacts> {
    const headers = known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }
    const path = `/sobjects/${encodeURIComponent(kind)}/describe`
    const answer = await this.#api.send({ method: 'GET', path, headers }, { name: 'describe', writes: false, signal })
    if (answer.status === 304 && known) return this.#keep(kind, known.facts, known.lastModified)
    const read = Described.safeParse(answer.json)
    if (answer.status < 300 && read.success) return this.#keep(kind, factsOf(read.data), answer.lastModified)
    throw new CallFailure(fix(answer.status < 300 ? 'DB-1304' : 'DB-1312', answer.status), 'no')
  }

  #keep(kind: string, facts: ObjectFacts, lastModified: string | undefined): ObjectFacts {
    this.#known.set(kind, { facts, lastModified, at: this.#host.clock.monotonicMs() })
    return facts
  }
}

function factsOf(described: z.infer<typeof Described>): ObjectFacts {
  return {
    name: described.name,
    label: described.label ?? described.name,
    createable: described.createable,
    updateable: described.updateable,
    fields: new Map(described.fields.map((field) => [field.name, field])),
    recordTypes: described.recordTypeInfos ?? [],
  }
}

export const isNumber = (field: Field): boolean => ['int', 'double', 'currency', 'percent', 'long'].includes(field.type)

/**
 * Which of these names can be read: fields of the object, or paths through its references (`Account.Name`). Whatever
 * cannot be seen is left out, because one hidden field would refuse the whole query.
 */
export async function readable(
  objects: Objects,
  kind: Kind | string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const facts = await objects.get(kind, signal)
  const checked = await Promise.all(names.map((name) => isReadable(objects, facts, name, signal)))
  return names.filter((_, index) => checked[index])
}

async function isReadable(objects: Objects, facts: ObjectFacts, name: string, signal: AbortSignal): Promise<boolean> {
  const [head = '', ...rest] = name.split('.')
  if (rest.length === 0) return facts.fields.has(head)
  const link = [...facts.fields.values()].find((field) => field.relationshipName === head)
  const target = link?.referenceTo?.[0]
  if (target === undefined) return false
  return isReadable(objects, await objects.get(target, signal), rest.join('.'), signal)
}

// The card index that toy-connector.ts speaks to, pretended: what a connector's folder `simulator/` holds. It is served
// over real HTTP by the tests, and written from the vendor's documentation, never from our own client.

import {
  type Desk,
  type DeskRecord,
  type Fields,
  type Instant,
  isList,
  isObject,
  type Json,
  type JsonObject,
  kind,
  own,
  parseJson,
  type RecordId,
  recordId,
  type SimulatedAnswer,
  type SimulatedCall,
  type Simulator,
  stringifyJson,
  textOf,
} from '#spi'

interface Card {
  readonly kind: string
  readonly id: RecordId
  readonly key: string
  revision: number
  changedAt: Instant
  gone: boolean
  fields: Fields
}

export const toyKey = 'the key of the card index'
const pageMax = 2
const fields = { deal: ['id', 'referral', 'title', 'stage', 'company'], company: ['id', 'name'] }

export class ToyVendor implements Simulator {
  readonly name = 'card index'
  readonly cards: Card[] = []
  readonly #now: () => Instant
  #revisions = 0

  constructor(now: () => Instant) {
    this.#now = now
  }

  async handle({ method, url, headers, body }: SimulatedCall): Promise<SimulatedAnswer> {
    if (headers['authorization'] !== `Bearer ${toyKey}`) return await Promise.resolve(answer(401, {}))
    const sent = parseJson(body === '' ? '{}' : body)
    const said = isObject(sent) ? sent : {}
    if (url.pathname === '/me') return answer(200, { account: 'dealbridge', index: 'fabrikam', fields })
    if (url.pathname === '/search') return answer(200, this.#search(own(said, 'questions') ?? []))
    if (url.pathname === '/cards' && method === 'GET') return this.#since(Number(url.searchParams.get('after')))
    if (url.pathname === '/cards') return this.#make(said)
    return this.#change(recordId(url.pathname.slice('/cards/'.length)), headers['if-match'], said)
  }

  async tick(): Promise<void> {
    await Promise.resolve()
  }

  readonly desk: Desk = {
    all: (of) => this.cards.filter((card) => card.kind === of && !card.gone).map(onDesk),
    read: (_of, id) => this.cards.filter((card) => card.id === id).map(onDesk)[0],
    add: (of, given) => this.#add(of, '', given).id,
    edit: (_of, id, given) => {
      const card = this.cards.find((one) => one.id === id)
      if (card) this.#touch(card, given)
    },
    remove: (_of, id) => {
      const card = this.cards.find((one) => one.id === id)
      if (card) Object.assign(card, { gone: true, ...this.#mark() })
    },
  }

  #add(of: string, key: string, given: Fields): Card {
    const id = recordId(`${of}-${this.cards.length + 1}`)
    const card: Card = { kind: of, id, key, ...this.#mark(), gone: false, fields: given }
    this.cards.push(card)
    return card
  }

  #touch(card: Card, given: Fields): void {
    Object.assign(card, { fields: { ...card.fields, ...given }, ...this.#mark() })
  }

  #mark(): Pick<Card, 'revision' | 'changedAt'> {
    this.#revisions += 1
    return { revision: this.#revisions, changedAt: this.#now() }
  }

  #since(after: number): SimulatedAnswer {
    const newer = this.cards.filter(({ revision }) => revision > after).toSorted((a, b) => a.revision - b.revision)
    const page = newer.slice(0, pageMax)
    return answer(200, { cards: page.map(seen), last: page.at(-1)?.revision ?? after })
  }

  /** One card for one key: whoever asks a second time is told which one there is. */
  #make(said: JsonObject): SimulatedAnswer {
    const [of, key] = [textOf(own(said, 'kind')), textOf(own(said, 'key'))]
    const given = own(said, 'fields')
    const there = this.cards.find((card) => card.kind === of && card.key === key)
    if (there) return answer(409, seen(there))
    if (!isObject(given) || Object.hasOwn(given, 'id')) return answer(422, {})
    return answer(200, seen(this.#add(of, key, given)))
  }

  #change(id: RecordId, expected: string | undefined, said: JsonObject): SimulatedAnswer {
    const card = this.cards.find((one) => one.id === id)
    const given = own(said, 'fields')
    if (!card || !isObject(given) || Object.hasOwn(given, 'id')) return answer(422, {})
    if (expected !== undefined && expected !== String(card.revision)) return answer(412, {})
    this.#touch(card, given)
    return answer(200, seen(card))
  }

  #search(questions: Json): Json {
    if (!isList(questions)) return []
    return questions.map((question) => {
      const where = isObject(question) ? own(question, 'where') : undefined
      const of = isObject(question) ? own(question, 'kind') : undefined
      const wanted = isObject(where) ? Object.entries(where) : []
      const holds = (card: Card): boolean =>
        wanted.every(([name, value]) => (name === 'id' ? card.id : (card.fields[name] ?? null)) === value)
      return this.cards.filter((card) => card.kind === of && !card.gone && holds(card)).map(seen)
    })
  }
}

const seen = ({ kind: of, id, revision, changedAt, gone, fields: held }: Card): JsonObject => ({
  kind: of,
  id,
  revision,
  changedAt,
  gone,
  fields: held,
})

const onDesk = ({ id, changedAt, fields: held }: Card): DeskRecord => ({ id, changedAt, fields: held })

const answer = (status: number, body: Json): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: stringifyJson(body),
})

export const deal = kind('deal')
export const company = kind('company')

// A pretended vendor: its state and its answers. The sandbox and the tests serve it over real HTTP; it never listens
// by itself. It is written from the vendor's documentation, never from our own client.

import type { Instant } from '#core/model/instant'
import type { Kind, RecordId } from '#core/model/ids'
import type { Fields } from '#core/model/record'

export interface Simulator {
  readonly name: string
  handle(call: SimulatedCall): Promise<SimulatedAnswer>
  /** Lets time-driven things happen (an expiry, a webhook retry) after its clock was turned. */
  tick(): Promise<void>
  /** For stories and checks: what a person would see on the vendor's own screen. */
  readonly desk: Desk
}

export interface SimulatedCall {
  readonly method: string
  /** Path and query, as sent. */
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface SimulatedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The hands of pretended people at the vendor. Fields and kinds are the vendor's own. */
export interface Desk {
  all(kind: Kind): readonly DeskRecord[]
  read(kind: Kind, id: RecordId): DeskRecord | undefined
  add(kind: Kind, fields: Fields): RecordId
  edit(kind: Kind, id: RecordId, fields: Fields): void
  remove(kind: Kind, id: RecordId): void
}

export interface DeskRecord {
  readonly id: RecordId
  readonly changedAt: Instant
  readonly fields: Fields
}

export interface SimulatorOptions {
  /** Its own clock, which the sandbox can turn. */
  readonly now: () => Instant
  readonly random: () => number
  /** Where it is served, for the absolute links in its answers. Known only after the port is. */
  readonly baseUrl: () => string
}

/** What a pretended seller does with a deal, in the CRM's own way, so that stories need no vendor's field names. */
export interface SellersHands {
  /** What the CRM calls the records that referrals are linked to. */
  readonly kind: Kind
  /** How many opportunities there are. */
  count(): number
  /** The opportunity that carries this referral's id. */
  dealOf(referral: RecordId): RecordId | null
  show(deal: RecordId): ShownDeal
  setAmount(deal: RecordId, amount: string): void
  setCloseDate(deal: RecordId, date: string): void
  /** Leaves the stage that says "new": that answers the referral. */
  takeUp(deal: RecordId): void
  win(deal: RecordId): void
  lose(deal: RecordId): void
  decline(deal: RecordId): void
  /** Takes a win or a loss back. */
  reopen(deal: RecordId): void
  /** A mark that moves whenever anyone changes anything. */
  mark(): string
  /** The account it is under, by its id. */
  accountOf(deal: RecordId): RecordId | null
  /** Another account that the same referrals could belong to. */
  doubleAccount(deal: RecordId): void
}

/** What an administrator of the CRM does, on a day when nobody thinks of us. Names are the CRM's own. */
export interface AdminsHands {
  /** A field that sellers fill in for Microsoft gets another name. */
  renameField(): { readonly from: string; readonly to: string }
  /** A stage is taken out of the sales process; deals that are in it keep it. */
  removeStage(): string
}

export interface ShownDeal {
  readonly title: string
  readonly account: string | null
  readonly contact: string | null
  readonly amount: string | null
  readonly closeDate: string | null
  readonly stage: string
  readonly isOpen: boolean
  /** What the seller is told on the record itself. */
  readonly state: string | null
  readonly message: string | null
}

/** What customers, Microsoft's sellers and the other partner do to referrals. */
export interface SourceHands {
  readonly referrals: readonly RecordId[]
  /** `region` decides which mapping takes it. */
  arrive(what: 'lead' | 'callMe' | 'cosell', region: 'Europe' | 'Americas'): RecordId
  /** Another referral of the same customer. */
  another(referral: RecordId): RecordId
  setValue(referral: RecordId, value: string): void
  setClosing(referral: RecordId, date: string): void
  show(referral: RecordId): ShownReferral
  /** A mark that moves whenever anyone changes anything. */
  mark(): string
}

export interface ShownReferral {
  readonly title: string
  /** `Active/Accepted`. */
  readonly status: string
  readonly value: string | null
  readonly closing: string | null
  readonly createdAt: Instant
}

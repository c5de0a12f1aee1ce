// How this pretended Partner Center behaves. The defaults are what the documentation says; where it is silent, each
// knob has a position for either reading.

import type { SimulatorOptions } from '#spi'

export interface Person {
  readonly email: string
  /** An admin sees everything; a user only the referrals whose team they are on. */
  readonly role: 'admin' | 'user'
  /** What they may sign in with from the start. */
  readonly refreshToken?: string
}

export interface Knobs {
  /** `strict`: refuses whatever the documentation does not promise. `generous`: answers what can be understood. */
  readonly mode: 'strict' | 'generous'
  readonly pageSize: number
  /** `odd`: plain http, another path, as the documentation prints it. */
  readonly nextLink: 'plain' | 'odd'
  /** What `@odata.count` counts, where it stands at all. */
  readonly count: 'total' | 'page' | 'absent'
  /** Is Microsoft's copy of an engagement in the plain list, or only in the list of its engagement? */
  readonly copies: 'in their engagement' | 'in every list'
  readonly ifMatch: 'heeded' | 'ignored'
  /** Which status a move that is not possible gets; the documentation does not say. */
  readonly illegalMove: 400 | 409 | 422
  readonly eTagHeader: boolean
  /** Show values as untidy as real ones are. */
  readonly oddities: boolean
  /** Must accepting bring name, value and date, and declining or losing a reason? */
  readonly requirements: boolean
  /** How long a change takes to appear in lists. A single read shows it at once. */
  readonly listLagMs: number
  /** `off`: no token is asked for. */
  readonly auth: 'required' | 'off'
  /** `strict`: a refresh token that was replaced is dead. */
  readonly rotation: 'lenient' | 'strict'
  readonly accessTokenLifeS: number
  readonly tenant: string
  readonly people: readonly Person[]
  readonly clientId: string
  readonly clientSecret: string | null
  readonly organization: { readonly id: string; readonly name: string; readonly mpnId: string }
  /** What Microsoft's seller does with what is put before them, and after how long. */
  readonly seller: SellerScript
  /** Carries a webhook call out and returns the status it was answered with; absent: calls go nowhere. */
  readonly deliver?: (delivery: Delivery) => Promise<number>
  /** What happens to a webhook call on its way. */
  readonly webhookFault?: (delivery: Delivery) => 'lost' | 'twice' | 'late' | undefined
}

export interface Delivery {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly attempt: number
}

export interface SellerAct {
  readonly afterMs: number
  readonly does: 'accept' | 'decline' | 'win' | 'ignore'
}
/** Decides by the deal's name. */
export type SellerScript = (dealName: string) => SellerAct

export type PretendOptions = SimulatorOptions & Partial<Knobs>
export type Setting = SimulatorOptions & Knobs

const hour = 60 * 60 * 1_000

export const documented: Knobs = {
  mode: 'strict',
  pageSize: 100,
  nextLink: 'plain',
  count: 'total',
  copies: 'in their engagement',
  ifMatch: 'heeded',
  illegalMove: 400,
  eTagHeader: true,
  oddities: false,
  requirements: true,
  listLagMs: 0,
  auth: 'required',
  rotation: 'lenient',
  accessTokenLifeS: 3_600,
  tenant: 'fabrikam.example',
  people: [{ email: 'svc-referrals@fabrikam.example', role: 'admin', refreshToken: 'pretend-refresh-token' }],
  clientId: 'pretend-client',
  clientSecret: 'pretend-secret',
  organization: { id: '5f2d7c1e-94b0-4c7e-8f3a-b2d90c6e1a44', name: 'Fabrikam', mpnId: '6112345' },
  seller: () => ({ afterMs: 26 * hour, does: 'accept' }),
}

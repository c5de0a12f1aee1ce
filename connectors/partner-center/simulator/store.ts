// What the pretended Partner Center holds, and the one way to change it: every change renews the eTag and the stamp.

import { bare, type Instant, type Json, type JsonObject, later, msOf } from '#spi'
import { guid, stampOf } from './answers.ts'
import type { Setting } from './options.ts'

export interface Held {
  readonly id: string
  /** As a single read shows it. */
  body: JsonObject
  /** As lists show it, oldest first: a change may reach them late. */
  listed: readonly { readonly from: Instant; readonly body: JsonObject }[]
}

export type Changed = (held: Held, what: 'created' | 'updated') => void

export class Store {
  readonly held = new Map<string, Held>()
  private readonly setting: Setting
  private readonly changed: Changed
  /** For tests: how late the changes that follow reach the lists. */
  listLagMs: number

  constructor(setting: Setting, changed: Changed) {
    this.setting = setting
    this.changed = changed
    this.listLagMs = setting.listLagMs
  }

  get(id: string): Held | undefined {
    return this.held.get(id.toLowerCase())
  }

  insert(body: JsonObject): Held {
    const id = (typeof body['id'] === 'string' ? body['id'] : guid(this.setting)).toLowerCase()
    const held: Held = { id, body: {}, listed: [] }
    this.held.set(id, held)
    const created = typeof body['createdDateTime'] === 'string' ? body['createdDateTime'] : this.stamp()
    const { id: owner, name: ownerName } = this.setting.organization
    const owned =
      typeof body['organizationId'] === 'string' ? {} : { organizationId: owner, organizationName: ownerName }
    const engagementId = typeof body['engagementId'] === 'string' ? body['engagementId'] : guid(this.setting)
    this.put(held, {
      ...body,
      ...owned,
      id,
      engagementId,
      createdDateTime: created,
      links: this.links(id, engagementId),
    })
    this.changed(held, 'created')
    return held
  }

  /** `quietly`: as if it had happened without anybody being told. */
  revise(held: Held, body: JsonObject, quietly = false): void {
    this.put(held, body)
    if (!quietly) this.changed(held, 'updated')
  }

  remove(id: string): void {
    this.held.delete(id.toLowerCase())
  }

  /** As lists show each referral now. */
  listed(): readonly JsonObject[] {
    const now = this.setting.now()
    const shown = [...this.held.values()].map(({ listed }) => listed.findLast(({ from }) => from <= now)?.body)
    return shown.filter((body) => body !== undefined)
  }

  connected(engagementId: Json | undefined): readonly Held[] {
    return [...this.held.values()].filter(({ body }) => body['engagementId'] === engagementId)
  }

  stamp(): string {
    return stampOf(msOf(this.setting.now()))
  }

  private put(held: Held, body: JsonObject): void {
    const own = typeof body['updatedDateTime'] === 'string' && held.listed.length === 0 ? body['updatedDateTime'] : null
    const next = Object.assign(bare(), body, { eTag: `"${guid(this.setting)}"`, updatedDateTime: own ?? this.stamp() })
    held.body = next
    const now = this.setting.now()
    const visible = held.listed.filter(({ from }) => from <= now).slice(-1)
    const waiting = held.listed.filter(({ from }) => from > now)
    const from = held.listed.length === 0 && this.listLagMs === 0 ? now : later(now, this.listLagMs)
    held.listed = [...visible, ...waiting, { from, body: next }]
  }

  private links(id: string, engagementId: string): JsonObject {
    const base = `${this.setting.baseUrl()}/v1.0/engagements/referrals`
    return {
      relatedReferrals: { uri: `${base}?$filter=engagementId eq '${engagementId}'`, method: 'GET' },
      self: { uri: `${base}/${id}`, method: 'GET' },
    }
  }
}

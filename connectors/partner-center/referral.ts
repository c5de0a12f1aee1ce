// The door for referrals: whatever Partner Center sends becomes one of these, or nothing. Only an id is asked of it;
// everything else may be missing, null, renamed or new, and is kept as it came.

import {
  bare,
  type Instant,
  instantFromMs,
  isObject,
  type Json,
  type JsonObject,
  recordId,
  type RecordId,
  REFERRAL,
  type VendorRecord,
  type Version,
  version,
} from '#spi'
import { facts, RELATED } from './facts.ts'
import { stepFrom } from './lifecycle.ts'
import { text } from './peek.ts'
import { instantOf, parseStamp, type Stamp } from './stamps.ts'

export interface Referral {
  readonly id: RecordId
  /** As it must be sent back: quotes included. Null where none was sent. */
  readonly eTag: string | null
  readonly updated: Stamp | null
  readonly body: JsonObject
}

/** `header` is the ETag header, which counts only where the body has none. */
export function parseReferral(json: Json | undefined, header?: string): Referral | null {
  if (!isObject(json)) return null
  const id = text(json, 'id')
  if (id === null) return null
  const eTag = text(json, 'eTag') ?? own(json, '@odata.etag') ?? header ?? null
  return {
    id: recordId(id),
    eTag: eTag !== null && mayBeSent.test(eTag) ? eTag : null,
    updated: parseStamp(text(json, 'updatedDateTime') ?? '') ?? null,
    body: json,
  }
}

/** What a header can carry. Anything else is no eTag of this API's, and guards nothing. */
const mayBeSent = /^[\u0020-\u007e\u0080-\u00ff]+$/

const own = (json: JsonObject, name: string): string | undefined => {
  const value = Object.hasOwn(json, name) ? json[name] : undefined
  return typeof value === 'string' ? value : undefined
}

/** As the rest of the house sees it. `related` is given where the engagement's other referrals were read too. */
export function toRecord(referral: Referral, related?: readonly Referral[]): VendorRecord {
  const fields = bare()
  for (const [name, value] of Object.entries(referral.body)) if (!name.includes('@')) fields[name] = value
  if (Object.hasOwn(fields, 'salesStage')) fields['salesStage'] = neutralStage(referral.body)
  if (related) fields[RELATED] = related.map(({ body }) => essence(body))
  fields['ref'] = facts(fields)
  return {
    kind: REFERRAL,
    id: referral.id,
    version: versionOf(referral, related),
    changedAt: changedAt(referral),
    gone: false,
    fields,
  }
}

/** A step is called by its name on our side, whether it is stored as "40" or as a word. */
function neutralStage(body: JsonObject): Json {
  const stored = text(body, 'salesStage')
  return stepFrom(stored) ?? stored
}

/** Of another party's referral we keep what says where it stands, and who is on it. */
const kept = [
  'id',
  'organizationId',
  'organizationName',
  'status',
  'substatus',
  'statusReason',
  'target',
  'team',
] as const
const keptParts = ['trackingInfo', 'inviteContext'] as const

function essence(body: JsonObject): JsonObject {
  const short = bare()
  for (const name of [...kept, ...keptParts]) if (Object.hasOwn(body, name)) short[name] = body[name] ?? null
  return short
}

function changedAt(referral: Referral): Instant {
  const created = parseStamp(text(referral.body, 'createdDateTime') ?? '')
  const stamp = referral.updated ?? created
  return stamp ? instantOf(stamp) : instantFromMs(0)
}

// A version is the eTag, followed by those of the related referrals where they were read, each on its own line.
// Without an eTag, the time stamp has to do; it guards nothing at the server.
const byStamp = 'updated:'
const line = '\n'

export function versionOf(referral: Referral, related: readonly Referral[] = []): Version {
  return version([markOf(referral), ...related.map(markOf)].join(line))
}

/** Names the state of one referral by itself. */
export const markOf = ({ eTag, updated }: Referral): string => eTag ?? `${byStamp}${updated ?? ''}`

/** What to send as If-Match; null when the version is not an eTag. */
export function eTagOf(of: Version): string | null {
  const [own = ''] = of.split(line)
  return own === '' || own.startsWith(byStamp) ? null : own
}

/** Does a referral still show the state that a version names? Where one of the two has no eTag, the stamps decide. */
export function isAt(referral: Referral, expected: Version): boolean {
  const [own = ''] = expected.split(line)
  const { eTag, updated } = referral
  return own.startsWith(byStamp) ? own === `${byStamp}${updated ?? ''}` : own === eTag
}

/** The version after our own write: its new eTag, with what the old one said of related referrals. */
export function renewed(old: Version | null, eTag: string): Version {
  const related = old === null ? [] : old.split(line).slice(1)
  return version([eTag, ...related].join(line))
}

/** The version of what was just read or made; null where the server names none. */
export const versionNow = ({ eTag }: Referral): Version | null => (eTag === null ? null : version(eTag))

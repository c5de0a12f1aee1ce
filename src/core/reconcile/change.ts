// Makes one planned change out of a draft. Its id is made from what it does, so that planning the same again gives the
// same id: the ledger knows an operation by it.

import { changeId, REFERRAL, type ChangeId, type Kind, type RecordId, type Version } from '../model/ids.ts'
import { canonicalJson } from '../model/json.ts'
import { hashOf } from '../model/hash.ts'
import type { Link, Waiting } from '../model/link.ts'
import type { ReferralFacts } from '../model/referral.ts'
import type { CreateWrite, Write } from '../model/write.ts'
import type { Change, Settlement } from './plan.ts'
import { settlementOf, type Draft } from './side.ts'
import type { PlanFrame } from './world.ts'

interface Subject {
  readonly frame: PlanFrame
  readonly link: Link
  readonly facts: Pick<ReferralFacts, 'title'>
}

interface Extras {
  readonly irreversible?: boolean
  readonly after?: readonly ChangeId[]
  readonly settles?: Settlement
  readonly state?: Change['state']
  readonly why?: Change['why']
  readonly findBy?: Change['findBy']
  readonly noneOf?: Change['noneOf']
}

export function updateOf(
  of: Draft,
  at: { readonly kind: Kind; readonly id: RecordId; readonly version: Version | null },
  subject: Subject,
  extras: Extras = {},
): Change {
  const write: Write = { do: 'update', kind: at.kind, id: at.id, expect: at.version, fields: { ...of.fields } }
  const kind = of.side === 'referral' ? REFERRAL : at.kind
  const print = `${of.side}|${at.id}|${subject.link.turn}|${canonicalJson(write.fields)}`
  return build({ of, subject, extras, write, kind, record: at.id, id: changeId(`chg_${hashOf(print, 16)}`) })
}

export function createOf(of: Draft, write: CreateWrite, subject: Subject, extras: Extras = {}): Change {
  return build({
    of,
    subject,
    extras,
    write: { ...write, fields: { ...of.fields } },
    kind: write.kind,
    record: null,
    id: createId(write.kind, write.key),
  })
}

/** A create is known by what it makes, whatever it is filled with: planned twice, it is one operation. */
export const createId = (kind: Kind, key: string): ChangeId => changeId(`chg_${hashOf(`create|${kind}|${key}`, 16)}`)

interface Parts {
  readonly of: Draft
  readonly subject: Subject
  readonly extras: Extras
  readonly write: Write
  readonly kind: Kind
  readonly record: RecordId | null
  readonly id: ChangeId
}

function build({ of, subject, extras, write, kind, record, id }: Parts): Change {
  const { frame, link, facts } = subject
  const change: Change = {
    id,
    system: frame.systems[of.side],
    side: of.side,
    action: write.do,
    link: link.key,
    referral: link.referral,
    record,
    kind,
    title: facts.title,
    irreversible: extras.irreversible ?? false,
    state: extras.state ?? 'ready',
    fields: [...of.lines],
    write,
    after: extras.after ?? [],
    settles: extras.settles ?? settlementOf(of),
    ...(extras.why ? { why: extras.why } : {}),
    ...(extras.findBy ? { findBy: extras.findBy } : {}),
    ...(extras.noneOf ? { noneOf: extras.noneOf } : {}),
  }
  return withEarlierRefusal(change, link.waiting, frame)
}

export const refusalSubject = (id: ChangeId): string => `write:${id}`

/** A record that is changed each time it is about to be written is left alone for a while after so many passes. */
export const movingSubject = 'moving'
export const movingMax = 3

/** What a change would send, as a name: a refusal holds for these inputs only. */
export const inputsOf = ({ write }: Pick<Change, 'write'>): string => hashOf(canonicalJson(write.fields), 16)

/** What the vendor refused is not tried again until its time comes or something about it changes. */
function withEarlierRefusal(change: Change, waiting: readonly Waiting[], frame: PlanFrame): Change {
  const refusal = waiting.find(
    ({ subject, tries }) => subject === refusalSubject(change.id) || (subject === movingSubject && tries >= movingMax),
  )
  if (!refusal || change.state !== 'ready' || (refusal.until !== null && refusal.until <= frame.now)) return change
  if (refusal.inputs !== undefined && refusal.inputs !== inputsOf(change)) return change
  const { code, message, who, until } = refusal
  return { ...change, state: 'refused', why: { code, message, who, until } }
}

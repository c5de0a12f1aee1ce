// What two actions have in common: Dynamics closes a deal and qualifies a lead by an action that takes no condition. So
// the record is read right before, compared with what was planned on, and other edits of the same write travel in one
// change set with the action, where their condition guards both.

import type { Fields, Kind, Receipt, VendorRecord } from '#spi'
import type { Operation } from './batch.ts'
import { encode, type Encoded } from './encode.ts'
import { cannotWrite, type VendorFault } from './faults.ts'
import { find } from './find.ts'
import { encodingFor, refused, type Frame, type UpdateJob } from './jobs.ts'
import { optionFor, type Table } from './table.ts'
import { ownFields, patch, send, type Sending } from './update.ts'

export interface Transition {
  readonly kind: Kind
  /** Fields of the write that are part of the action and not edits of the record. */
  readonly partOf: readonly string[]
  /** The action itself. */
  readonly action: (job: UpdateJob) => Operation | Receipt
  /** The record is closed already, and not as wanted. */
  readonly refusedAs: 'DB-3308' | 'DB-3318'
  readonly isRaced: (fault: VendorFault) => boolean
}

export async function transitAll(frame: Frame, jobs: readonly UpdateJob[], by: Transition): Promise<void> {
  if (jobs.length === 0) return
  const shape = { kind: by.kind, fields: ['statecode', 'statuscode'] }
  const questions = jobs.map(({ write }) => ({ shape, by: { id: write.id } }))
  const found = await find(frame.api, questions, frame.signal)
  const sendings = jobs.flatMap((job, index): readonly Sending[] => {
    const next = prepared(frame, job, { by, now: found[index]?.[0] })
    if (!('outcome' in next)) return [next]
    frame.receipts[job.index] = next
    return []
  })
  await send(frame, sendings, by.isRaced)
}

interface Around {
  readonly by: Transition
  readonly now: VendorRecord | undefined
}

function prepared(frame: Frame, job: UpdateJob, { by, now }: Around): Sending | Receipt {
  const { table, write } = job
  if (!now) return refused(cannotWrite('DB-3312', table.kind, null))
  if (write.expect !== null && write.expect !== '' && now.version !== write.expect) return { outcome: 'stale' }
  const standing = standingOf(table, now, write.fields)
  if (standing === 'as wanted') return { outcome: 'written', id: now.id, version: now.version }
  if (standing === 'closed otherwise') return refused(cannotWrite(by.refusedAs, table.kind, 'statecode'))
  const action = by.action(job)
  if ('outcome' in action) return action
  const edits = editsOf(frame, job, by)
  if (!edits.ok) return refused(edits.error)
  if (Object.keys(edits.body).length === 0) return { job, item: action }
  const guarded = patch({ ...job, write: { ...write, expect: now.version } }, edits.body)
  return { job, item: { together: [guarded, action] } }
}

function editsOf(frame: Frame, job: UpdateJob, by: Transition): Encoded {
  return encode(ownFields(job, ['statecode', 'statuscode', ...by.partOf]), encodingFor(frame, job.table, 'update'))
}

function standingOf(table: Table, now: VendorRecord, wanted: Fields): 'open' | 'as wanted' | 'closed otherwise' {
  const number = (fields: Fields, name: string): number | undefined => {
    const column = table.columns.get(name)
    const value = fields[name]
    return column && typeof value === 'string' ? optionFor(column, value)?.value : undefined
  }
  const state = number(now.fields, 'statecode')
  if (state === undefined || state === 0) return 'open'
  const reason = number(wanted, 'statuscode')
  const isSame =
    state === number(wanted, 'statecode') && (reason === undefined || reason === number(now.fields, 'statuscode'))
  return isSame ? 'as wanted' : 'closed otherwise'
}

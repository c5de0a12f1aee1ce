// Winning and losing. Dynamics records an outcome by an action with a close activity: the final amount, the day, the
// reason. An update of the state is refused there, so a write that asks for Won or Lost becomes the action.

import { type JsonOut, type Kind, own, type Receipt, stringifyJson, textOf, type Write } from '#spi'
import type { Operation } from './batch.ts'
import { encode, stateOf } from './encode.ts'
import { cannotWrite, type VendorFault } from './faults.ts'
import { closeKind } from './find.ts'
import { encodingFor, refused, type Frame, type UpdateJob } from './jobs.ts'
import { closePrefix } from './records.ts'
import { optionFor, type Table } from './table.ts'
import { transitAll, type Transition } from './transition.ts'

const actions: Readonly<Record<number, string>> = { 1: 'WinOpportunity', 2: 'LoseOpportunity' }

/** What Dynamics copies from the activity to the deal; a write to the deal's own column means the activity's. */
const copied: Readonly<Record<string, string>> = { actualvalue: 'actualrevenue', actualclosedate: 'actualend' }

export const isClose = ({ table, write }: UpdateJob): boolean =>
  table.kind === 'opportunity' && actions[stateOf(table, write.fields) ?? 0] !== undefined

export async function closeAll(frame: Frame, jobs: readonly UpdateJob[]): Promise<void> {
  const [first] = jobs
  if (!first) return
  const transition: Transition = {
    kind: first.table.kind,
    partOf: Object.keys(copied),
    action: (job) => closeAction(frame, job),
    refusedAs: 'DB-3308',
    isRaced: wasClosedMeanwhile,
  }
  await transitAll(frame, jobs, transition)
}

const wasClosedMeanwhile = ({ code }: VendorFault): boolean => code === '0x80040515'

function closeAction(frame: Frame, job: UpdateJob): Operation | Receipt {
  const { table, write } = job
  const state = stateOf(table, write.fields)
  const name = actions[state ?? 0]
  const status = statusOf(job, state)
  const closeTable = frame.tables.get(closeKind)
  if (name === undefined || state === undefined || status === null || !closeTable)
    return refused(cannotWrite('DB-3302', table.kind, 'statuscode'))
  const encoded = encode(closeFields(job), encodingFor(frame, closeTable, 'create'))
  if (!encoded.ok) return refused(encoded.error)
  const navigation = closeTable.columns.get('opportunityid')?.targets?.get('opportunity') ?? 'opportunityid'
  const activity: Record<string, JsonOut> = {
    subject: subjectOf(table, state),
    ...encoded.body,
    [`${navigation}@odata.bind`]: `/${table.set}(${write.id})`,
  }
  return { method: 'POST', path: name, body: stringifyJson({ Status: status, OpportunityClose: activity }) }
}

/** The reason that was asked for; otherwise the state's first; -1 lets Dynamics choose. Null: there is no such reason. */
function statusOf({ table, write }: UpdateJob, state: number | undefined): number | null {
  const column = table.columns.get('statuscode')
  const wanted = own(write.fields, 'statuscode')
  if (wanted !== undefined && wanted !== null && column) return optionFor(column, textOf(wanted), state)?.value ?? null
  return column?.options?.find((option) => option.state === state)?.value ?? -1
}

function subjectOf(table: Table, state: number): string {
  const label = table.columns.get('statecode')?.options?.find((option) => option.value === state)?.label
  return `Closed as ${label ?? (state === 1 ? 'Won' : 'Lost')} by dealbridge`
}

function closeFields({ write }: UpdateJob): UpdateJob['write']['fields'] {
  const fromDeal = Object.entries(write.fields).flatMap(([name, value]) => {
    const twin = Object.hasOwn(copied, name) ? copied[name] : undefined
    return twin === undefined ? [] : [[twin, value] as const]
  })
  const given = Object.entries(write.fields).flatMap(([name, value]) =>
    name.startsWith(closePrefix) ? [[name.slice(closePrefix.length), value] as const] : [],
  )
  return Object.fromEntries([...fromDeal, ...given])
}

/** The close activity's table must be known before a deal can be closed. */
export const closeNeeds = (batch: readonly Write[]): readonly Kind[] =>
  batch.some(({ kind, fields }) => kind === 'opportunity' && own(fields, 'statecode') !== undefined) ? [closeKind] : []

// A lead that was answered is qualified by its action. Account, contact and opportunity come from the plan with keys
// and lookups of their own (and an opportunity names the lead it came from), so the action is asked to make none: made
// by us they can be repeated safely, made by the action they could not.

import { type JsonOut, own, type Receipt, stringifyJson, textOf } from '#spi'
import type { Operation } from './batch.ts'
import { stateOf } from './encode.ts'
import { cannotWrite, type VendorFault } from './faults.ts'
import { refused, type Frame, type UpdateJob } from './jobs.ts'
import { optionFor } from './table.ts'
import { transitAll } from './transition.ts'

const qualified = 1

export const isQualification = ({ table, write }: UpdateJob): boolean =>
  table.kind === 'lead' && stateOf(table, write.fields) === qualified

export async function qualifyAll(frame: Frame, jobs: readonly UpdateJob[]): Promise<void> {
  const [first] = jobs
  if (!first) return
  await transitAll(frame, jobs, {
    kind: first.table.kind,
    partOf: [],
    action: qualifyAction,
    refusedAs: 'DB-3318',
    isRaced: wasMovedMeanwhile,
  })
}

const wasMovedMeanwhile = ({ code }: VendorFault): boolean => code === '0x80048408'

function qualifyAction({ table, write }: UpdateJob): Operation | Receipt {
  const column = table.columns.get('statuscode')
  const wanted = own(write.fields, 'statuscode')
  const reasons = column?.options?.filter((option) => option.state === qualified) ?? []
  const reason =
    column && wanted !== undefined && wanted !== null ? optionFor(column, textOf(wanted), qualified) : reasons[0]
  if (wanted !== undefined && wanted !== null && !reason)
    return refused(cannotWrite('DB-3302', table.kind, 'statuscode'))
  const parameters: Record<string, JsonOut> = {
    CreateAccount: false,
    CreateContact: false,
    CreateOpportunity: false,
    Status: reason?.value ?? -1,
  }
  return {
    method: 'POST',
    path: `${table.set}(${write.id})/Microsoft.Dynamics.CRM.QualifyLead`,
    body: stringifyJson(parameters),
  }
}

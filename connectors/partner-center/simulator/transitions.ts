// Which status may follow which, as the documentation pairs them, with the strict reading of what it leaves open: a deal
// is won or lost after it was accepted, and declined before. Expired is the service's own move.

import { isObject, type Json, type JsonObject } from '#spi'
import { invalid, Refused } from './answers.ts'
import type { Setting } from './options.ts'

/** By status/substatus. What is not listed is refused. */
export const partnerMoves: Readonly<Record<string, readonly string[]>> = {
  'New/Pending': ['New/Pending', 'New/Received', 'Active/Accepted', 'Closed/Declined', 'Closed/Error'],
  'New/Received': ['New/Received', 'Active/Accepted', 'Closed/Declined', 'Closed/Error'],
  'Active/Accepted': ['Active/Accepted', 'Closed/Won', 'Closed/Lost', 'Closed/Error'],
  'Closed/Won': [],
  'Closed/Lost': [],
  'Closed/Declined': [],
  'Closed/Expired': [],
  'Closed/Error': [],
}

export const standing = (body: JsonObject): string => `${word(body['status'])}/${word(body['substatus'])}`
const word = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
export const isClosed = (body: JsonObject): boolean => body['status'] === 'Closed'

export function assertMove(before: JsonObject, after: JsonObject, setting: Setting): void {
  const [from, to] = [standing(before), standing(after)]
  if (from === to) return
  const allowed = Object.hasOwn(partnerMoves, from) ? (partnerMoves[from] ?? []) : []
  if (!allowed.includes(to))
    throw new Refused(setting.illegalMove, 'invalidRequest', `The referral cannot move from ${from} to ${to}.`, {
      target: 'status',
    })
  if (setting.requirements) assertRequirements(to, after)
}

function assertRequirements(to: string, after: JsonObject): void {
  const { name, statusReason } = after
  const details = isObject(after['details']) ? after['details'] : {}
  if (to === 'Active/Accepted') {
    if (isEmpty(name)) throw invalid('A name is required to accept a referral.', 'name')
    if (isEmpty(details['dealValue'])) throw invalid('A deal value is required to accept a referral.', 'details')
    if (isEmpty(details['closingDateTime']))
      throw invalid('A closing date is required to accept a referral.', 'details')
  }
  if (['Closed/Declined', 'Closed/Lost', 'Closed/Error'].includes(to) && isEmpty(statusReason))
    throw invalid('A status reason is required.', 'statusReason')
}

const isEmpty = (value: Json | undefined): boolean => value === undefined || value === null || value === ''

/** What comes with a move by itself. */
export function settled(before: JsonObject, after: JsonObject, stamp: string): JsonObject {
  if (standing(before) === standing(after)) return after
  const to = standing(after)
  if (to === 'Active/Accepted')
    return { ...after, acceptedDateTime: stamp, expirationDateTime: null, salesStage: after['salesStage'] ?? '10' }
  if (!isClosed(after)) return after
  return {
    ...after,
    closedDateTime: stamp,
    expirationDateTime: null,
    ...(to === 'Closed/Won' ? { salesStage: '100' } : {}),
  }
}

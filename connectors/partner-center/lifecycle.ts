// Partner Center's status, substatus and sales stage, and ours. Both tables can be read as the specification. A value
// that is not in them gives null: such a referral is read and shown, and never written.

import type { Fields, Stage, Step } from '#spi'

const stageOf: Readonly<Record<string, Readonly<Record<string, Stage>>>> = {
  new: { '': 'New', none: 'New', pending: 'New', received: 'Received' },
  active: { '': 'Accepted', none: 'Accepted', accepted: 'Accepted' },
  closed: { won: 'Won', lost: 'Lost', declined: 'Declined', expired: 'Expired', error: 'Error' },
}

export function stageFrom(status: string | null, substatus: string | null): Stage | null {
  const bySubstatus = entry(stageOf, (status ?? '').toLowerCase())
  return (bySubstatus && entry(bySubstatus, (substatus ?? '').toLowerCase())) ?? null
}

/** How a partner's move is written. Received and Expired are made by Partner Center alone. */
export const moves: Readonly<Partial<Record<Stage, Fields>>> = {
  Accepted: { status: 'Active', substatus: 'Accepted' },
  Won: { status: 'Closed', substatus: 'Won' },
  Lost: { status: 'Closed', substatus: 'Lost' },
  Declined: { status: 'Closed', substatus: 'Declined' },
  Error: { status: 'Closed', substatus: 'Error' },
}

/** The documentation stores a percentage; Microsoft's own flow connector declares words for the same field. */
const stepOf: Readonly<Record<string, Step>> = {
  '20': 'Qualified',
  '40': 'Developed',
  '60': 'Proposed',
  '80': 'Negotiated',
  qualify: 'Qualified',
  develop: 'Developed',
  propose: 'Proposed',
  close: 'Negotiated',
  qualified: 'Qualified',
  developed: 'Developed',
  proposed: 'Proposed',
  negotiated: 'Negotiated',
}

const written: Readonly<Record<Step, string>> = { Qualified: '20', Developed: '40', Proposed: '60', Negotiated: '80' }

export const stepFrom = (salesStage: string | null): Step | null =>
  entry(stepOf, (salesStage ?? '').trim().toLowerCase()) ?? null

/** What Partner Center stores for a step; undefined for anything that is not one. */
export function salesStageFrom(text: string): string | undefined {
  const step = stepFrom(text)
  return step ? written[step] : undefined
}

/** On our side a step is called by its name, also where the referral says "40". */
export const stepNames: Readonly<Record<Step, string>> = {
  Qualified: 'Qualified',
  Developed: 'Developed',
  Proposed: 'Proposed',
  Negotiated: 'Negotiated',
}

function entry<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

// Tells what happened to one referral, moment by moment, for whoever has to find out why.

import { keyOf } from './checker/pairs.ts'
import type { History, PlainFields, State } from './history.ts'

interface Line {
  readonly atMs: number
  readonly text: string
}

export function tell(history: History, referral: string): string {
  const key = referral.toLowerCase()
  const left = history.referrals.filter(({ id }) => id.toLowerCase() === key)
  const right = history.opportunities.filter(({ states }) => states.some(({ fields }) => keyOf({ fields }) === key))
  const ids = new Set([...left, ...right].map(({ id }) => id))
  const lines: Line[] = [
    ...left.flatMap(({ states }) => statesOf('referral', states)),
    ...right.flatMap(({ id, states }) => statesOf(id, states)),
    ...history.attempts
      .filter(({ id, applied, kind }) => !applied && (id === null || ids.has(id)) && kind !== 'Account')
      .map(({ atMs, vendor, do: action, fields, result }) => ({
        atMs,
        text: `  (${vendor} ${action} ${result}: ${JSON.stringify(fields)})`,
      })),
    ...history.blurs.map(({ atMs, what }) => ({ atMs, text: `  … ${what}` })),
    ...history.answers.filter((one) => one.key === key).map(({ atMs, row }) => ({ atMs, text: `  answered ${row}` })),
    ...history.passes.map(({ beganMs, endedMs, result, error }) => ({
      atMs: beganMs,
      text: `  pass until ${clock(endedMs)}: ${result} ${error ?? ''}`,
    })),
  ]
  const link = history.links.find((one) => one.key === key)
  return [
    ...lines.toSorted((a, b) => a.atMs - b.atMs).map(({ atMs, text }) => `${clock(atMs)} ${text}`),
    `link ${JSON.stringify(link)}; open intents ${history.openIntents}`,
  ].join('\n')
}

/** What is new in each state. */
function statesOf(name: string, states: readonly State[]): readonly Line[] {
  return states.map(({ atMs, by, gone, fields }, index) => {
    const before = states[index - 1]
    const changes = before ? differences(before.fields, fields) : fields
    const life = gone === (before?.gone ?? false) ? '' : gone ? ' GONE' : ' BACK'
    return { atMs, text: `${name} by ${by}${life} ${JSON.stringify(changes)}` }
  })
}

const differences = (before: PlainFields, after: PlainFields): PlainFields =>
  Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value)),
  )

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const pad = (part: number, width = 2): string => String(part).padStart(width, '0')
  return `${pad(Math.floor(seconds / 60), 3)}:${pad(seconds % 60)}.${pad(ms % 1000, 3)}`
}

// Who belongs to whom (I1, I2, I3): never two deals for one referral, none forgotten, nothing touched that is not ours.

import { wordOf, type History } from '../history.ts'
import { keyOf, lastState, type Pair, type Violation } from './pairs.ts'
import { isOver } from './values.ts'

const dealFields = new Set([
  'ReferralKey',
  'Stage',
  'AccountId',
  'Name',
  'Amount',
  'Currency',
  'CloseDate',
  'Topic',
  'Description',
  'Country',
  'SyncState',
  'SyncMessage',
  'SyncAnswerBy',
])
const referralFields = new Set([
  'details.value',
  'details.currency',
  'details.closeDate',
  'details.topic',
  'details.update',
  'externalReferenceId',
  'stage',
  'step',
  'reason',
])

export function checkIdentity(history: History, pairs: readonly Pair[]): readonly Violation[] {
  return [
    ...pairs.flatMap((pair) => [...twoDeals(pair), ...forgotten(history, pair), ...alone(history, pair)]),
    ...sharedDeals(history),
    ...twins(history),
    ...strangeWrites(history),
    ...falseAlarms(history),
  ]
}

/** I1 at every instant: two live records never carry one key. */
function twoDeals({ key, deals }: Pair): readonly Violation[] {
  const moments = deals.flatMap(({ states }) => states.map(({ atMs }) => atMs))
  const crowded = moments.find((atMs) => {
    const live = deals.filter(({ states }) => {
      const state = states.findLast((one) => one.atMs <= atMs)
      return state !== undefined && !state.gone && keyOf(state) === key
    })
    return live.length > 1
  })
  return crowded === undefined ? [] : [{ invariant: 'I1', referral: key, what: `two live deals at ${crowded}` }]
}

/** F93: nobody else writes under our name in these worlds, and nobody is accused of it. */
function falseAlarms({ links, story }: History): readonly Violation[] {
  // Who changed a value while it was hidden, a record does not tell: the last hand on it may have been ours.
  if (story.manners.hidden !== null) return []
  return links
    .filter(({ waiting }) => waiting.some(({ code }) => code === 'DB-3511'))
    .map(({ key }) => ({ invariant: 'F93', referral: key, what: 'somebody else is said to write under our name' }))
}

function sharedDeals({ links }: History): readonly Violation[] {
  const holders = Map.groupBy(
    links.filter(({ record }) => record !== null),
    ({ record }) => record,
  )
  return [...holders].flatMap(([record, held]) =>
    held.length > 1
      ? [{ invariant: 'I1', referral: held[0]?.key ?? '', what: `${record} belongs to ${held.length}` }]
      : [],
  )
}

/** The same customer twice, the same contact twice in one deal. */
function twins({ accounts, roles, blurs }: History): readonly Violation[] {
  // Whoever forgot what they just made, and is shown a state from before, cannot know.
  if (blurs.some(({ what }) => what === 'wiped')) return []
  const names = [
    ...accounts.map(({ states }) => `account ${wordOf(states.at(-1)?.fields['Name'])}`),
    ...roles.map(({ states }) => {
      const fields = states.at(-1)?.fields
      return `role ${wordOf(fields?.['OpportunityId'])} ${wordOf(fields?.['ContactId'])}`
    }),
  ]
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
  return twice.map((name) => ({ invariant: 'I1', referral: '', what: `made twice: ${name}` }))
}

/** I2: linked, or waiting with a reason. */
function forgotten({ quietFromMs }: History, { referral, deals, link, key }: Pair): readonly Violation[] {
  const [first] = referral.states
  const end = lastState(referral)
  if (!first || !end || first.atMs > quietFromMs) return []
  const linked = link?.record !== null && link?.record !== undefined
  if (linked || (link?.waiting.length ?? 0) > 0) return []
  // Closed, and there is no deal, or none any more: there is nothing to do.
  if (isOver(end.fields) && deals.every((deal) => lastState(deal)?.gone !== false)) return []
  return [{ invariant: 'I2', referral: key, what: 'neither linked nor waiting' }]
}

/** I2: a deal that was made has its account, and the contact its part in it. */
function alone({ story, roles }: History, { key, deals, link }: Pair): readonly Violation[] {
  if (!story.manners.lookups || story.manners.wipeAtMs !== null || (link?.waiting.length ?? 0) > 0) return []
  return deals.flatMap(({ id, states }) => {
    const end = states.at(-1)
    if (states[0]?.by !== 'dealbridge' || !end || end.gone || link?.record !== id) return []
    const hasRole = roles.some((role) => role.states.at(-1)?.fields['OpportunityId'] === id)
    const hasAccount = typeof end.fields['AccountId'] === 'string'
    return hasRole && hasAccount ? [] : [{ invariant: 'I2', referral: key, what: `${id} stands alone` }]
  })
}

/** I3: nothing is written but the fields of the mapping, and nothing that belongs to nobody. */
function strangeWrites({ attempts, opportunities, referrals }: History): readonly Violation[] {
  const ours = new Set([...opportunities, ...referrals].map(({ id }) => id))
  return attempts.flatMap((attempt): readonly Violation[] => {
    const allowed = attempt.vendor === 'source' ? referralFields : attempt.kind === 'Opportunity' ? dealFields : null
    const strange = allowed === null ? [] : Object.keys(attempt.fields).filter((field) => !allowed.has(field))
    const what =
      strange.length > 0
        ? `wrote ${strange.join(', ')}`
        : attempt.do === 'update' && (attempt.id === null || !ours.has(attempt.id))
          ? `wrote to ${String(attempt.id)}`
          : null
    return what === null ? [] : [{ invariant: 'I3', referral: attempt.id ?? '', what }]
  })
}

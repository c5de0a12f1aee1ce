// A world without troubles: where a failing story is brought back to as far as it goes, and where stories that are told
// by hand begin.

import type { Manners } from './story.ts'

const minute = 60_000

export const calm: Manners = {
  everyMs: 3 * minute,
  activeMs: 24 * minute,
  quietMs: 30 * minute,
  pageSize: 50,
  latencyMs: 0,
  throttle: 0,
  outage: 0,
  loseRequest: 0,
  loseAnswer: 0,
  delayRequest: 0,
  lock: 0,
  stale: 0,
  staleMs: 0,
  crash: 0,
  diskFails: 0,
  stampMs: 1,
  skewMs: { source: 0, crm: 0 },
  tellsVersion: true,
  noticesNoops: false,
  showsGone: true,
  workflow: 'none',
  holdMs: 0,
  policies: { Amount: 'newest', CloseDate: 'newest', Topic: 'newest' },
  lookups: false,
  bareAccounts: false,
  exactStreams: true,
  status: false,
  sweepEvery: 0,
  hidden: null,
  wipeAtMs: null,
}

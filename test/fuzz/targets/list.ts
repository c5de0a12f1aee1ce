// Every target, loaded only when it is its turn: what is imported before its coverage is watched is not counted.
// Waiting: requests of the console, which does not exist yet.

import type { Target } from '../target.ts'

type Load = () => Promise<{ readonly target: Target }>

export const targets: Readonly<Record<string, Load>> = {
  mapping: () => import('./mapping.ts'),
  formula: () => import('./formula.ts'),
  referral: () => import('./referral.ts'),
  'partner-center': () => import('./partner-center.ts'),
  salesforce: () => import('./salesforce.ts'),
  dynamics: () => import('./dynamics.ts'),
  webhook: () => import('./webhook.ts'),
  ledger: () => import('./ledger.ts'),
  config: () => import('./config.ts'),
}

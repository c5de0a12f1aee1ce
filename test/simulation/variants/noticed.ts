// Where each known-bad variant is noticed soonest: a seed, or a short story and the moment at which the process dies in
// it (null: it need not die). For the short form in the test command; rates come from npm run simulate -- --variants.

export type Noticed = { readonly seed: number } | { readonly story: string; readonly moment: number | null }

export const noticed: Readonly<Record<string, Noticed>> = {
  'no-if-match': { seed: 121 },
  'create-then-record': { story: 'two referrals of one new customer arrive at once', moment: 17 },
  'blind-retry': { seed: 17 },
  'lost-is-written': { seed: 1 },
  'lost-is-refused': { seed: 17 },
  'receipts-shuffled': { seed: 13 },
  'stale-is-written': { seed: 111 },
  'no-intents': { seed: 55 },
  'base-before-effect': { story: 'Microsoft edits', moment: 37 },
  'outcome-before-effect': { story: 'won, with an edit that has to arrive before the close', moment: 52 },
  'base-never-moves': { story: 'both edit, each something else', moment: null },
  'untouched-is-forgotten': { seed: 142 },
  'no-settling': { seed: 68 },
  'creates-not-looked-up': { story: 'a referral arrives', moment: 17 },
  'keyless-repeated-at-once': { seed: 119 },
  'no-overlap': { seed: 52 },
  'local-now-watermark': { seed: 18 },
  'no-monotonic-guard': { seed: 47 },
  'absent-is-empty': { seed: 14 },
  'no-base': { story: 'both edit, each something else', moment: null },
  'microsoft-always-wins': { story: 'the seller edits', moment: null },
  'split-groups': { seed: 16 },
  'policy-ignored': { seed: 62 },
  'no-hold': { story: 'lost, after its time', moment: null },
  'hold-ends-with-the-process': { story: 'lost, after its time', moment: 50 },
  'edits-agreed-with-the-outcome': { story: 'won, with an edit that has to arrive before the close', moment: 50 },
  'closed-is-tried': { seed: 28 },
  'closed-deal-reopened': { story: 'won while nobody had answered Microsoft', moment: null },
  'every-deal-its-own-account': { story: 'two referrals of one new customer arrive at once', moment: null },
  'half-a-record': { seed: 142 },
  'status-every-pass': { story: 'deleted, and brought back', moment: null },
  'deleted-is-made-again': { seed: 55 },
}

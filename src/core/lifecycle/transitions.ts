// Every move from every stage to every stage, and what we think of it. The table is the specification: a missing
// cell does not compile.
//
//      New ──► Received ──► Accepted ──► Won | Lost
//       │          │            │
//       └──────────┴────────────┼──────► Error            (closed as a mistake, from any open stage)
//       └──────────┴──► Declined | Expired                (only while unanswered)

import type { Stage } from '../model/stage.ts'

export type Verdict =
  /** Nothing to do. */
  | 'same'
  /** The partner may make this move, and can go on working afterwards. */
  | 'open'
  /** The partner may make this move, and nobody can take it back. */
  | 'final'
  /** Only the source itself makes this move: we may see it, never send it. */
  | 'theirs'
  /** Legal only through an Accepted in between. */
  | 'accept-first'
  /** Nobody can make this move. */
  | 'never'

type Row = Readonly<Record<Stage, Verdict>>

const frozen: Row = {
  New: 'never',
  Received: 'never',
  Accepted: 'never',
  Won: 'never',
  Lost: 'never',
  Declined: 'never',
  Expired: 'never',
  Error: 'never',
}

export const transitions: Readonly<Record<Stage, Row>> = {
  New: {
    New: 'same',
    Received: 'theirs',
    Accepted: 'open',
    Won: 'accept-first',
    Lost: 'accept-first',
    Declined: 'final',
    Expired: 'theirs',
    Error: 'final',
  },
  Received: {
    New: 'never',
    Received: 'same',
    Accepted: 'open',
    Won: 'accept-first',
    Lost: 'accept-first',
    Declined: 'final',
    Expired: 'theirs',
    Error: 'final',
  },
  Accepted: {
    New: 'never',
    Received: 'never',
    Accepted: 'same',
    Won: 'final',
    Lost: 'final',
    Declined: 'never',
    Expired: 'never',
    Error: 'final',
  },
  Won: { ...frozen, Won: 'same' },
  Lost: { ...frozen, Lost: 'same' },
  Declined: { ...frozen, Declined: 'same' },
  Expired: { ...frozen, Expired: 'same' },
  Error: { ...frozen, Error: 'same' },
}

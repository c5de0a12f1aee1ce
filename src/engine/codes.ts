// What the engine's own codes mean, at length: waiting for a connection (30xx), and promises of ours that broke (90xx).

import type { Codebook } from '#core/codes'

const report =
  'Tell us: `dealbridge service bundle` gathers what is needed, without secrets or customer data. The deal is set aside; all others go on.'

export const engineCodes: Codebook = {
  'DB-3001': {
    title: 'The connection rests',
    means: 'The vendor asked for a pause, or kept failing; nobody is called there until the time in the message.',
    why: 'A rate limit, an outage, or maintenance.',
    fix: 'Nothing to do: it goes on by itself. `dealbridge status` shows when.',
    who: 'operations',
  },
  'DB-3002': {
    title: 'The answer to a write was lost',
    means:
      'A write was sent and nobody knows whether it arrived. Before anything else is done for this deal, the record is looked at.',
    why: 'The connection broke after the request had left.',
    fix: 'Nothing to do: the next pass settles it, without writing twice.',
    who: 'operations',
  },
  'DB-9001': {
    title: 'Something dealbridge does not expect',
    means: 'An error came from a place that should not fail. What was in hand stopped; nothing was guessed.',
    why: 'A mistake in dealbridge or in one of its libraries.',
    fix: report,
    who: 'dealbridge',
  },
  'DB-9002': {
    title: 'A connector answered without a bookmark',
    means: 'A stream of changes ended without saying where the next one begins.',
    why: 'A mistake in the connector.',
    fix: report,
    who: 'dealbridge',
  },
  'DB-9003': {
    title: 'A stream of changes does not end',
    means: 'A connector yielded more pages than any customer has, so it was stopped.',
    why: 'A vendor that repeats a page for ever, or a mistake in the connector.',
    fix: report,
    who: 'dealbridge',
  },
  'DB-9004': {
    title: 'Receipts do not match the writes',
    means:
      'A connector answered a batch with more or fewer receipts than it was given writes. What was written is looked up before anything else.',
    why: 'A mistake in the connector.',
    fix: report,
    who: 'dealbridge',
  },
}

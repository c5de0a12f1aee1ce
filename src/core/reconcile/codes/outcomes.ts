// Codes of moves through the lifecycle: what cannot be undone, what has to wait, what is missing.

import type { Codebook } from '../../codes.ts'

export const outcomeCodes: Codebook = {
  'DB-3102': {
    title: 'Only Partner Center makes this move',
    means: 'The CRM stage stands for a status (Received, Expired) that a partner cannot set.',
    why: 'A seller chose a stage that is meant for what Microsoft does.',
    fix: 'Choose another stage. In the mapping, give such rows direction: toCrm.',
    who: 'the seller',
  },
  'DB-3103': {
    title: 'Microsoft has closed this deal',
    means: 'The referral is Won, Lost, Declined or Expired at Microsoft, and the CRM says something else.',
    why: 'Closed referrals are final there: nobody can edit or reopen them.',
    fix: 'Put the CRM record into the stage that Microsoft shows, or go on with it in the CRM alone.',
    who: 'the seller',
  },
  'DB-3104': {
    title: 'This move does not exist',
    means: 'A referral cannot go from the status it has to the one the CRM stage stands for.',
    why: 'For example an accepted deal cannot be declined any more; it can be lost.',
    fix: 'Choose a stage that the message’s status can become. docs/lifecycle.md shows every move.',
    who: 'the seller',
  },
  'DB-3105': {
    title: 'This mapping does not accept by stage',
    means: 'The CRM stage says the deal is being worked on, and the mapping has stages.accept: never.',
    why: 'Someone decided that referrals are answered by hand.',
    fix: 'Answer the referral in Partner Center. The CRM follows at the next pass.',
    who: 'the seller',
  },
  'DB-3106': {
    title: 'The outcome waits: undo window',
    means: 'A Won, Lost or Declined was seen in the CRM and goes to Microsoft when the window is over.',
    why: 'Outcomes cannot be taken back at Microsoft, so there is time for second thoughts (outcomes.hold).',
    fix: 'Nothing to do: it goes by itself. Put the stage back before then and nothing is sent. An operator can let it go at once: `dealbridge referrals release`.',
    who: 'the seller',
  },
  'DB-3107': {
    title: 'Won waits until the deal was open long enough',
    means: 'Deals that can be registered are sent as Won only after outcomes.won.notBefore (72 h) since creation.',
    why: 'Microsoft may reject the registration of a deal that was open for less, and that costs the partner money.',
    fix: 'Nothing to do: it goes by itself. `dealbridge referrals release` sends it earlier, at that risk.',
    who: 'the seller',
  },
  'DB-3108': {
    title: 'This close was already sent once',
    means:
      'The CRM shows the same close that both sides had ended with before, and the referral has been opened again since.',
    why: 'A person reopened it on purpose. The same close is not sent twice.',
    fix: 'Move the stage on, save, and close it again: that is a new close, and it is sent.',
    who: 'the seller',
  },
  'DB-3109': {
    title: 'Won needs more than the record holds',
    means: 'A field listed under outcomes.won.requires is empty.',
    why: 'The deal was closed before it was filled in.',
    fix: 'Fill in the fields the message names, and save.',
    who: 'the seller',
  },
  'DB-3110': {
    title: 'Lost needs a reason',
    means: 'A field listed under outcomes.lost.requires is empty.',
    why: 'Microsoft asks why a deal was lost.',
    fix: 'Fill in the fields the message names, and save.',
    who: 'the seller',
  },
  'DB-3111': {
    title: 'Declined needs a reason',
    means: 'A field listed under outcomes.declined.requires is empty.',
    why: 'Microsoft asks why a referral was declined.',
    fix: 'Fill in the fields the message names, and save.',
    who: 'the seller',
  },
  'DB-3112': {
    title: 'This outcome cannot be sent',
    means: 'The source has no way to record it, or a rule of the mapping keeps it from being sent.',
    why: 'The stage table maps a CRM stage to a status that nobody can set, or a check under checks does not pass.',
    fix: 'See the message. Change the row of the stage table, or mend what the check asks for.',
    who: 'CRM admin',
  },
  'DB-3113': {
    title: 'A question keeps the outcome back',
    means: 'Both sides changed a value of this deal, and nobody has chosen one yet.',
    why: 'After an outcome a referral cannot be changed any more: the value that lost would be lost with it.',
    fix: 'Answer the question the message names; the outcome follows by itself.',
    who: 'the seller',
  },
}

// Codes of conflicts and of links that came loose.

import type { Codebook } from '../../codes.ts'

export const linkCodes: Codebook = {
  'DB-3501': {
    title: 'Both sides changed the same field',
    means:
      'Partner Center and the CRM both moved a value since they last agreed, to different values. Neither is written.',
    why: 'The mapping’s rule for this field is conflict: ask.',
    fix: 'Choose one: `dealbridge referrals resolve <referral> <field> --take partner-center|crm`, or give another value with --value. Making both sides equal by hand settles it too.',
    who: 'the seller',
  },
  'DB-3502': {
    title: 'Several records fit',
    means: 'A referral, or a record it points to, matches more than one record of the CRM. None is chosen by chance.',
    why: 'Duplicates in the CRM, or a rule under match.try that is too wide.',
    fix: 'Choose: its own record with `dealbridge referrals link <referral> <record>`; its account or contact with `dealbridge referrals resolve <referral> <lookup> --record <id>`, or `--new` when it is none of them. Or merge the duplicates: then the next pass finds the one that is left. whenSeveral can be oldest or newest where that is safe.',
    who: 'the seller',
  },
  'DB-3503': {
    title: 'The linked record is gone',
    means: 'The CRM record was deleted, or is no longer shown to dealbridge. It is not made again.',
    why: 'Someone deleted it, or the integration user lost the right to see it.',
    fix: 'Restore it from the CRM’s recycle bin, link another with `dealbridge referrals link`, or let it rest with `dealbridge referrals unlink`.',
    who: 'CRM admin',
  },
  'DB-3504': {
    title: 'The linked record was merged into another',
    means: 'Its record lives on as part of another one, which the message names.',
    why: 'Someone merged duplicates in the CRM.',
    fix: 'Link the referral to the surviving record: `dealbridge referrals link <referral> <record>`.',
    who: 'CRM admin',
  },
  'DB-3505': {
    title: 'The key field was changed',
    means:
      'The field that says which referral a record belongs to was emptied, or names another referral. Nothing is written to either side.',
    why: 'A copied record that kept the key, an import, or an edit by hand.',
    fix: 'Put the referral’s id back into the field. If the record shall belong to another referral, link that one.',
    who: 'CRM admin',
  },
  'DB-3506': {
    title: 'The record belongs to another referral',
    means: 'The one record that fits is linked to a different referral already.',
    why: 'Two referrals for one deal, or a record that was copied.',
    fix: 'Unlink the wrong one with `dealbridge referrals unlink`, or link this referral to its own record.',
    who: 'CRM admin',
  },
  'DB-3507': {
    title: 'A lost answer that cannot be told apart',
    means:
      'A write’s answer was lost, and the field shows again what it showed before. Either the write never arrived, or someone took it back.',
    why: 'The network or a process ended at the wrong moment, and the record was changed afterwards.',
    fix: 'Choose the value that is right: `dealbridge referrals resolve <referral> <field> --take partner-center|crm`.',
    who: 'the seller',
  },
  'DB-3508': {
    title: 'The linked record was not found just now',
    means: 'It is looked for once more, a minute later, before that is believed.',
    why: 'A replica that lags, a record being merged, or a record that was deleted.',
    fix: 'Nothing to do yet. If it is really gone, DB-3503 says so at the next look.',
    who: 'CRM admin',
  },
  'DB-3511': {
    title: 'Somebody else writes under our name',
    means:
      'A linked record was changed by the user that dealbridge signs in as, at a time when this installation wrote nothing to it. The change itself is treated like anybody’s.',
    why: 'A second dealbridge with the same credentials, often a copied machine or a test that was left running; a ledger restored from a backup, which does not know its own later writes; or an automation in the CRM that runs as that user.',
    fix: 'Look for a second installation first, and stop one of the two. After a restore this passes by itself within a day. Give automations a user of their own.',
    who: 'operations',
  },
  'DB-3510': {
    title: 'A person has answered it',
    means: 'Somebody accepted or declined the referral with `dealbridge referrals`. The answer is on its way.',
    why: 'It was asked for.',
    fix: 'Nothing to do: the next pass sends it, and moves the record on when Microsoft shows it.',
    who: 'operations',
  },
  'DB-3509': {
    title: 'The referral is not shown any more',
    means: 'The source does not answer with a referral that a record is linked to. Nothing is written to either side.',
    why: 'A permission that was taken away, another account, or a referral that was withdrawn.',
    fix: 'See whether the referral can be opened in Partner Center with the account of the connection. It is looked for again by itself, ever more rarely.',
    who: 'Partner Center admin',
  },
}

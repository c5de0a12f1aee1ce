// Codes of one deal's data, of what the mapping has no answer for, and of records that somebody else keeps changing.

import type { Codebook } from '../../codes.ts'

export const dataCodes: Codebook = {
  'DB-2130': {
    title: 'The CRM stage is in no row of the stage table',
    means:
      'The record stands in a stage that the mapping does not mention. Its fields are kept in step as before; nothing about its stage is told to Microsoft.',
    why: 'A stage was added to the sales process, or renamed, after the mapping was written.',
    fix: 'Add the stage to a row under stages.rows, or list it there as ignored. `dealbridge mappings validate` names every open stage without a row.',
    who: 'CRM admin',
  },
  'DB-2132': {
    title: 'The referral’s status has no row in the stage table',
    means: 'A new record cannot be made, because it would have no stage.',
    why: 'The stage table has no row for this status, or only rows that go to the referral.',
    fix: 'Add a row for the status the message names, with the stage a new record shall begin in.',
    who: 'CRM admin',
  },
  'DB-2152': {
    title: 'The owner cannot own a record',
    means: 'A rule under assign names a user, team or queue that the CRM does not know, or that is no longer active.',
    why: 'Someone left, a team was renamed, or the name in the rule is not the one the CRM uses.',
    fix: 'Change the rule the message names, or make the user active again. The deal is made as soon as the rule fits.',
    who: 'CRM admin',
  },
  'DB-2202': {
    title: 'A required value is empty',
    means: 'The mapping requires this field, and the side the value comes from has none. Nothing is written half.',
    why: 'The deal was saved without it.',
    fix: 'Fill the field in and save, or give the row of the mapping a default.',
    who: 'the seller',
  },
  'DB-2204': {
    title: 'A record it points to does not exist, and is never made',
    means:
      'The mapping looks for a record (a currency, an account) that the CRM does not have, and says that none is to be made (whenNone: fail).',
    why: 'The currency or the account has not been set up in the CRM.',
    fix: 'Set the record up in the CRM, or change whenNone of the lookup the message names.',
    who: 'CRM admin',
  },
  'DB-2206': {
    title: 'Partner Center shows a status we do not know',
    means: 'The referral is read and shown, and nothing is written to it.',
    why: 'Microsoft has added a status since this version of dealbridge was made.',
    fix: 'Update dealbridge. Until then, work on this referral in Partner Center.',
    who: 'operations',
  },
  'DB-2207': {
    title: 'No record fits, and the mapping makes none',
    means: 'The referral matches nothing in the CRM, and match.whenNone is fail.',
    why: 'Its record was expected to exist already.',
    fix: 'Make the record in the CRM with the referral’s id in its key field, link one with `dealbridge referrals link`, or set match.whenNone to create.',
    who: 'CRM admin',
  },
  'DB-3127': {
    title: 'A field is written again and again',
    means:
      'One field was written several times within an hour, and each time it was changed again. It rests until the hour is over and is written then; the rest of the deal goes on.',
    why: 'An automation in the CRM or at the source sets the field to a value of its own, or people changed it many times.',
    fix: 'Nothing, if people did. Otherwise find the automation, make the row one-way, or take it out of the mapping.',
    who: 'CRM admin',
  },
  'DB-3128': {
    title: 'The record is changed every time',
    means: 'In several passes in a row, the record had been changed again just before it was to be written.',
    why: 'An automation or an import that touches the record all the time.',
    fix: 'Nothing to do if it stops by itself. Otherwise find who changes the record: its history names them.',
    who: 'CRM admin',
  },
  'DB-2212': {
    title: 'A changed field is hidden on the other side',
    means:
      'A value moved on one side, and the other side no longer shows the field it has shown before. Nothing is taken for empty, cleared or overwritten; the deal is looked at again every half hour.',
    why: 'The permission of the user dealbridge signs in as was narrowed, or the field was taken from its profile.',
    fix: 'Let that user read and edit the field again; `dealbridge check` names what it misses.',
    who: 'CRM admin',
  },
}

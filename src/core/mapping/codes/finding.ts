// 21xx: finding records and their owners.

import type { Codebook } from '../../codes.ts'

const who = 'CRM admin'

export const findingCodes: Codebook = {
  'DB-2120': {
    title: 'No such kind of record',
    means: 'The CRM has no object or table of this name, or the account dealbridge uses may not see it.',
    why: 'A slip of the finger, the plural instead of the API name, or a missing permission.',
    fix: 'Take the name that is suggested, or give the permission.',
    who,
  },
  'DB-2121': {
    title: 'The field points elsewhere',
    means: 'A lookup fills a field that does not point to records of the kind it finds.',
    why: 'Another field was meant, or another object.',
    fix: 'Name the field of the deal that points to this kind of record.',
    who,
  },
  'DB-2122': {
    title: 'The key field is not unique',
    means:
      'The field that carries the id of the referral would let two records carry the same one, so a record could be made twice.',
    why: 'It was made without the mark "unique" (Salesforce) or without an alternate key (Dynamics).',
    fix: 'Make the field unique. The field package that `dealbridge init` writes has it right.',
    who,
  },
  'DB-2123': {
    title: 'No key field',
    means:
      'No search uses the id of the referral, so after a lost answer a new record cannot be recognised for certain.',
    why: 'match.try has no line with equals: id.',
    fix: 'Add one: { crm: PC_Referral_Id__c, equals: id }.',
    who,
  },
  'DB-2124': {
    title: 'Fields and values do not pair up',
    means: 'A search names more fields than values, or more values than fields.',
    why: 'One was forgotten, or the brackets end too early.',
    fix: 'Name as many paths as fields, in the same order.',
    who,
  },
  'DB-2125': {
    title: 'create and whenNone contradict each other',
    means: 'A record is to be made but no fields are given, or fields are given but none is to be made.',
    why: 'One of the two keys was changed alone.',
    fix: 'whenNone: create together with create:, or neither.',
    who,
  },
  'DB-2126': {
    title: 'The lookup cannot stand under that one',
    means: 'The lookup it is to be found below does not exist, rests on this one, or the CRM has no such tie.',
    why: 'A slip of the finger, or two lookups that name each other.',
    fix: 'Name another lookup of this mapping, or leave "under" out.',
    who,
  },
  'DB-2127': {
    title: 'No roles of contacts',
    means: 'This CRM does not keep the role of a contact in a deal as a record of its own.',
    why: 'contactRole belongs to Salesforce.',
    fix: 'fills: the field of the deal that points to the contact.',
    who,
  },
  'DB-2150': {
    title: 'No owner, or several',
    means: 'A rule names one owner: a user, a team, a queue, or several users by turns.',
    why: 'None or more than one of the keys is given.',
    fix: 'Keep one of user, team, queue and roundRobin.',
    who,
  },
  'DB-2151': {
    title: 'Such an owner is not possible',
    means: 'The CRM does not let this kind of owner have this kind of record.',
    why: 'Salesforce opportunities belong to users only; Dynamics records to users and teams.',
    fix: 'Name an owner of a kind the message suggests.',
    who,
  },
  'DB-2154': {
    title: 'The section "share" cannot do this',
    means: 'It marks no records, or every record; or it names something that a new deal at the source is not given.',
    why: 'Some properties of a referral are set by Partner Center, and some can only be changed on a deal that is there.',
    fix: 'Name a field and the value that marks a record. Give paths of a new deal only: docs/reference/referral-fields.md tells which.',
    who,
  },
  'DB-2155': {
    title: 'A new deal at the source needs more',
    means:
      'Partner Center takes no deal without a name, a customer with a country, a value with its currency, and a date.',
    why: 'No row under fields gives the value that the message names, and share.fields does not either.',
    fix: 'Add it under share.fields: from a field of the record, or of its account: account.Name.',
    who,
  },
  'DB-2153': {
    title: 'The owner is no longer active',
    means: 'The user was switched off in the CRM; records given to them would be refused.',
    why: 'Somebody left.',
    fix: 'Name somebody else in the rule.',
    who,
  },
}

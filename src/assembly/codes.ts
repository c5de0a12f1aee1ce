// What the codes of assembling mean, at length.

import type { Codebook } from '#core/codes'

export const assemblyCodes: Codebook = {
  'DB-1101': {
    title: 'The ledger belongs to another organization',
    means: 'A connection leads to another tenant or org than the one this ledger was filled from. Nothing starts.',
    why: 'An address or a sign-in was changed, for example from a sandbox org to production. The links in the ledger name records that are not there, and every deal would be made again.',
    fix: 'Correct the connection, or give the other organization a ledger of its own: another store.path.',
    who: 'operations',
  },
  'DB-1102': {
    title: 'The mapping is not valid',
    means: 'The mapping of a pipeline cannot be used, so the pipeline waits. The others run.',
    why: 'The file was changed, or the CRM no longer has what it names.',
    fix: '`dealbridge mappings validate` shows every problem with its line. The pipeline goes on by itself once it is mended.',
    who: 'CRM admin',
  },
  'DB-1103': {
    title: 'The CRM’s schema changed',
    means: 'A field or a value was added, removed or changed since dealbridge last looked.',
    why: 'Somebody customised the CRM.',
    fix: 'Nothing where the mapping does not use it. Otherwise change the mapping; `dealbridge mappings validate` names the lines.',
    who: 'CRM admin',
  },
  'DB-1107': {
    title: 'The mapping is for another CRM',
    means: 'The mapping of a pipeline names another target than the pipeline leads to, so the pipeline waits.',
    why: 'The wrong file was named, or a connection was renamed.',
    fix: 'Name the right file under the pipeline’s mapping, or correct `target` in the mapping.',
    who: 'CRM admin',
  },
  'DB-1109': {
    title: 'The mapping file is not there',
    means: 'A pipeline names a mapping file that does not exist, so the pipeline waits.',
    why: 'A slip of the finger, or a path that does not begin at the folder that holds config/.',
    fix: 'Correct the path, or make the file: `dealbridge init`.',
    who: 'CRM admin',
  },
  'DB-2030': {
    title: 'A test of the mapping fails',
    means:
      'A mapping does something else than one of the tests it carries expects. It is not taken over; the version before goes on working.',
    why: 'A row was changed and its test was not, or the change does more than was meant.',
    fix: '`dealbridge mappings test` shows what was expected, what came of it, and the line that decided. Change the row, or the test.',
    who: 'CRM admin',
  },
}
